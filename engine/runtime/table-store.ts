import { hashKey } from '../types/compare.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { Batch, ColumnBuilder, readValue } from './batch.ts'

export interface StoredRow {
  readonly values: readonly SqlValue[]
  readonly time: number
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

  entries(): Iterable<StoredRow> {
    return this.rows.values()
  }

  /** The row of a key; `window`: of a windowed one. */
  row(keys: readonly SqlValue[], window: readonly [start: number, end: number] | null): StoredRow | undefined {
    return this.rows.get(
      combine(
        keys.map((key, j) => this.hashes[j]?.(key)),
        window?.[0],
        window?.[1],
      ),
    )
  }

  /** Takes row i of a batch of changes over; gives the row it replaces. */
  replace(batch: Batch, i: number): StoredRow | undefined {
    const key = this.keyAt(batch, i)
    const old = this.rows.get(key)
    if (batch.tombstone?.[i] === 1) this.rows.delete(key)
    else {
      const values = batch.columns.map((column, j) => readValue(column, i, this.types[j] ?? fail(j)))
      this.rows.set(key, { values, time: batch.rowtime[i] ?? 0 })
    }
    return old
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

  private keyAt(batch: Batch, row: number): unknown {
    const parts = this.keyIndexes.map((index, j) => {
      const column = batch.columns[index]
      const type = this.types[index]
      if (column === undefined || type === undefined) return null
      return this.hashes[j]?.(readValue(column, row, type))
    })
    return combine(parts, batch.windowStart?.[row], batch.windowEnd?.[row])
  }

  save(): unknown {
    return this.rows
  }

  load(saved: unknown): void {
    this.rows = saved as Map<unknown, StoredRow>
  }
}

/** One Map key of several. */
export function combine(parts: readonly unknown[], windowStart: number | undefined, windowEnd: number | undefined) {
  const all = windowStart === undefined ? parts : [...parts, windowStart, windowEnd]
  return all.length === 1 ? all[0] : all.map((p) => `${String(p).length}:${String(p)}`).join('')
}

function fail(index: number): never {
  throw new Error(`no column ${index}`)
}
