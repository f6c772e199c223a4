import { type ChildProcess, spawn } from 'node:child_process'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, expect, test } from 'vitest'
import { Random } from '../../gpuz/simulator/random.ts'
import { writeLog } from '../../gpuz/simulator/write-log.ts'

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

/** Every table, its rows in an order that does not depend on when they were written. Where the store and its log lie differs, and when it was made. */
async function contents(store: string): Promise<Record<string, unknown[]>> {
  const instance = await DuckDBInstance.create(store, { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  const rows = async (sql: string): Promise<unknown[]> => (await connection.runAndReadAll(sql)).getRowsJson()
  const all: Record<string, unknown[]> = {}
  for (const table of [
    'episodes',
    'sessions',
    'anomalies',
    'stats_1m',
    'stats_1h',
    'stats_1d',
    'limits',
    'rejects',
    'other_readings',
    'devices',
  ])
    all[table] = await rows(`SELECT * FROM ${table} ORDER BY ALL`)
  all['readings'] = await rows('SELECT * FROM readings ORDER BY source, row')
  all['readings_twice'] = await rows('SELECT source, row FROM readings GROUP BY ALL HAVING count(*) > 1')
  // a minute to which a late row came back may be in several rows
  const fields = (
    await rows(
      "SELECT column_name FROM information_schema.columns WHERE table_name = 'minutes' AND column_name LIKE '%\\_n' ESCAPE '\\'",
    )
  ).map((row) => String((row as string[])[0]).replace(/_n$/, ''))
  const parts = fields.flatMap((f) => [`sum(${f}_n)`, `min(${f}_min)`, `max(${f}_max)`, `round(sum(${f}_sum), 6)`])
  all['minutes'] = await rows(`SELECT device, ts, ${parts.join(', ')} FROM minutes GROUP BY device, ts ORDER BY ts`)
  connection.closeSync()
  instance.closeSync()
  return all
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
    const [a, b] = [await contents(disturbed), await contents(calm)]
    expect(a['readings_twice']).toEqual([])
    expect(a['readings']?.length, `seed ${SEED}`).toBe(b['readings']?.length)
    for (const table of Object.keys(b)) expect(a[table], `${table}, seed ${SEED}`).toEqual(b[table])
    expect(b['readings']?.length).toBeGreaterThan(ROWS * 0.99)
    expect(b['episodes']?.length).toBeGreaterThan(0)
    expect(b['stats_1m']?.length).toBeGreaterThan(50)
  },
  60_000 + KILLS * 10_000,
)
