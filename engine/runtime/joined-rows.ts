import type { LayoutColumn } from '../plan/nodes.ts'
import type { SqlValue } from '../types/values.ts'
import { allocate, Batch, type Column, type Header, physicalOf } from './batch.ts'

/** The values of a row, in the order of its layout. */
export type RowValues = readonly SqlValue[]

/** Bounds of a windowed key, ms. */
export type WindowBounds = readonly [start: number, end: number]

/** The window of that size (ms) that begins with another; null: sessions, which have no size. */
export function resized(window: WindowBounds | null, size: number | null): WindowBounds | null {
  return window === null || size === null ? window : [window[0], window[0] + size]
}

export function windowAt({ windowStart, windowEnd }: Batch, row: number): WindowBounds | null {
  return windowStart === null ? null : [windowStart[row] ?? 0, windowEnd?.[row] ?? 0]
}

/**
 * Collects the rows of a join: columns of the left row, those of the right row, then the key, where the layout has it. Rows come one by one,
 * the columns are made in the end, each in one go.
 */
export class JoinedRows {
  private readonly layout: readonly LayoutColumn[]
  private readonly leftCount: number
  private readonly rightCount: number
  private readonly lefts: (RowValues | null)[] = []
  private readonly rights: (RowValues | null)[] = []
  private readonly keys: SqlValue[] = []
  private readonly times: number[] = []
  private readonly causes: number[] = []
  private readonly dead: number[] = []
  private headers: (readonly Header[])[] | null = null
  private windows: WindowBounds[] | null = null

  constructor(layout: readonly LayoutColumn[], leftCount: number, rightCount: number) {
    this.layout = layout
    this.leftCount = leftCount
    this.rightCount = rightCount
  }

  get count(): number {
    return this.times.length
  }

  /** `left` or `right` is null where that side has no row. */
  add(left: RowValues | null, right: RowValues | null, key: SqlValue, time: number, cause: number): void {
    this.lefts.push(left)
    this.rights.push(right)
    this.keys.push(key)
    this.times.push(time)
    this.causes.push(cause)
  }

  /** The row of a key is gone. `left`: the key, where columns of the left row tell it. */
  addTombstone(left: RowValues | null, key: SqlValue, time: number, cause: number): void {
    this.dead.push(this.count)
    this.add(left, null, key, time, cause)
  }

  /** The window of the row that was added last: every row has one, or none. */
  window(bounds: WindowBounds | null): void {
    if (bounds === null) return
    this.windows ??= []
    this.windows.push(bounds)
  }

  /** The headers of the row that was added last. */
  header(headers: readonly Header[] | undefined): void {
    if (headers === undefined && this.headers === null) return
    this.headers ??= []
    while (this.headers.length < this.count - 1) this.headers.push([])
    this.headers.push(headers ?? [])
  }

  finish(): Batch {
    const { count, leftCount, rightCount, headers, windows, dead } = this
    const columns = this.layout.map((c, k) => {
      if (k < leftCount) return columnOf(this.lefts, k, c)
      return k < leftCount + rightCount ? columnOf(this.rights, k - leftCount, c) : keyColumn(this.keys, c)
    })
    const batch = new Batch(count, columns, Float64Array.from(this.times))
    batch.cause = Int32Array.from(this.causes)
    batch.headers = headers
    if (windows !== null) {
      batch.windowStart = Float64Array.from(windows, (w) => w[0])
      batch.windowEnd = Float64Array.from(windows, (w) => w[1])
    }
    if (dead.length > 0) {
      batch.tombstone = new Uint8Array(count)
      for (const row of dead) batch.tombstone[row] = 1
    }
    return batch
  }
}

function keyColumn(keys: readonly SqlValue[], column: LayoutColumn): Column {
  return columnOf(
    keys.map((key) => [key]),
    0,
    column,
  )
}

/** Value `index` of every row as a column. */
function columnOf(rows: readonly (RowValues | null)[], index: number, { type }: LayoutColumn): Column {
  const physical = physicalOf(type)
  const count = rows.length
  if (physical === 'ref') return { data: rows.map((row) => row?.[index] ?? null), nulls: null }
  const data = allocate(physical, count) as SqlValue[]
  let nulls: Uint8Array | null = null
  for (let i = 0; i < count; i++) {
    const value = rows[i]?.[index] ?? null
    if (value === null) {
      nulls ??= new Uint8Array(count)
      nulls[i] = 1
    } else data[i] = value === true ? 1 : value === false ? 0 : value
  }
  return { data, nulls }
}

/** The values of every row of a batch. */
export function rowsIn(batch: Batch, layout: readonly LayoutColumn[]): SqlValue[][] {
  const { count } = batch
  const rows = Array.from({ length: count }, (): SqlValue[] => [])
  for (const [k, { type }] of layout.entries()) {
    const column = batch.columns[k]
    if (column === undefined) throw new Error(`the batch has no column ${k}`)
    const { nulls } = column
    const data = column.data as SqlValue[]
    const isBoolean = type.base === 'BOOLEAN'
    for (let i = 0; i < count; i++) {
      const value = nulls !== null && nulls[i] === 1 ? null : (data[i] ?? null)
      rows[i]?.push(isBoolean && value !== null ? value === 1 : value)
    }
  }
  return rows
}
