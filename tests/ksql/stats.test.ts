import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Batch, type Column, dataColumns, KsqlEngine, readValue, type Source } from '../../engine/index.ts'
import { productStatements } from '../../jobs/statement-file.ts'

const METRICS = { GT: 'GPU_TEMPERATURE', CT: 'CPU_TEMPERATURE', BP: 'BOARD_POWER', GL: 'GPU_LOAD' } as const
const SIZES = { '30s': 30_000, '1m': 60_000, '1h': 3_600_000, '1d': 86_400_000 } as const

/** ms since 1970, and a value or none for each metric */
interface Reading {
  readonly ts: number
  readonly values: readonly (number | null)[]
}

type Statistics = Readonly<Record<string, number | null>>

const statements = (await productStatements()).filter(({ name }) => name <= 'ksql/05-stats.ksql')

/** From one reading to the next: mostly seconds, now and then a pause of minutes, hours or days. */
const step = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 3000 }) },
  { weight: 3, arbitrary: fc.integer({ min: 3000, max: 90_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 90_000, max: 100_000_000 }) },
)
const value = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 1000 }) },
)
const readings = fc
  .array(fc.record({ step, values: fc.tuple(value, value, value, value) }), { minLength: 1, maxLength: 120 })
  .map((rows): Reading[] => {
    let ts = Date.UTC(2024, 0, 1)
    return rows.map(({ step, values }) => {
      ts += step
      return { ts, values: values.map((v) => (v === null ? null : v / 10)) }
    })
  })

test('statistics of every size are those of the readings themselves', () => {
  fc.assert(
    fc.property(readings, (rows) => {
      const found = byStatements(rows)
      for (const [size, ms] of Object.entries(SIZES)) {
        const windows = windowsOf(rows, ms)
        const expected = [...windows].map(([start, inside]) => [start, about(naive(inside))])
        expect({ size, windows: [...(found.get(`gpu.stats.${size}`) ?? [])] }).toEqual({ size, windows: expected })
      }
    }),
    { numRuns: 60 },
  )
})

function windowsOf(rows: readonly Reading[], size: number): Map<number, Reading[]> {
  const windows = new Map<number, Reading[]>()
  for (const row of rows) {
    const start = Math.floor(row.ts / size) * size
    const inside = windows.get(start)
    if (inside === undefined) windows.set(start, [row])
    else inside.push(row)
  }
  return windows
}

function naive(rows: readonly Reading[]): Statistics {
  const of = Object.keys(METRICS).flatMap((metric, i): [string, number | null][] => {
    const values = rows.flatMap(({ values }) => values[i] ?? [])
    const n = values.length
    const mean = values.reduce((a, b) => a + b, 0) / n
    const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0)
    return [
      [`${metric}_N`, n],
      [`${metric}_MIN`, n === 0 ? null : Math.min(...values)],
      [`${metric}_MAX`, n === 0 ? null : Math.max(...values)],
      [`${metric}_AVG`, n === 0 ? null : mean],
      [`${metric}_SD`, n < 2 ? null : Math.sqrt(squares / (n - 1))],
    ]
  })
  return Object.fromEntries([['N', rows.length], ...of, ['ENERGY_WH', energy(rows)]])
}

/** Mean power of each half minute times the time its readings cover: from the first to the last and a mean step more. */
function energy(rows: readonly Reading[]): number | null {
  const halves = [...windowsOf(rows, 30_000).values()].flatMap((half) => {
    const powers = half.flatMap(({ values }) => values[2] ?? [])
    if (powers.length === 0 || half.length < 2) return []
    const covered = ((half.at(-1)?.ts ?? 0) - (half[0]?.ts ?? 0)) / 1000
    const seconds = Math.min(30, (covered * half.length) / (half.length - 1))
    return [((powers.reduce((a, b) => a + b) / powers.length) * seconds) / 3600]
  })
  return halves.length === 0 ? null : halves.reduce((a, b) => a + b)
}

function byStatements(rows: readonly Reading[]): Map<string, Map<number, Statistics>> {
  const engine = new KsqlEngine()
  for (const { text } of statements) engine.execute(text)
  const found = new Map<string, Map<number, Statistics>>()
  for (const size of Object.keys(SIZES)) {
    const windows = new Map<number, Statistics>()
    found.set(`gpu.stats.${size}`, windows)
    // hours and days come as they grow: the last row of a window is the one that counts
    engine.topic(`gpu.stats.${size}`).subscribe((batch, source) => {
      for (let i = 0; i < batch.count; i++)
        windows.set(batch.windowStart?.[i] ?? Number.NaN, statisticsOf(batch, source, i))
    })
  }
  const ts = Float64Array.from(rows, (row) => row.ts)
  const sensors = Object.values(METRICS).map((name, i) => {
    const nulls = Uint8Array.from(rows, ({ values }) => (values[i] === null ? 1 : 0))
    return [name, { data: Float64Array.from(rows, ({ values }) => values[i] ?? 0), nulls }] as const
  })
  const columns = new Map<string, Column>([
    ['DEVICE', { data: rows.map(() => 'card'), nulls: null }],
    ['TS', { data: ts, nulls: null }],
    ...sensors,
  ])
  engine.append('GPU_READINGS', { count: rows.length, columns, rowtime: ts })
  engine.end()
  return found
}

function statisticsOf(batch: Batch, source: Source, row: number): Statistics {
  const wanted = [
    'N',
    'ENERGY_WH',
    ...Object.keys(METRICS).flatMap((m) => ['N', 'MIN', 'MAX', 'AVG', 'SD'].map((f) => `${m}_${f}`)),
  ]
  const layout = dataColumns(source)
  return Object.fromEntries(
    wanted.map((name) => {
      const i = layout.findIndex((c) => c.name === name)
      const read = readValue(batch.columns[i] ?? { data: [], nulls: null }, row, layout[i]?.type ?? { base: 'DOUBLE' })
      return [name, read === null ? null : Number(read)]
    }),
  )
}

/** Sums of squares lose the last digits of a deviation. */
function about(statistics: Statistics): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(statistics).map(([name, v]) => [name, v === null ? null : expect.closeTo(v, 4)]),
  )
}
