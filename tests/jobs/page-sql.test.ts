import { appendFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Monitor } from '../../jobs/monitor.ts'
import { runQuery } from '../../jobs/page-sql.ts'
import type { SqlLine } from '../../web/api.ts'
import { Followed, monitored } from './monitored.ts'
import { rows } from './rows-from-noon.ts'
import { scratchFolder } from './scratch.ts'

const scratch = scratchFolder()
const READINGS = 'SELECT device, gpu_temperature FROM gpu_readings EMIT CHANGES;'
const COLUMNS = {
  columns: [
    { name: 'DEVICE', type: 'STRING' },
    { name: 'GPU_TEMPERATURE', type: 'DOUBLE' },
  ],
}

let files = 0
/** A monitor that follows a log for each device, of which all rows have been taken. */
async function following(
  devices: Readonly<Record<string, readonly number[]>>,
  work: (monitor: Monitor, append: (device: string, text: string, rows: number) => Promise<void>) => Promise<void>,
): Promise<void> {
  await monitored(scratch.path(`${files++}.duckdb`), async (monitor) => {
    const followed = new Map<string, { log: string; follow: Followed }>()
    for (const [device, temperatures] of Object.entries(devices)) {
      const log = scratch.write(`${files++}.txt`, `Date , GPU Temperature [C] , Flux [Wb] ,\r\n${rows(temperatures)}`)
      const follow = new Followed(monitor, device, log)
      await follow.reaches(temperatures.length)
      followed.set(device, { log, follow })
    }
    try {
      await work(monitor, async (device, text, rows) => {
        const found = followed.get(device)
        if (found === undefined) throw new Error(`no device ${device}`)
        appendFileSync(found.log, text)
        await found.follow.reaches(rows)
      })
    } finally {
      for (const { follow } of followed.values()) await follow.stop()
    }
  })
}

async function all(monitor: Monitor, sql: string): Promise<SqlLine[]> {
  const lines: SqlLine[] = []
  for await (const line of runQuery(monitor.pipelines, sql, new AbortController().signal)) lines.push(line)
  return lines
}

/** A push query that a page reads line by line. */
class Reading {
  readonly #end = new AbortController()
  readonly #lines: AsyncGenerator<SqlLine, void, undefined>

  constructor(monitor: Monitor, sql: string) {
    this.#lines = runQuery(monitor.pipelines, sql, this.#end.signal)
  }

  async take(count: number): Promise<SqlLine[]> {
    const lines: SqlLine[] = []
    while (lines.length < count) {
      const { value, done } = await this.#lines.next()
      if (done) break
      lines.push(value)
    }
    return lines
  }

  /** Whether it ends once the page no longer listens. */
  async stop(): Promise<boolean> {
    const next = this.#lines.next()
    this.#end.abort()
    return (await next).done === true
  }
}

describe('a pull query', () => {
  test('is answered by the engines of all devices, with columns told once', async () => {
    await following({ a: [50, 51, 90], b: [60] }, async (monitor) => {
      expect(await all(monitor, 'SELECT device, gpu_temperature, gpu_temperature_before FROM gpu_latest;')).toEqual([
        { columns: [COLUMNS.columns[0], COLUMNS.columns[1], { name: 'GPU_TEMPERATURE_BEFORE', type: 'DOUBLE' }] },
        { row: ['a', 90, 51] },
        { row: ['b', 60, null] },
      ])
      const alerts = "SELECT rule, n FROM gpu_episodes WHERE device = 'a' AND rule = 'gpu-hot';"
      expect(await all(monitor, alerts)).toEqual([
        {
          columns: [
            { name: 'RULE', type: 'STRING' },
            { name: 'N', type: 'BIGINT' },
          ],
        },
        { row: ['gpu-hot', 1] },
      ])
    })
  })

  test('with the words of a push query in a comment or a text stays one', async () => {
    await following({ a: [50] }, async (monitor) => {
      const sql = "SELECT device FROM gpu_latest /* EMIT CHANGES */ WHERE device = 'EMIT CHANGES'; -- EMIT FINAL"
      expect(await all(monitor, sql)).toEqual([{ columns: [COLUMNS.columns[0]] }])
    })
  })
})

describe('a push query', () => {
  test('gives rows as they come, until the page no longer listens', async () => {
    await following({ a: [50], b: [60] }, async (monitor, append) => {
      const reading = new Reading(monitor, READINGS)
      expect(await reading.take(1)).toEqual([COLUMNS])
      const later = reading.take(2)
      await append('a', rows([51], 1), 2)
      await append('b', rows([61], 1), 2)
      expect(await later).toEqual([{ row: ['a', 51] }, { row: ['b', 61] }])
      expect(await reading.stop()).toBe(true)
      await append('a', rows([52], 2), 3)
    })
  })

  test('holds back no row that came while the page took the one before', async () => {
    await following({ a: [50] }, async (monitor, append) => {
      const reading = new Reading(monitor, READINGS)
      await reading.take(1)
      const first = reading.take(1)
      await append('a', rows([51], 1), 2)
      expect(await first).toEqual([{ row: ['a', 51] }])
      await append('a', rows([52], 2), 3)
      expect(await reading.take(1)).toEqual([{ row: ['a', 52] }])
      expect(await reading.stop()).toBe(true)
    })
  })

  test('with LIMIT ends', async () => {
    await following({ a: [50] }, async (monitor, append) => {
      const reading = new Reading(monitor, READINGS.replace('EMIT CHANGES', 'EMIT CHANGES LIMIT 2'))
      await reading.take(1)
      const rest = reading.take(10)
      await append('a', rows([51, 52, 53], 1), 4)
      expect(await rest).toEqual([{ row: ['a', 51] }, { row: ['a', 52] }])
    })
  })

  test('that a page reads too slowly ends with an error, without a hole before it', async () => {
    await following({ a: [50] }, async (monitor, append) => {
      const reading = new Reading(monitor, READINGS)
      await reading.take(1)
      const first = reading.take(1)
      await append('a', rows([51], 1), 2)
      await first
      const temperatures = Array.from({ length: 120_000 }, (_, i) => 40 + (i % 40))
      await append('a', rows(temperatures, 2), 120_002)
      const rest = await reading.take(200_000)
      const given = rest.slice(0, -1).map((line) => ('row' in line ? line.row[1] : null))
      expect(given).toEqual(temperatures.slice(0, given.length))
      expect(rest.at(-1)).toEqual({
        error: 'the page did not read 100000 rows in time',
        fix: 'Ask for less: add WHERE, or LIMIT.',
      })
    })
  }, 60_000)
})

describe('a query at fault gives a line that says so', () => {
  test('with line and column of a mistake, and the fix', async () => {
    await following({ a: [50] }, async (monitor) => {
      for (const emit of ['', ' EMIT CHANGES']) {
        const [syntax, ...more] = await all(monitor, `SELECT device\n  FORM gpu_latest${emit};`)
        expect(more).toEqual([])
        expect(syntax).toMatchObject({ error: expect.any(String), line: 2, column: expect.any(Number) })
        const [unknown] = await all(monitor, `SELECT device,\n nothing FROM gpu_latest${emit};`)
        expect(unknown).toMatchObject({ error: expect.stringMatching(/nothing/i), line: 2, column: 2 })
      }
      expect(await all(monitor, 'DROP STREAM gpu_readings;')).toMatchObject([{ error: expect.any(String) }])
      expect(await all(monitor, '')).toMatchObject([{ error: expect.any(String) }])
      // and has changed nothing
      expect(await all(monitor, 'SELECT device FROM gpu_latest;')).toHaveLength(2)
    })
  })

  test('when there is no device yet', async () => {
    expect(await all({ pipelines: [] } as unknown as Monitor, READINGS)).toEqual([
      { error: 'there is no device yet: give gpumon a log, or drop one on the page' },
    ])
  })
})
