import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBInstance,
  INTEGER,
  TIMESTAMP_MS,
  UINTEGER,
} from '@duckdb/node-api'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AppendColumn, ColumnAppender, constant, wholeNumbers } from '../../store/append.ts'
import { appendTable } from '../../store/append-table.ts'
import type { Cell } from '../../store/checkpoint.ts'
import { absent } from '../../store/packed.ts'
import { inTransaction } from '../../store/transaction.ts'
import { writeTable } from '../../store/write-table.ts'

const RUNS = Number(process.env['GPUMON_RUNS'] ?? 60)
const VECTOR = 2048

async function database(): Promise<DuckDBConnection> {
  return (await DuckDBInstance.create(':memory:')).connect()
}

/** ms of all times that TIMESTAMP_MS and JavaScript's Date have in common. */
const time = fc.oneof(
  fc.integer({ min: -8.64e15, max: 8.64e15 }),
  fc.integer({ min: -5_000_000_000, max: 5_000_000_000 }),
  fc.constantFrom(-8.64e15, -4294967297, -4294967296, -1, 0, 1, 4294967295, 4294967296, 8.64e15),
)
const double = fc.oneof(fc.double(), fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, Number.MIN_VALUE))
const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const uint = fc.integer({ min: 0, max: 2 ** 32 - 1 })

/** Rows on both sides of what a vector holds, and of a word of its validity. */
const count = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.constantFrom(1, 63, 64, 65, VECTOR - 1, VECTOR, VECTOR + 1, 2 * VECTOR, 2 * VECTOR + 1, 5000),
)

/** Values of a column repeat after a while: what counts is where they stand. */
function column<T>(value: fc.Arbitrary<T>): fc.Arbitrary<(row: number) => T | null> {
  const cells = fc.array(fc.option(value, { freq: 3 }), { minLength: 1, maxLength: 67 })
  return cells.map((some) => (row) => some[row % some.length])
}

const table = fc.record({
  count,
  t: column(time),
  d: column(double),
  i: column(int),
  u: column(uint),
})

function appended<T extends AppendColumn['data']>(data: T, cells: readonly (number | null)[]): AppendColumn {
  return { data, nulls: cells.includes(null) ? Uint8Array.from(cells, (cell) => (cell === null ? 1 : 0)) : null }
}

async function readBack(connection: DuckDBConnection, select: string): Promise<unknown[][]> {
  const reader = await connection.runAndReadAll(`SELECT ${select} FROM x ORDER BY rowid`)
  return reader.getRowsJS().map((row) => row.map((cell) => (typeof cell === 'bigint' ? Number(cell) : cell)))
}

describe('columns that are appended read back equal', () => {
  test('with NULLs anywhere, times before 1970 and far off, and more rows than a vector holds', async () => {
    const connection = await database()
    await fc.assert(
      fc.asyncProperty(table, async ({ count, ...columns }) => {
        await connection.run('CREATE OR REPLACE TABLE x (t TIMESTAMP_MS, d DOUBLE, i INTEGER, u UINTEGER)')
        const rows = Array.from({ length: count }, (_, row) => row)
        const [t, d, i, u] = [columns.t, columns.d, columns.i, columns.u].map((cell) => rows.map(cell))
        const appender = await ColumnAppender.open(connection, 'x')
        appender.append(
          [
            appended(wholeNumbers(Float64Array.from(t, (cell) => cell ?? 0)), t),
            appended(
              Float64Array.from(d, (cell) => cell ?? 0),
              d,
            ),
            appended(
              Int32Array.from(i, (cell) => cell ?? 0),
              i,
            ),
            appended(
              Uint32Array.from(u, (cell) => cell ?? 0),
              u,
            ),
          ],
          count,
        )
        appender.close()
        expect(await readBack(connection, 'epoch_ms(t), d, i, u')).toEqual(
          rows.map((row) => [t[row], d[row], i[row], u[row]]),
        )
      }),
      { numRuns: RUNS },
    )
  })

  test('where a column is one value, absent, or a part of a larger buffer', async () => {
    const connection = await database()
    await connection.run('CREATE TABLE x (i INTEGER, a DOUBLE, d DOUBLE)')
    const rows = VECTOR + 100
    const data = Float64Array.from({ length: rows + 7 }, (_, row) => row).subarray(7)
    const appender = await ColumnAppender.open(connection, 'x')
    const columns = [{ data: constant(42, rows), nulls: null }, absent(rows, null), { data, nulls: null }]
    appender.append(columns, rows)
    appender.close()
    expect(await readBack(connection, 'i, a, d')).toEqual(Array.from({ length: rows }, (_, row) => [42, null, row + 7]))
  })
})

test('columns of a table with texts, times, whole numbers and NULLs are appended in its own types', async () => {
  const connection = await database()
  await connection.run('CREATE TABLE x (s VARCHAR, t TIMESTAMP_MS, n BIGINT, d DOUBLE)')
  const count = VECTOR + 1
  const of = (value: (row: number) => number) => Float64Array.from({ length: count + 5 }, (_, row) => value(row))
  const texts = Array.from({ length: count }, (_, row) => `Ä${row}`)
  const columns = [
    texts,
    of((row) => row * 1e9),
    of((row) => row * 2 ** 33),
    of((row) => (row % 3 === 0 ? Number.NaN : row / 4)),
  ]
  await appendTable(connection, { table: 'x', columns, count })
  expect(await readBack(connection, 's, epoch_ms(t), n, d')).toEqual(
    texts.map((text, row) => [text, row * 1e9, row * 2 ** 33, row % 3 === 0 ? null : row / 4]),
  )
  await expect(appendTable(connection, { table: 'x', columns: [texts], count })).rejects.toThrow('4 columns, not 1')
})

describe('rows that are written to a table', () => {
  const cells = fc.record({
    t: column(time),
    d: column(double),
    i: column(int),
    u: column(uint),
    n: column(fc.maxSafeInteger()),
    b: column(fc.boolean()),
    s: column(fc.string({ unit: 'grapheme' })),
  })
  const NAMES = ['t', 'd', 'i', 'u', 'n', 'b', 's'] as const

  test('read back equal, whatever the order of the columns; columns left out are NULL', async () => {
    const connection = await database()
    const types = [TIMESTAMP_MS, DOUBLE, INTEGER, UINTEGER, BIGINT, BOOLEAN, 'VARCHAR']
    await fc.assert(
      fc.asyncProperty(
        count,
        cells,
        fc.shuffledSubarray([...NAMES], { minLength: 1 }),
        async (count, values, names) => {
          await connection.run(
            `CREATE OR REPLACE TABLE x (${NAMES.map((name, i) => `${name} ${types[i]}`).join(', ')})`,
          )
          const rows = Array.from({ length: count }, (_, row) => names.map((name): Cell => values[name](row)))
          await writeTable(connection, { table: 'x', columns: names, key: [], rows })
          const select = NAMES.map((name) => (name === 't' ? 'epoch_ms(t)' : name)).join(', ')
          const expected = rows.map((row) =>
            NAMES.map((name) => (names.includes(name) ? row[names.indexOf(name)] : null)),
          )
          expect(await readBack(connection, select)).toEqual(expected)
        },
      ),
      { numRuns: RUNS },
    )
  })

  /** What the store does with them: statistics replace by device and time, sessions replace and go by number. */
  test.each([
    ['TIMESTAMP_MS', 'epoch_ms(id)', 0],
    ['INTEGER', 'id', 3],
  ])('take the place of those with their key of %s as in a map of JavaScript', async (type, id, mostRemoved) => {
    const key = fc.tuple(fc.constantFrom('a', 'b', "o'c", ''), fc.nat({ max: 4 }))
    const rows = fc.uniqueArray(fc.tuple(key, fc.double({ noNaN: true })), {
      selector: ([key]) => JSON.stringify(key),
    })
    const step = fc.record({ rows, removed: fc.array(key, { maxLength: mostRemoved }) })
    const connection = await database()
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
        await connection.run(`CREATE OR REPLACE TABLE x (device VARCHAR, id ${type}, value DOUBLE)`)
        const model = new Map<string, Cell[]>()
        for (const { rows, removed } of steps) {
          for (const gone of removed) model.delete(JSON.stringify(gone))
          for (const [key, value] of rows) model.set(JSON.stringify(key), [...key, value])
          await inTransaction(connection, () =>
            writeTable(connection, {
              table: 'x',
              columns: ['device', 'id', 'value'],
              key: ['device', 'id'],
              rows: rows.map(([key, value]) => [...key, value]),
              removed,
            }),
          )
        }
        const stored = await readBack(connection, `device, ${id}, value`)
        const order = (a: readonly unknown[], b: readonly unknown[]): number =>
          JSON.stringify(a) < JSON.stringify(b) ? -1 : 1
        expect(stored.sort(order)).toEqual([...model.values()].sort(order))
      }),
      { numRuns: RUNS },
    )
  })
})
