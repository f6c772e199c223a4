import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterAll, describe, expect, test } from 'vitest'
import { writeLog } from '../../gpuz/simulator/write-log.ts'
import type { EpisodeInfo } from '../../web/api.ts'
import { storeContents } from '../jobs/store-contents.ts'
import { outcome, start } from './gpumon.ts'
import { Serving } from './serving.ts'

const folder = mkdtempSync(join(tmpdir(), 'gpumon-serve-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
/** nothing of a test may land in the data of the person who runs it */
const ENV = { XDG_DATA_HOME: join(folder, 'data'), INFLUX_TOKEN: '' }
const ROWS = 1200
const path = (name: string): string => join(folder, name)

async function simulated(name: string, rows = ROWS): Promise<string> {
  await writeLog(path(name), rows, { seed: 3, start: Date.UTC(2024, 5, 1, 12), timezone: 'UTC' })
  return path(name)
}

describe('gpumon run with a page', () => {
  test('answers, is the only one on its store, ends on Ctrl-C with all in the store, and goes on when started again', async () => {
    const log = await simulated('card.txt')
    const store = path('one/two/store.duckdb')
    const first = await Serving.start([log, '--store', store], ENV)
    const { devices } = await first.state(ROWS)
    expect(devices).toMatchObject([{ device: 'card', rows: ROWS, live: true }])
    const page = await fetch(first.url)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')])
    const episodes = await first.get<EpisodeInfo[]>('api/episodes')
    expect(episodes.length).toBeGreaterThan(2)

    const second = await outcome(start(['run', log, '--store', store, '--port', '0'], ENV))
    expect(second).toMatchObject({ code: 1, stdout: '' })
    expect(second.stderr).toContain(`error: ${store}: another process has the store open`)
    expect(second.stderr).toContain('End it, or name another store with --store')

    const ended = await first.interrupt()
    expect(ended.code).toBe(0)
    expect(ended.stdout).toContain(`store  ${store}\nCtrl-C ends it; the next run goes on from here\n`)
    const contents = await storeContents(store)
    expect(contents['readings']).toHaveLength(ROWS)
    expect(contents['readings_twice']).toEqual([])

    const again = await Serving.start([log, '--store', store], ENV)
    expect((await again.state(ROWS)).devices).toEqual(devices)
    expect(await again.get('api/episodes')).toEqual(episodes)
    expect((await again.interrupt()).code).toBe(0)
    expect(await storeContents(store)).toEqual(contents)
    expect(existsSync(ENV.XDG_DATA_HOME)).toBe(false)
  }, 60_000)

  test('keeps all in the folder for data without --store, and reads an archive once, its logs as devices of their own', async () => {
    const log = await simulated('member.txt', 60)
    writeFileSync(
      path('logs.zip'),
      zipSync({ 'a/log.txt': readFileSync(log), 'b/log.txt': readFileSync(log), 'c/notes.md': new Uint8Array(3) }),
    )
    for (const _ of ['read', 'there already']) {
      const serving = await Serving.start([path('logs.zip')], ENV)
      const { devices, pipeline } = await serving.state(120)
      expect(devices.map(({ device, rows, live }) => [device, rows, live])).toEqual([
        ['logs/log', 60, false],
        ['logs/log (2)', 60, false],
      ])
      expect(pipeline.notices).toContainEqual(expect.stringMatching(/notes\.md is left out: /))
      const { code } = await serving.interrupt()
      expect(code).toBe(0)
    }
    expect(existsSync(join(ENV.XDG_DATA_HOME, 'gpumon', 'gpumon.duckdb'))).toBe(true)
  }, 60_000)

  test('waits for a log that is not there yet', async () => {
    const serving = await Serving.start([path('later.txt'), '--store', path('later.duckdb')], ENV)
    expect((await serving.state(0)).devices).toEqual([])
    await serving.untilSaid('is not there (yet); waiting for it')
    await simulated('later.txt', 30)
    expect((await serving.state(30)).devices).toMatchObject([{ device: 'later', rows: 30 }])
    await serving.interrupt()
  })

  test('ends with the reason when what it is given is no log', async () => {
    writeFileSync(path('diary.txt'), 'dear diary,\ntoday it was warm\n'.repeat(20))
    const { code, stderr } = await outcome(
      start(['run', path('diary.txt'), '--store', path('diary.duckdb'), '--port', '0'], ENV),
    )
    expect(code).toBe(1)
    expect(stderr).toContain('diary.txt is no GPU-Z sensor log')
  })

  test.each([
    [['--notify', 'telegram'], 'begins with http:// or https://'],
    [['--notify', 'https://me:secret@hooks.example'], 'has a user or password in its address'],
    [['--influx', 'http://127.0.0.1:1'], '--influx-org'],
    [['--influx', 'http://127.0.0.1:1', '--influx-org', 'home'], '--influx-bucket'],
    [['--influx', 'influx', '--influx-org', 'home', '--influx-bucket', 'gpus'], 'influx is none'],
    [['--influx', 'http://127.0.0.1:1', '--influx-org', 'home', '--influx-bucket', 'gpus'], 'INFLUX_TOKEN'],
    [['--influx-org', 'home'], 'need --influx URL'],
    [['--port', 'http'], "argument 'http' is invalid"],
  ])('%j is a usage error, before a store is made', async (args, problem) => {
    const store = path('usage.duckdb')
    const { code, stdout, stderr } = await outcome(start(['run', 'log.txt', '--store', store, ...args], ENV))
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(problem)
    expect(stderr).not.toContain('secret@')
    expect(existsSync(store)).toBe(false)
  })
})
