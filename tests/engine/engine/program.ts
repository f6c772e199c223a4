import fc from 'fast-check'
import type { Batch, RawRecord } from '../../../engine/index.ts'
import { ColumnBuilder } from '../../../engine/runtime/batch.ts'
import { Decimal } from '../../../engine/types/decimal.ts'
import { BIGINT, BOOLEAN, DOUBLE, decimalType, INTEGER, type SqlType, STRING } from '../../../engine/types/sql-type.ts'
import type { SqlValue } from '../../../engine/types/values.ts'

/**
 * Random programs of ksqlDB statements over one input stream. Every stream has the same columns, so any statement can read any stream that
 * is there before it; tables have the columns of `TABLE_COLUMNS`.
 */
const COLUMNS = 'k VARCHAR KEY, g VARCHAR, i INT, b BIGINT, d DOUBLE, m DECIMAL(8, 2), f BOOLEAN'

export const INPUT_TOPIC = 'input'

const AGGREGATES = [
  'COUNT(*) AS n, SUM(i) AS x, MIN(d) AS y, COLLECT_LIST(i) AS z',
  'COUNT(b) AS n, CAST(SUM(b) AS INT) AS x, AVG(d) AS y, COLLECT_SET(g) AS z',
  'COUNT(*) AS n, MAX(i) AS x, STDDEV_SAMPLE(d) AS y, LATEST_BY_OFFSET(m) AS z',
  'COUNT(*) AS n, EARLIEST_BY_OFFSET(i) AS x, SUM(d) AS y, SUM(m) AS z',
  'COUNT(*) AS n, LATEST_BY_OFFSET(i, FALSE) AS x, MAX(d) AS y, LATEST_BY_OFFSET(i, 3) AS z',
  'COUNT_DISTINCT(i) AS n, SUM(i) AS x, AVG(b) AS y, TOPK(i, 2) AS z',
]

const UNDOABLE = [
  'COUNT(*) AS c, SUM(x) AS s',
  'COUNT(x) AS c, AVG(y) AS s',
  'SUM(y) AS c, COLLECT_LIST(k) AS s',
  'COUNT(*) AS c, STDDEV_SAMPLE(y) AS s',
]

const WINDOWS = [
  'WINDOW TUMBLING (SIZE 10 SECONDS)',
  'WINDOW TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 5 SECONDS)',
  'WINDOW TUMBLING (SIZE 10 SECONDS, RETENTION 1 MINUTE, GRACE PERIOD 0 SECONDS)',
  'WINDOW HOPPING (SIZE 10 SECONDS, ADVANCE BY 3 SECONDS, GRACE PERIOD 4 SECONDS)',
  'WINDOW SESSION (4 SECONDS)',
  'WINDOW SESSION (4 SECONDS, GRACE PERIOD 6 SECONDS)',
]

const PREDICATES = ['i > 0', 'd < 10.0', 'f', `g LIKE 'a%'`, 'b IS NOT NULL', 'm > 0', `k <> 'k1'`]

const HAVINGS = ['', 'HAVING COUNT(*) > 1', 'HAVING SUM(i) > 0']

/** One statement or a few; `source` and `table` choose among what is there. */
interface Step {
  readonly kind: 'project' | 'explode' | 'partition' | 'aggregate' | 'window' | 'regroup' | 'join' | 'insert'
  readonly source: number
  readonly other: number
  readonly choice: number
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    'project',
    'explode',
    'partition',
    'aggregate',
    'window',
    'window',
    'regroup',
    'join',
    'insert',
  ),
  source: fc.nat(7),
  other: fc.nat(7),
  choice: fc.nat(71),
})

function pick<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length]
  if (item === undefined) throw new Error('an empty list')
  return item
}

function build(steps: readonly Step[]): string[] {
  const streams = ['s']
  const tables: string[] = []
  const statements = [
    `CREATE STREAM s (${COLUMNS}) WITH (KAFKA_TOPIC='${INPUT_TOPIC}', VALUE_FORMAT='JSON', PARTITIONS=1);`,
  ]
  for (const [n, { kind, source, other, choice }] of steps.entries()) {
    const from = pick(streams, source)
    const name = `Q${n}`
    const where = `WHERE ${pick(PREDICATES, choice)}`
    const having = pick(HAVINGS, choice)
    const aggregates = pick(AGGREGATES, other)
    switch (kind) {
      case 'project':
        statements.push(
          `CREATE STREAM ${name} AS SELECT k, UCASE(g) AS g, i + 1 AS i, b, d / i AS d, m, NOT f AS f FROM ${from} ${where} EMIT CHANGES;`,
        )
        streams.push(name)
        break
      case 'explode':
        statements.push(
          `CREATE STREAM ${name} AS SELECT k, g, EXPLODE(ARRAY[i, i - 1, 7]) AS i, b, d, m, f FROM ${from} EMIT CHANGES;`,
        )
        streams.push(name)
        break
      case 'partition':
        statements.push(
          `CREATE STREAM ${name} AS SELECT g AS k, k AS g, i, b, d, m, f FROM ${from} PARTITION BY g EMIT CHANGES;`,
        )
        streams.push(name)
        break
      case 'aggregate':
        statements.push(
          `CREATE TABLE ${name} AS SELECT k, ${aggregates} FROM ${from} ${choice % 2 === 0 ? where : ''} GROUP BY k ${having} EMIT CHANGES;`,
        )
        tables.push(name)
        break
      case 'window':
        statements.push(
          `CREATE TABLE ${name} AS SELECT g, WINDOWSTART AS ws, ${aggregates} FROM ${from} ${pick(WINDOWS, choice)} GROUP BY g ${having} EMIT ${choice % 2 === 0 ? 'FINAL' : 'CHANGES'};`,
        )
        break
      case 'regroup':
        if (tables.length === 0) break
        statements.push(
          `CREATE TABLE ${name} AS SELECT n, ${pick(UNDOABLE, choice)} FROM ${pick(tables, source)} GROUP BY n EMIT CHANGES;`,
        )
        break
      case 'join': {
        if (tables.length === 0) break
        const type = choice % 2 === 0 ? 'LEFT JOIN' : 'JOIN'
        statements.push(
          `CREATE STREAM ${name} AS SELECT l.k AS k, l.g AS g, r.x AS i, r.n AS b, r.y AS d, l.m AS m, l.f AS f FROM ${from} l ${type} ${pick(tables, other)} r ON l.k = r.k EMIT CHANGES;`,
        )
        streams.push(name)
        break
      }
      case 'insert':
        statements.push(
          `CREATE STREAM ${name} (${COLUMNS}) WITH (KAFKA_TOPIC='${name}', VALUE_FORMAT='JSON', PARTITIONS=1);`,
          `INSERT INTO ${name} SELECT * FROM ${from} ${where} EMIT CHANGES;`,
          `INSERT INTO ${name} SELECT k, g, i * 2 AS i, b, d, m, f FROM ${pick(streams, other)} EMIT CHANGES;`,
        )
        streams.push(name)
        break
    }
  }
  return statements
}

/** Statements to run in order. */
export const program: fc.Arbitrary<string> = fc
  .array(step, { minLength: 1, maxLength: 7 })
  .map((steps) => build(steps).join('\n'))

/** A record of the input stream in SQL values. */
export interface InputRow {
  readonly k: string | null
  readonly g: string | null
  readonly i: number | null
  readonly b: bigint | null
  readonly d: number | null
  /** unscaled, of scale 2 */
  readonly m: bigint | null
  readonly f: boolean | null
  readonly time: number
}

const nullable = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 6 })

/** Rows out of order by a few seconds, now and then by more. */
export const inputRows: fc.Arbitrary<InputRow[]> = fc
  .array(
    fc.record({
      k: nullable(fc.constantFrom('k1', 'k2', 'k3')),
      g: nullable(fc.constantFrom('a', 'ab', 'b')),
      i: nullable(fc.oneof(fc.integer({ min: -3, max: 9 }), fc.integer())),
      b: nullable(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n })),
      d: nullable(fc.oneof(fc.integer({ min: -20, max: 20 }), fc.double({ noNaN: true, noDefaultInfinity: true }))),
      m: nullable(fc.bigInt({ min: -999n, max: 999n })),
      f: nullable(fc.boolean()),
      step: fc.oneof({ weight: 5, arbitrary: fc.nat(4000) }, { weight: 1, arbitrary: fc.nat(60_000) }),
      back: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(20_000) }),
    }),
    { maxLength: 40 },
  )
  .map((rows) => {
    let clock = 100_000
    return rows.map(({ step: forward, back, ...row }) => {
      clock += forward
      return { ...row, time: clock - back }
    })
  })

export function rawRecord({ k, g, i, b, d, m, f, time }: InputRow): RawRecord {
  const number = (value: number | bigint | null) =>
    value === null ? 'null' : Object.is(value, -0) ? '-0.0' : String(value)
  const text = (value: string | boolean | null) => JSON.stringify(value)
  const decimal = m === null ? 'null' : new Decimal(m, 2).toString()
  const value = `{"g":${text(g)},"i":${number(i)},"b":${number(b)},"d":${number(d)},"m":${decimal},"f":${text(f)}}`
  return { key: k === null ? null : Buffer.from(k), value: Buffer.from(value), timestamp: time, headers: [] }
}

const TYPES: readonly [keyof InputRow, SqlType][] = [
  ['k', STRING],
  ['g', STRING],
  ['i', INTEGER],
  ['b', BIGINT],
  ['d', DOUBLE],
  ['m', decimalType(8, 2)],
  ['f', BOOLEAN],
]

/** The rows as `KsqlEngine.append` takes them. */
export function columnsOf(rows: readonly InputRow[]): {
  count: number
  columns: Map<string, Batch['columns'][number]>
  rowtime: Float64Array
} {
  const columns = new Map(
    TYPES.map(([name, type]) => {
      const builder = new ColumnBuilder(type, rows.length)
      for (const [at, row] of rows.entries()) {
        const value = row[name]
        builder.set(
          at,
          type.base === 'DECIMAL' && typeof value === 'bigint' ? new Decimal(value, 2) : (value as SqlValue),
        )
      }
      return [name.toUpperCase(), builder.finish()] as const
    }),
  )
  return { count: rows.length, columns, rowtime: Float64Array.from(rows, (r) => r.time) }
}

/** The rows cut at random places. */
export function cut<T>(rows: readonly T[], sizes: readonly number[]): T[][] {
  const chunks: T[][] = []
  for (let from = 0, n = 0; from < rows.length; n++) {
    const size = Math.max(1, pick([...sizes, rows.length], n))
    chunks.push(rows.slice(from, from + size))
    from += size
  }
  return chunks
}
