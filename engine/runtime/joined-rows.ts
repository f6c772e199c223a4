import type { LayoutColumn } from '../plan/nodes.ts'
import type { SqlValue } from '../types/values.ts'
import { Batch, ColumnBuilder, type Header, readValue } from './batch.ts'

/** Bounds of a windowed key, ms. */
export type WindowBounds = readonly [start: number, end: number]

/** The window of that size (ms) that begins with another; null: sessions, which have no size. */
export function resized(window: WindowBounds | null, size: number | null): WindowBounds | null {
  return window === null || size === null ? window : [window[0], window[0] + size]
}

/** What a joined row takes from the row that made it. */
export interface Origin {
  readonly cause: number
  readonly headers: readonly Header[] | null
  readonly window: WindowBounds | null
}

/** Builds the rows of a join one by one: columns of the left row, those of the right row, then the key, where the layout has it. */
export class JoinedRows {
  private readonly builders: readonly ColumnBuilder[]
  private readonly leftCount: number
  private readonly rightCount: number
  private readonly times: number[] = []
  private readonly causes: number[] = []
  private readonly headers: (readonly Header[])[] = []
  private readonly starts: number[] = []
  private readonly ends: number[] = []
  private readonly dead: number[] = []
  private hasHeaders = false

  constructor(layout: readonly LayoutColumn[], leftCount: number, rightCount: number, capacity: number) {
    this.builders = layout.map((c) => new ColumnBuilder(c.type, capacity))
    this.leftCount = leftCount
    this.rightCount = rightCount
  }

  get count(): number {
    return this.times.length
  }

  /** `left` or `right` is null where that side has no row; both: nothing is left of the row of that key. */
  add(
    left: readonly SqlValue[] | null,
    right: readonly SqlValue[] | null,
    key: SqlValue,
    time: number,
    origin: Origin,
  ): void {
    const row = this.count
    const { leftCount, rightCount } = this
    for (const [k, builder] of this.builders.entries()) {
      const value = k < leftCount ? left?.[k] : k < leftCount + rightCount ? right?.[k - leftCount] : key
      builder.set(row, value ?? null)
    }
    this.finishRow(time, origin)
  }

  /** The row of a key is gone; `keys` are the columns that tell it. */
  addTombstone(keys: ReadonlyMap<number, SqlValue>, time: number, origin: Origin): void {
    const row = this.count
    this.dead.push(row)
    for (const [k, builder] of this.builders.entries()) builder.set(row, keys.get(k) ?? null)
    this.finishRow(time, origin)
  }

  private finishRow(time: number, { cause, headers, window }: Origin): void {
    this.times.push(time)
    this.causes.push(cause)
    this.headers.push(headers ?? [])
    if (headers !== null) this.hasHeaders = true
    if (window !== null) {
      this.starts.push(window[0])
      this.ends.push(window[1])
    }
  }

  finish(): Batch {
    const { count } = this
    const columns = this.builders.map((b) => b.finish())
    const batch = new Batch(count, columns, Float64Array.from(this.times))
    batch.cause = Int32Array.from(this.causes)
    if (this.hasHeaders) batch.headers = this.headers
    if (this.starts.length > 0) {
      batch.windowStart = Float64Array.from(this.starts)
      batch.windowEnd = Float64Array.from(this.ends)
    }
    if (this.dead.length > 0) {
      batch.tombstone = new Uint8Array(count)
      for (const row of this.dead) batch.tombstone[row] = 1
    }
    return batch
  }
}

/** Row i of a batch as the origin of joined rows. */
export function originOf(batch: Batch, i: number): Origin {
  const { cause, headers, windowStart, windowEnd } = batch
  return {
    cause: cause === null ? i : (cause[i] ?? 0),
    headers: headers?.[i] ?? null,
    window: windowStart === null ? null : [windowStart[i] ?? 0, windowEnd?.[i] ?? 0],
  }
}

/** The values of row i. */
export function valuesAt(batch: Batch, i: number, layout: readonly LayoutColumn[]): SqlValue[] {
  return layout.map((c, k) => {
    const column = batch.columns[k]
    if (column === undefined) throw new Error(`the batch has no column ${k}`)
    return readValue(column, i, c.type)
  })
}
