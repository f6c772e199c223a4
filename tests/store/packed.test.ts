import type { DuckDBConnection } from '@duckdb/node-api'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readingPackings } from '../../store/packed.ts'
import { StoreWriter } from '../../store/writer.ts'
import { Database, rows } from './database.ts'

const NOTHING = { tables: [], rejects: [], pipelines: [] }

let database: Database
beforeEach(async () => {
  database = await Database.create()
})
afterEach(() => database.remove())

function batch(field: string, firstRow: number, values: readonly (number | null)[]) {
  const count = values.length
  const nulls = values.includes(null) ? Uint8Array.from(values, (value) => (value === null ? 1 : 0)) : null
  return {
    device: 'd',
    host: 'h',
    log: 'd.txt',
    generation: 0,
    count,
    ts: Float64Array.from(values, (_, i) => (firstRow + i) * 1000),
    row: Float64Array.from(values, (_, i) => firstRow + i),
    sensors: new Map([[field, { data: Float64Array.from(values, (value) => value ?? Number.NaN), nulls }]]),
    other: null,
  }
}

const readings = async (connection: DuckDBConnection, field: string) =>
  (await rows(connection, `SELECT ${field} FROM readings ORDER BY row`)).map(([value]) => value)

/** As GPU-Z prints: a number and its decimals. */
const printed = (decimals: number) =>
  fc.option(fc.integer({ min: -99_999, max: 999_999 }).map((digits) => Number(`${digits}e-${decimals}`)))
const any = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0))

test.each([
  ['gpu_temperature', 1],
  ['gpu_voltage', 4],
] as const)('%s with up to %i decimals takes four bytes and reads back as it was', async (field, decimals) => {
  const values = fc.sample(printed(decimals), { numRuns: 3000, seed: 7 })
  const connection = await database.open()
  const writer = await StoreWriter.open(connection)
  await writer.append(batch(field, 0, values))
  await writer.commit(NOTHING)
  expect(await readings(connection, field)).toEqual(values)
  expect(await readingPackings(connection)).toEqual(new Map([[field, decimals]]))
})

test('a reading that does not fit makes the column wider: nothing is rounded, whenever it comes, also after a restart', async () => {
  const parts = fc.array(fc.array(fc.oneof(printed(1), printed(1), any), { minLength: 1, maxLength: 20 }), {
    minLength: 1,
    maxLength: 5,
  })
  await fc.assert(
    fc.asyncProperty(parts, fc.boolean(), async (parts, restarts) => {
      const own = await Database.create()
      try {
        let writer = await StoreWriter.open(await own.open())
        let row = 0
        for (const part of parts) {
          await writer.append(batch('board_power', row, part))
          row += part.length
          if (!restarts) continue
          await writer.commit(NOTHING)
          own.close()
          writer = await StoreWriter.open(await own.open())
        }
        await writer.commit(NOTHING)
        expect(await readings(await own.open(), 'board_power')).toEqual(parts.flat())
      } finally {
        own.remove()
      }
    }),
    { numRuns: 25 },
  )
}, 60_000)
