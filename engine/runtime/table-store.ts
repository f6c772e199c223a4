import type { LayoutColumn } from '../plan/nodes.ts'
import { hashKey } from '../types/compare.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { Batch, ColumnBuilder, readValue } from './batch.ts'
import { JoinedRows, type WindowBounds, windowAt } from './joined-rows.ts'

export interface StoredRow {
  readonly values: readonly SqlValue[]
  readonly time: number
  readonly window: WindowBounds | null
}

/** The present rows of a table by key. Windowed tables have one row a key and window. */
export class TableStore {
  private rows = new Map<unknown, StoredRow>()
  private readonly types: readonly SqlType[]
  private readonly keyIndexes: readonly number[]
  private readonly hashes: readonly ((value: SqlValue) => unknown)[]

  constructor(columns: readonly { readonly type: SqlType; readonly role: 'key' | 'value' }[]) {
    this.types = columns.map((c) => c.type)
    this.keyIndexes = columns.flatMap((c, i) => (c.role === 'key' ? [i] : []))
    this.hashes = this.keyIndexes.map((i) => hashKey(this.types[i] ?? fail(i)))
  }

  get size(): number {
    return this.rows.size
  }

  /** The row of a single-column key. */
  get(key: SqlValue): readonly SqlValue[] | undefined {
    return this.rows.get(this.hashes[0]?.(key))?.values
  }

  /** All rows, in no order that is promised. */
  all(): Iterable<StoredRow> {
    return this.rows.values()
  }

  /** The row of a key; `window`: of a windowed one. */
  row(keys: readonly SqlValue[], window: WindowBounds | null): StoredRow | undefined {
    return this.rows.get(this.keyOf(keys, window))
  }

  /** Puts a row in place of the one its key has, or takes that away; gives the row that was there. */
  put(keys: readonly SqlValue[], window: WindowBounds | null, row: StoredRow | undefined): StoredRow | undefined {
    const key = this.keyOf(keys, window)
    const old = this.rows.get(key)
    if (row === undefined) this.rows.delete(key)
    else this.rows.set(key, row)
    return old
  }

  /** Takes row i of a batch of changes over; gives the row it replaces. */
  replace(batch: Batch, i: number): StoredRow | undefined {
    const values = batch.columns.map((column, j) => readValue(column, i, this.types[j] ?? fail(j)))
    const window = windowAt(batch, i)
    return this.put(
      this.keyIndexes.map((index) => values[index] ?? null),
      window,
      batch.tombstone?.[i] === 1 ? undefined : { values, time: batch.rowtime[i] ?? 0, window },
    )
  }

  /** Takes a batch of changes over; gives the rows they replace, row by row (tombstones where there was none). */
  apply(batch: Batch): Batch {
    const { count, columns } = batch
    const builders = this.types.map((type) => new ColumnBuilder(type, count))
    const time = new Float64Array(count)
    const absent = new Uint8Array(count)
    for (let i = 0; i < count; i++) {
      const old = this.replace(batch, i)
      if (old === undefined) absent[i] = 1
      else time[i] = old.time
      for (const [j, builder] of builders.entries()) {
        const column = columns[j]
        const type = this.types[j]
        if (column === undefined || type === undefined) continue
        const isKey = this.keyIndexes.includes(j)
        builder.set(i, old === undefined ? (isKey ? readValue(column, i, type) : null) : (old.values[j] ?? null))
      }
    }
    const previous = new Batch(
      count,
      builders.map((b) => b.finish()),
      time,
    )
    previous.tombstone = absent
    previous.windowStart = batch.windowStart
    previous.windowEnd = batch.windowEnd
    return previous
  }

  private keyOf(keys: readonly SqlValue[], window: WindowBounds | null): unknown {
    const [hash] = this.hashes
    if (window === null && keys.length === 1 && hash !== undefined) return hash(keys[0] ?? null)
    return combine(
      keys.map((key, j) => this.hashes[j]?.(key)),
      window?.[0],
      window?.[1],
    )
  }

  save(): unknown {
    return this.rows
  }

  load(saved: unknown): void {
    this.rows = saved as Map<unknown, StoredRow>
  }
}

/** Stored rows as a batch. */
export function storedRows(layout: readonly LayoutColumn[], rows: Iterable<StoredRow>): Batch {
  const result = new JoinedRows(layout, layout.length, 0)
  for (const { values, time, window } of rows) {
    result.add(values, null, null, time, result.count)
    result.window(window)
  }
  return result.finish()
}

/** One Map key of several. */
export function combine(parts: readonly unknown[], windowStart: number | undefined, windowEnd: number | undefined) {
  const all = windowStart === undefined ? parts : [...parts, windowStart, windowEnd]
  return all.length === 1 ? all[0] : all.map((p) => `${String(p).length}:${String(p)}`).join('')
}

function fail(index: number): never {
  throw new Error(`no column ${index}`)
}
