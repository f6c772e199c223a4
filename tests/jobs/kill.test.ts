import { type ChildProcess, spawn } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { Random } from '../../gpuz/simulator/random.ts'
import { writeLog } from '../../gpuz/simulator/write-log.ts'
import { storeContents } from './store-contents.ts'

/** GPUMON_KILLS=100 kills more often; GPUMON_SEED repeats a run. */
const KILLS = Number(process.env['GPUMON_KILLS'] ?? 25)
const SEED = Number(process.env['GPUMON_SEED'] ?? Date.now() % 1_000_000)
const ROWS = 6_000
const MAIN = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'gpumon.js')

const folders: string[] = []
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
})

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'gpumon-kill-'))
  folders.push(path)
  return path
}

function monitor(log: string, store: string): ChildProcess {
  const args = [MAIN, 'run', log, '--store', store, '--port', '0', '--timezone', 'UTC', '--device', 'card']
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('exit', () => resolve()))
}

/** Lines of a log, some of them damaged, as a program writes them: a few at a time, cut anywhere. */
async function lines(random: Random): Promise<Buffer> {
  const path = join(await folder(), 'whole.txt')
  await writeLog(path, ROWS, { seed: 7, start: Date.UTC(2026, 0, 1), timezone: 'UTC' })
  const text = await readFile(path)
  const damaged = [...text.toString('latin1').split('\r\n')].map((line, i) =>
    i > 10 && random.next() < 0.002 ? `${line.slice(0, 30)}#broken` : line,
  )
  return Buffer.from(damaged.join('\r\n'), 'latin1')
}

async function settled(store: string, log: string, size: number): Promise<void> {
  const child = monitor(log, store)
  const gone = ended(child)
  // started again it has nothing to catch up with but the rest; two checkpoints later all is in
  await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()))
  await sleep(2_500 + size / 10_000_000)
  child.kill('SIGINT')
  await gone
}

test(
  `killed ${KILLS} times at random moments while its log grows, the monitor ends with what an undisturbed one has`,
  async () => {
    const random = new Random(SEED)
    const bytes = await lines(random)
    const disturbed = join(await folder(), 'store.duckdb')
    const log = join(await folder(), 'log.txt')
    await writeFile(log, '')
    let written = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const child = monitor(log, disturbed)
      const gone = ended(child)
      const until = Date.now() + 300 + random.next() * 2_200
      const share = (bytes.length * (kill + 1)) / KILLS
      while (Date.now() < until) {
        const chunk = Math.min(share - written, Math.floor(random.next() * 60_000))
        if (chunk > 0) await appendFile(log, bytes.subarray(written, written + chunk))
        written += Math.max(0, Math.floor(chunk))
        await sleep(random.next() * 120)
      }
      child.kill('SIGKILL')
      await gone
    }
    await appendFile(log, bytes.subarray(written))
    await settled(disturbed, log, bytes.length)

    const calm = join(await folder(), 'store.duckdb')
    await settled(calm, log, bytes.length)
    const [a, b] = [await storeContents(disturbed), await storeContents(calm)]
    expect(a['readings_twice']).toEqual([])
    expect(a['readings']?.length, `seed ${SEED}`).toBe(b['readings']?.length)
    for (const table of Object.keys(b)) expect(a[table], `${table}, seed ${SEED}`).toEqual(b[table])
    expect(b['readings']?.length).toBeGreaterThan(ROWS * 0.99)
    expect(b['episodes']?.length).toBeGreaterThan(0)
    expect(b['stats_1m']?.length).toBeGreaterThan(50)
  },
  60_000 + KILLS * 10_000,
)
