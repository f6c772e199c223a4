import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { DuckDBInstance } from '@duckdb/node-api'
import { zipSync } from 'fflate'
import { describe, expect, test } from 'vitest'
import { type LogSource, logSources } from '../../gpuz/log-source.ts'
import { Monitor } from '../../jobs/monitor.ts'
import type { LocalSession } from '../../store/session.ts'
import { openSession } from '../../store/session.ts'
import { Followed, followTo, monitored } from './monitored.ts'
import { scratchFolder } from './scratch.ts'
import { storeContents } from './store-contents.ts'

const scratch = scratchFolder()
const ROWS = 3000
const MINUTES = Date.UTC(2024, 5, 1, 12)

/** A log with one sensor, so that what it holds can be told by hand: a row a second from noon on. */
function lines(temperatures: readonly number[], from = 0): string {
  const rows = temperatures.map((t, i) => {
    const stamp = new Date(MINUTES + (from + i) * 1000).toISOString().slice(0, 19).replace('T', ' ')
    return `${stamp} , ${t.toFixed(1)} ,\r\n`
  })
  return (from === 0 ? 'Date , GPU Temperature [°C] ,\r\n' : '') + rows.join('')
}

async function change(store: string, sql: string): Promise<void> {
  const instance = await DuckDBInstance.create(store)
  const connection = await instance.connect()
  await connection.run(sql)
  connection.closeSync()
  instance.closeSync()
}

async function zipMember(name: string, log: string): Promise<LogSource> {
  const zip = scratch.write(name, zipSync({ 'log.txt': readFileSync(log) }))
  return (await logSources(zip)).logs[0]
}

/** A log whose disk fails, or does not answer, after so many bytes. */
function brokenOff(log: LogSource, bytes: number, then: () => Promise<void>): LogSource {
  return {
    ...log,
    name: log.name,
    path: null,
    size: log.size,
    async *open() {
      let left = bytes
      for await (const chunk of log.open()) {
        yield chunk.subarray(0, left)
        left -= chunk.length
        if (left <= 0) break
      }
      await then()
    },
  }
}

describe('a followed log', () => {
  test('goes on after clean stops and after crashes, without loss or repetition', async () => {
    const whole = await scratch.simulated('whole.txt', ROWS, 5)
    const bytes = readFileSync(whole)
    const calm = scratch.path('calm.duckdb')
    await monitored(calm, (monitor) => followTo(ROWS, monitor, 'card', whole))

    const log = scratch.write('pieces.txt', '')
    const store = scratch.path('pieces.duckdb')
    const header = bytes.indexOf('\n') + 1
    const width = (bytes.length - header) / ROWS
    for (let piece = 1; piece <= 6; piece++) {
      // in the middle of a line
      const rows = Math.floor((ROWS * piece) / 6)
      writeFileSync(log, bytes.subarray(0, piece === 6 ? bytes.length : header + (rows + 0.5) * width))
      if (piece % 2 === 1) {
        await monitored(store, (monitor) => followTo(rows, monitor, 'card', log))
        continue
      }
      const session = await openSession({ path: store, zone: 'UTC', simulated: false })
      const monitor = await Monitor.open({ store: session, timezone: 'UTC', intervalMs: 5 })
      await followTo(rows, monitor, 'card', log)
      // as a crash: what was taken since the last checkpoint is not in the store
      await session.close()
    }
    await monitored(store, (monitor) => followTo(ROWS, monitor, 'card', log))
    const [pieces, undisturbed] = [await storeContents(store), await storeContents(calm)]
    for (const table of Object.keys(undisturbed)) expect(pieces[table], table).toEqual(undisturbed[table])
    expect(undisturbed['readings']).toHaveLength(ROWS)
    expect(undisturbed['stats_1m']?.length).toBeGreaterThan(40)
  })

  test('says when the statements have changed: what is stored stays, no row comes twice', async () => {
    const log = scratch.write('changed.txt', lines(Array.from({ length: 600 }, () => 90)))
    const store = scratch.path('changed.duckdb')
    await monitored(store, (monitor) => followTo(600, monitor, 'card', log))
    const before = await storeContents(store)
    expect(before['episodes']).toHaveLength(1)
    expect(before['episodes'][0]).toContain(true)

    await change(store, "UPDATE pipelines SET statements = 'those of last year'")
    appendFileSync(
      log,
      lines(
        Array.from({ length: 300 }, () => 50),
        600,
      ),
    )
    const notices: string[] = []
    await monitored(store, (monitor) => followTo(300, monitor, 'card', log), { onNotice: (text) => notices.push(text) })
    expect(notices).toEqual([
      `the statements have changed since ${log} was read: alerts and statistics begin anew with the next reading, what is stored stays`,
    ])
    const after = await storeContents(store)
    expect(after['readings']).toHaveLength(900)
    expect(after['readings_twice']).toEqual([])
    expect(after['stats_1m']?.slice(0, before['stats_1m']?.length)).toEqual(before['stats_1m'])
    // nothing goes on with the alert of before: it is over
    expect(after['episodes']).toHaveLength(1)
    expect(after['episodes'][0]).toEqual((before['episodes'][0] as unknown[]).with(-1, false))
  })
})

describe('limits of a device', () => {
  test('act on the next reading, and after a restart', async () => {
    const log = scratch.write('limits.txt', lines([60, 60]))
    const store = scratch.path('limits.duckdb')
    const alerts: string[] = []
    const listener = {
      onEpisode: (kind: string, episode: { rule: string; bound: number | null; started: number }) => {
        if (kind !== 'changed') alerts.push(`${kind} ${episode.rule} ${episode.bound} ${episode.started - MINUTES}`)
      },
    }
    await monitored(
      store,
      async (monitor) => {
        const followed = new Followed(monitor, 'card', log)
        await followed.reaches(2)
        expect(alerts).toEqual([])
        monitor.setLimit('card', 'gpu_temperature_max', 55)
        appendFileSync(log, lines([60], 2))
        await followed.reaches(3)
        expect(alerts).toEqual(['opened gpu-hot 55 2000'])
        monitor.setLimit('other', 'gpu_temperature_max', 10)
        appendFileSync(log, lines([50], 100))
        await followed.reaches(4)
        await followed.stop()
      },
      listener,
    )
    expect(alerts).toEqual(['opened gpu-hot 55 2000', 'closed gpu-hot 55 2000'])

    alerts.length = 0
    await monitored(
      store,
      async (monitor) => {
        expect(monitor.limitsOf('card')['gpu_temperature_max']).toBe(55)
        expect(monitor.limitsOf('other')['gpu_temperature_max']).toBe(10)
        const followed = new Followed(monitor, 'card', log)
        appendFileSync(log, lines([60], 200))
        await followed.reaches(5)
        expect(alerts).toEqual(['opened gpu-hot 55 200000'])
        monitor.setLimit('card', 'gpu_temperature_max', null)
        appendFileSync(log, lines([75, 86], 300))
        await followed.reaches(7)
        await followed.stop()
      },
      listener,
    )
    expect(alerts).toEqual(['opened gpu-hot 55 200000', 'closed gpu-hot 55 200000', 'opened gpu-hot 85 301000'])
  })

  test('set today do not make an old log late', async () => {
    const log = await scratch.simulated('old.txt', 600)
    const contents = async (name: string, set: boolean): Promise<Record<string, unknown[]>> => {
      const store = scratch.path(name)
      await monitored(store, async (monitor) => {
        if (set) monitor.setLimit('card', 'gpu_load_max', 95)
        await followTo(600, monitor, 'card', log)
      })
      const { limits, ...others } = await storeContents(store)
      expect(limits).toHaveLength(set ? 1 : 0)
      return others
    }
    expect(await contents('old-set.duckdb', true)).toEqual(await contents('old-unset.duckdb', false))
  })
})

describe('a log that is read as a whole', () => {
  test('is read once, also after a restart, and its last episode is closed', async () => {
    const log = await zipMember('once.zip', scratch.write('once.txt', lines([90, 91, 92])))
    const store = scratch.path('once.duckdb')
    await monitored(store, async (monitor) => {
      expect(await monitor.read('card', log, 'UTC')).toBe('card')
      expect(await monitor.read('card', log, 'UTC')).toBeNull()
    })
    const once = await storeContents(store)
    expect(once['readings']).toHaveLength(3)
    expect(once['episodes'].map((row) => (row as unknown[]).at(-1))).toEqual([false, false])
    await monitored(store, async (monitor) => {
      expect(await monitor.read('another', log, 'UTC')).toBeNull()
    })
    expect(await storeContents(store)).toEqual(once)
  })

  test('leaves nothing when it cannot be read to its end, and is then read anew', async () => {
    const path = await scratch.simulated('fails.txt', ROWS, 6)
    const log = (await logSources(path)).logs[0]
    const calm = scratch.path('fails-calm.duckdb')
    await monitored(calm, (monitor) => monitor.read('card', log, 'UTC'))

    const store = scratch.path('fails.duckdb')
    await monitored(store, async (monitor, session) => {
      const failing = brokenOff(log, log.size / 2, async () => {
        await monitor.checkpoint()
        expect((await session.ask('devices'))[0].rows).toBeGreaterThan(100)
        throw new Error('the disk does not answer')
      })
      await expect(monitor.read('card', failing, 'UTC')).rejects.toThrow('the disk does not answer')
      expect(monitor.pipelines).toEqual([])
      expect(await session.ask('devices')).toMatchObject([{ rows: 0 }])
      expect(await monitor.read('card', log, 'UTC')).toBe('card')
    })
    expect(withoutIds(await storeContents(store))).toEqual(withoutIds(await storeContents(calm)))
  })

  test('is removed when a crash broke it off, and is then read anew', async () => {
    const path = await scratch.simulated('crash.txt', ROWS, 6)
    const log = (await logSources(path)).logs[0]
    const calm = scratch.path('crash-calm.duckdb')
    await monitored(calm, (monitor) => monitor.read('card', log, 'UTC'))

    const store = scratch.path('crash.duckdb')
    await crashWhileReading(store, log)
    expect((await storeContents(store))['readings']?.length).toBeGreaterThan(100)
    await monitored(store, async (monitor) => {
      expect(await monitor.read('card', log, 'UTC')).toBe('card')
    })
    const [after, undisturbed] = [await storeContents(store), await storeContents(calm)]
    for (const table of Object.keys(undisturbed)) expect(after[table], table).toEqual(undisturbed[table])
  })
})

/** Half the log is in the store when the program ends. */
async function crashWhileReading(store: string, log: LogSource): Promise<void> {
  const session: LocalSession = await openSession({ path: store, zone: 'UTC', simulated: false })
  const monitor = await Monitor.open({ store: session, timezone: 'UTC' })
  await new Promise<void>((halfway) => {
    const stuck = brokenOff(log, log.size / 2, async () => {
      await monitor.checkpoint()
      halfway()
      await new Promise(() => {})
    })
    void monitor.read('card', stuck, 'UTC')
  })
  await session.close()
}

/** Numbers of episodes and sessions are not given again. */
function withoutIds(contents: Record<string, unknown[]>): Record<string, unknown[]> {
  const without = (table: string): unknown[] => (contents[table] as unknown[][]).map(([, ...row]) => row)
  return { ...contents, episodes: without('episodes'), sessions: without('sessions') }
}

describe('names of devices', () => {
  test('a whole log never shares its device with another log, a followed one none with a whole one', async () => {
    const log = (name: string): string => scratch.write(name, lines([50, 51]))
    const source = async (name: string): Promise<LogSource> => (await logSources(log(name))).logs[0]
    const store = scratch.path('names.duckdb')
    const notices: string[] = []
    const listener = { onNotice: (text: string) => notices.push(text) }
    await monitored(store, async (monitor) => {
      const followed = new Followed(monitor, 'card', log('1.txt'))
      await followed.reaches(2)
      const both = [
        monitor.read('card', await source('2.txt'), 'UTC'),
        monitor.read('card', await source('3.txt'), 'UTC'),
      ]
      expect(await Promise.all(both)).toEqual(['card (2)', 'card (3)'])
      await followed.stop()
    })
    await monitored(
      store,
      async (monitor) => {
        expect(await monitor.read('card', await source('4.txt'), 'UTC')).toBe('card (4)')
        await followTo(2, monitor, 'card', log('5.txt'))
        expect(notices).toEqual([])
        await followTo(2, monitor, 'card (2)', log('6.txt'))
        expect(notices).toEqual([`${scratch.path('6.txt')} is device card (2) (2): another log is card (2) already`])
      },
      listener,
    )
    // restarted, each log is the device it was
    await monitored(store, async (monitor, session) => {
      await followTo(2, monitor, 'card (2)', scratch.path('6.txt'))
      const devices = await session.ask('devices')
      expect(devices.map(({ device, rows }) => [device, rows])).toEqual([
        ['card', 4],
        ['card (2)', 2],
        ['card (3)', 2],
        ['card (4)', 2],
        ['card (2) (2)', 2],
      ])
    })
  })
})
