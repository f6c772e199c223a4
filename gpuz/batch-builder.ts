import type { ReadingBatch, SensorColumn } from './batch.ts'
import { sensorOf } from './catalogue.ts'
import type { LogColumn } from './header-names.ts'
import { type LogReport, type SensorReport, sensorReport } from './report.ts'

/** Collects the rows of one header in fresh arrays and judges their values when a batch is complete. */
export class BatchBuilder {
  /** One array per column of the log, null for those nobody asked for. NaN is "no reading". */
  columns: (Float64Array | null)[] = []
  ts = new Float64Array(0)
  count = 0
  capacity = 0
  #row = new Float64Array(0)
  readonly #logColumns: readonly LogColumn[]
  readonly #wanted: readonly boolean[]
  readonly #report: LogReport
  readonly #statistics: boolean

  constructor(logColumns: readonly LogColumn[], wanted: readonly boolean[], report: LogReport, statistics: boolean) {
    this.#logColumns = logColumns
    this.#wanted = wanted
    this.#report = report
    this.#statistics = statistics
    // In the order of the log, whatever is found first.
    for (const [i, column] of logColumns.entries()) if (wanted[i]) sensorReport(report, column)
  }

  begin(capacity: number): void {
    this.capacity = capacity
    // One buffer for all: it is allocated, handed to another thread and freed as one.
    const all = new Float64Array(capacity * (2 + this.#wanted.filter(Boolean).length))
    let arrays = 0
    const next = () => all.subarray(arrays * capacity, ++arrays * capacity)
    this.ts = next()
    this.#row = next()
    this.columns = this.#wanted.map((wanted) => (wanted ? next() : null))
  }

  /** The batch; the builder keeps nothing of it. */
  finish(firstRow: number): ReadingBatch {
    const { count } = this
    const sensors = new Map<string, SensorColumn>()
    const unknown: { name: string; data: Float64Array }[] = []
    for (const [i, column] of this.#logColumns.entries()) {
      const values = this.columns[i]
      if (values === null) continue
      const data = trimmed(values, count)
      const entry = sensorReport(this.#report, column)
      const nulls = judge(data, column.known ? column.name : null, entry)
      if (this.#statistics) range(data, entry)
      if (column.known) sensors.set(column.name, { data, nulls })
      else unknown.push({ name: column.name, data })
    }
    const row = trimmed(this.#row, count)
    for (let i = 0; i < count; i++) row[i] = firstRow + i
    const ts = trimmed(this.ts, count)
    this.count = 0
    this.capacity = 0
    return { count, row, ts, sensors, other: unknown.length === 0 ? null : rowsOf(unknown, count) }
  }
}

// Half-empty arrays would keep their memory as long as the batch lives.
function trimmed(array: Float64Array, count: number): Float64Array {
  if (count === array.length) return array
  return count * 2 < array.length ? array.slice(0, count) : array.subarray(0, count)
}

/** Turns readings that cannot be into "no reading", counted by sensor. */
function judge(data: Float64Array, field: string | null, entry: SensorReport): Uint8Array | null {
  const sensor = field === null ? undefined : sensorOf(field)
  const min = sensor?.min ?? -Number.MAX_VALUE
  const max = sensor?.max ?? Number.MAX_VALUE
  const nothing = sensor?.zeroMeansNothing === true ? 0 : Number.NaN
  let nulls: Uint8Array | null = null
  entry.rows += data.length
  for (let i = 0; i < data.length; i++) {
    const value = data[i]
    if (value >= min && value <= max && value !== nothing) continue
    nulls ??= new Uint8Array(data.length)
    nulls[i] = 1
    data[i] = Number.NaN
    if (Number.isNaN(value)) entry.missing++
    else if (value === nothing) entry.zeros++
    else {
      entry.implausible++
      entry.firstImplausible ??= value
    }
  }
  return nulls
}

function range(data: Float64Array, entry: SensorReport): void {
  let min = entry.min ?? Number.POSITIVE_INFINITY
  let max = entry.max ?? Number.NEGATIVE_INFINITY
  for (let i = 0; i < data.length; i++) {
    const value = data[i]
    if (value < min) min = value
    if (value > max) max = value
  }
  if (min <= max) {
    entry.min = min
    entry.max = max
  }
}

function rowsOf(
  columns: readonly { name: string; data: Float64Array }[],
  count: number,
): (ReadonlyMap<string, number> | null)[] {
  const rows: (ReadonlyMap<string, number> | null)[] = []
  for (let i = 0; i < count; i++) {
    const readings = columns
      .filter(({ data }) => !Number.isNaN(data[i]))
      .map(({ name, data }) => [name, data[i]] as const)
    rows.push(readings.length === 0 ? null : new Map(readings))
  }
  return rows
}
