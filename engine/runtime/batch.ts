import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'

/**
 * Records in columns. Fixed-width types live in typed arrays with a byte null map (absent when the column has no null);
 * everything else is a plain array that holds null itself.
 */
export type ColumnData = Float64Array | Int32Array | BigInt64Array | Uint8Array | SqlValue[]

export interface Column {
  /** of a STRUCT kept by its fields (StructColumn) */
  readonly fields?: readonly Column[]
  readonly data: ColumnData
  /** nulls[i] === 1: NULL. Always null for plain arrays. */
  readonly nulls: Uint8Array | null
}

let zeros = new Uint8Array(4096)

/** The null map of a column without NULLs, for code that wants one: at least `count` zeros, which all share and none may change. */
export function noNulls(count: number): Uint8Array {
  if (zeros.length < count) zeros = new Uint8Array(2 * count)
  return zeros
}

/** How a type is laid out in a column. */
export type Physical = 'f64' | 'i32' | 'i64' | 'bool' | 'ref'

export function physicalOf(type: SqlType): Physical {
  switch (type.base) {
    case 'DOUBLE':
    case 'TIMESTAMP':
      return 'f64'
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
      return 'i32'
    case 'BIGINT':
      return 'i64'
    case 'BOOLEAN':
      return 'bool'
    default:
      return 'ref'
  }
}

export function allocate(physical: Physical, capacity: number): ColumnData {
  switch (physical) {
    case 'f64':
      return new Float64Array(capacity)
    case 'i32':
      return new Int32Array(capacity)
    case 'i64':
      return new BigInt64Array(capacity)
    case 'bool':
      return new Uint8Array(capacity)
    case 'ref':
      return []
  }
}

export interface Header {
  readonly key: string
  readonly value: Uint8Array | null
}

/** One batch of a topic's records, or of rows between two operators. All arrays have at least `count` entries. */
export class Batch {
  count: number
  /** key and value columns, in the order of the layout */
  columns: Column[]
  /** event time, ms since 1970 UTC */
  rowtime: Float64Array
  /** tombstone[i] === 1: the record's value is null (for a table: the row is deleted) */
  tombstone: Uint8Array | null = null
  /** keyNull[i] === 1: the record has no key at all, as opposed to a key of NULL columns */
  keyNull: Uint8Array | null = null
  /** bounds of a windowed key, ms */
  windowStart: Float64Array | null = null
  windowEnd: Float64Array | null = null
  offsets: Float64Array | null = null
  headers: (readonly Header[])[] | null = null
  /**
   * Row of the batch appended from outside that caused each row; null: row i was caused by row i.
   * Queries with several inputs merge by it, so that results do not depend on how the input was cut into batches.
   */
  cause: Int32Array | null = null

  constructor(count: number, columns: Column[], rowtime: Float64Array) {
    this.count = count
    this.columns = columns
    this.rowtime = rowtime
  }
}

/** The row of the outside batch that caused a row. */
export function causeOf({ cause }: Batch, row: number): number {
  return cause === null ? row : (cause[row] ?? 0)
}

/** A view of rows [from, to) of a column. */
export function sliceColumn({ data, nulls }: Column, from: number, to: number): Column {
  return {
    data: Array.isArray(data) ? data.slice(from, to) : data.subarray(from, to),
    nulls: nulls?.subarray(from, to) ?? null,
  }
}

/** A view of rows [from, to). */
export function sliceBatch(batch: Batch, from: number, to: number): Batch {
  if (from === 0 && to === batch.count) return batch
  const columns = batch.columns.map((column) => sliceColumn(column, from, to))
  const slice = new Batch(to - from, columns, batch.rowtime.subarray(from, to))
  slice.tombstone = batch.tombstone?.subarray(from, to) ?? null
  slice.keyNull = batch.keyNull?.subarray(from, to) ?? null
  slice.windowStart = batch.windowStart?.subarray(from, to) ?? null
  slice.windowEnd = batch.windowEnd?.subarray(from, to) ?? null
  slice.offsets = batch.offsets?.subarray(from, to) ?? null
  slice.headers = batch.headers?.slice(from, to) ?? null
  slice.cause = batch.cause?.subarray(from, to) ?? causeRange(from, to)
  return slice
}

function causeRange(from: number, to: number): Int32Array {
  const cause = new Int32Array(to - from)
  for (let i = 0; i < cause.length; i++) cause[i] = from + i
  return cause
}

/** The SQL value at a row of a column. */
export function readValue(column: Column, row: number, type: SqlType): SqlValue {
  if (column.nulls !== null && column.nulls[row] === 1) return null
  const value = column.data[row] as SqlValue
  return type.base === 'BOOLEAN' && typeof value === 'number' ? value === 1 : value
}

/** Builds a column value by value; for paths where rows come one at a time (decoding, INSERT VALUES, table state). */
export class ColumnBuilder {
  readonly physical: Physical
  private data: ColumnData
  private nulls: Uint8Array | null = null
  private capacity: number

  constructor(type: SqlType, capacity: number) {
    this.physical = physicalOf(type)
    this.capacity = Math.max(capacity, 1)
    this.data = allocate(this.physical, this.capacity)
  }

  set(row: number, value: SqlValue): void {
    if (this.physical === 'ref') {
      ;(this.data as SqlValue[])[row] = value
      return
    }
    if (row >= this.capacity) this.grow(row + 1)
    if (value === null) {
      this.nulls ??= new Uint8Array(this.capacity)
      this.nulls[row] = 1
    } else if (this.physical === 'bool') {
      ;(this.data as Uint8Array)[row] = value === true ? 1 : 0
    } else {
      ;(this.data as SqlValue[])[row] = value
    }
  }

  finish(): Column {
    return { data: this.data, nulls: this.nulls }
  }

  private grow(needed: number): void {
    const capacity = Math.max(needed, this.capacity * 2)
    const data = allocate(this.physical, capacity) as Float64Array
    data.set(this.data as Float64Array)
    this.data = data
    if (this.nulls !== null) {
      const nulls = new Uint8Array(capacity)
      nulls.set(this.nulls)
      this.nulls = nulls
    }
    this.capacity = capacity
  }
}

/** The chosen rows of a column, in the order given. */
export function gather(column: Column, rows: Int32Array, count: number): Column {
  const { data, nulls } = column
  if (Array.isArray(data)) {
    const picked: SqlValue[] = []
    for (let o = 0; o < count; o++) picked.push(data[rows[o] ?? 0] ?? null)
    return { data: picked, nulls: null }
  }
  const picked = new (data.constructor as new (n: number) => Float64Array)(count)
  for (let o = 0; o < count; o++) picked[o] = (data as Float64Array)[rows[o] ?? 0] as number
  if (nulls === null) return { data: picked, nulls: null }
  const absent = new Uint8Array(count)
  for (let o = 0; o < count; o++) absent[o] = nulls[rows[o] ?? 0] ?? 0
  return { data: picked, nulls: absent }
}

/** The chosen rows of a batch, in the order given. */
export function gatherBatch(batch: Batch, rows: Int32Array): Batch {
  const count = rows.length
  const pick = <T extends Float64Array | Uint8Array>(array: T | null): T | null =>
    array === null ? null : (gather({ data: array, nulls: null }, rows, count).data as T)
  const result = new Batch(
    count,
    batch.columns.map((column) => gather(column, rows, count)),
    pick(batch.rowtime) ?? new Float64Array(0),
  )
  result.tombstone = pick(batch.tombstone)
  result.keyNull = pick(batch.keyNull)
  result.windowStart = pick(batch.windowStart)
  result.windowEnd = pick(batch.windowEnd)
  result.offsets = pick(batch.offsets)
  const { headers } = batch
  result.headers = headers === null ? null : Array.from(rows, (i) => headers[i] ?? [])
  result.cause = Int32Array.from(rows, (i) => causeOf(batch, i))
  return result
}

/** The rows that satisfy a condition; the batch itself when all do. */
export function filterBatch(batch: Batch, keep: (row: number) => boolean): Batch {
  let kept = 0
  while (kept < batch.count && keep(kept)) kept++
  if (kept === batch.count) return batch
  const rows = Array.from({ length: kept }, (_, i) => i)
  for (let i = kept + 1; i < batch.count; i++) if (keep(i)) rows.push(i)
  return gatherBatch(batch, Int32Array.from(rows))
}

export function withoutTombstones(batch: Batch): Batch {
  const { tombstone } = batch
  return tombstone === null ? batch : filterBatch(batch, (i) => tombstone[i] === 0)
}
