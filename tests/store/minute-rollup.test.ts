import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { StoredRows } from '../../store/checkpoint.ts'
import { StoreWriter } from '../../store/writer.ts'
import { Database, rows } from './database.ts'
import { grouped, MINUTE, type Reading, sum, valueIn } from './store-of.ts'

const RUNS = Number(process.env['GPUMON_RUNS'] ?? 25)
const FIELDS = ['gpu_load', 'hot_spot'] as const
const DEVICES = ['a', 'b'] as const
const NOTHING = { tables: [], rejects: [], pipelines: [] }

/** Whole numbers: their sums do not depend on the order. */
const value = fc.option(fc.integer({ min: -1000, max: 1000 }), { freq: 3 })
/** Times go forward and back, about the start of 1970 too; hot_spot is a sensor that may come later. */
const reading = fc.record({
  device: fc.constantFrom(...DEVICES),
  ts: fc.oneof(fc.integer({ min: -3 * MINUTE, max: 3 * MINUTE }), fc.constantFrom(-MINUTE, -1, 0, MINUTE - 1, MINUTE)),
  gpu_load: value,
  hot_spot: value,
})
const some = (of: typeof reading) => fc.array(of, { minLength: 1, maxLength: 12 })
/** What happens after some readings: more of them, a checkpoint, a restart behind a checkpoint, a crash before one. */
const steps = fc.array(
  fc.record({
    readings: fc.oneof(some(reading), some(reading.map((whole) => ({ ...whole, hot_spot: null })))),
    then: fc.constantFrom('more', 'commit', 'restart', 'crash'),
  }),
  { maxLength: 8 },
)

function stored(readings: readonly Reading[], firstRow: number): StoredRows {
  const { device = '' } = readings[0]
  const present = FIELDS.filter((field) => readings.some((reading) => valueIn(reading, field) !== null))
  const sensor = (field: string) => {
    const values = readings.map((reading) => valueIn(reading, field))
    return {
      data: Float64Array.from(values, (value) => value ?? Number.NaN),
      nulls: Uint8Array.from(values, (value) => (value === null ? 1 : 0)),
    }
  }
  return {
    device,
    host: 'host',
    log: `${device}.txt`,
    generation: 0,
    count: readings.length,
    ts: Float64Array.from(readings, ({ ts }) => ts),
    row: Float64Array.from(readings, (_, i) => firstRow + i),
    sensors: new Map(present.map((field) => [field, sensor(field)])),
    other: null,
  }
}

interface Written {
  readonly device: string
  readonly start: number
  readonly readings: readonly Reading[]
}

/** Minutes of the readings, all but the one of each device that is newest: it is open. */
function overMinutes(readings: readonly Reading[]): Written[] {
  return [...grouped(readings, ({ device }) => device ?? '')].flatMap(([device, own]) => {
    const minutes = [...grouped(own, ({ ts }) => Math.floor(ts / MINUTE) * MINUTE)].toSorted(([a], [b]) => a - b)
    return minutes.slice(0, -1).map(([start, readings]) => ({ device, start, readings }))
  })
}

test('minutes in the store are what plain JavaScript makes of the readings: late rows, restarts and crashes change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (steps) => {
      const database = await Database.create()
      try {
        let writer = await StoreWriter.open(await database.open())
        let committed: Reading[] = []
        let pending: Reading[] = []
        for (const { readings, then } of [...steps, { readings: [], then: 'commit' }]) {
          for (const [device, own] of grouped(readings, ({ device }) => device)) {
            const before = [...committed, ...pending].filter((reading) => reading.device === device).length
            await writer.append(stored(own, before))
            pending.push(...own)
          }
          if (then === 'more') continue
          if (then !== 'crash') {
            await writer.commit(NOTHING)
            committed = [...committed, ...pending]
          }
          pending = []
          if (then === 'commit') continue
          await writer.rollback()
          database.close()
          writer = await StoreWriter.open(await database.open())
        }

        const connection = await database.open()
        const known = (await rows(connection, 'DESCRIBE minutes')).map(([name]) => String(name))
        const fields = FIELDS.filter((field) => known.includes(`${field}_n`))
        const parts = fields.flatMap((f) => [
          `coalesce(sum(${f}_n), 0)::DOUBLE`,
          `min(${f}_min)`,
          `max(${f}_max)`,
          `sum(${f}_sum)`,
          `arg_max(${f}_last, m.rowid) FILTER (${f}_n > 0)`,
        ])
        const found = await rows(
          connection,
          `SELECT ${['d.device', 'epoch_ms(ts)::DOUBLE AS start', ...parts].join(', ')}
           FROM minutes m JOIN devices d ON m.device = d.id GROUP BY d.device, ts ORDER BY d.device, start`,
        )
        const expected = overMinutes(committed).map(({ device, start, readings }) => [
          device,
          start,
          ...fields.flatMap((field) => {
            const values = readings.map((reading) => valueIn(reading, field)).filter((value) => value !== null)
            if (values.length === 0) return [0, null, null, null, null]
            return [values.length, Math.min(...values), Math.max(...values), sum(values), values.at(-1)]
          }),
        ])
        expect(found).toEqual(
          expected.toSorted(
            (a, b) => (`${a[0]}` < `${b[0]}` ? -1 : 1) * (a[0] === b[0] ? 0 : 1) || Number(a[1]) - Number(b[1]),
          ),
        )
      } finally {
        database.remove()
      }
    }),
    { numRuns: RUNS },
  )
}, 120_000)
