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

  /** Takes a batch of changes over; gives the rows they replace, row by row (tombstones where there was none). */
  apply(batch: Batch): Batch {
    const { count, columns, tombstone } = batch
    const builders = this.types.map((type) => new ColumnBuilder(type, count))
    const time = new Float64Array(count)
    const absent = new Uint8Array(count)
    for (let i = 0; i < count; i++) {
      const key = this.keyAt(batch, i)
      const old = this.rows.get(key)
      if (old === undefined) absent[i] = 1
      else time[i] = old.time
      for (const [j, builder] of builders.entries()) {
        const column = columns[j]
        const type = this.types[j]
        if (column === undefined || type === undefined) continue
        const isKey = this.keyIndexes.includes(j)
        builder.set(i, old === undefined ? (isKey ? readValue(column, i, type) : null) : (old.values[j] ?? null))
      }
      if (tombstone !== null && tombstone[i] === 1) this.rows.delete(key)
      else {
        const values = columns.map((column, j) => readValue(column, i, this.types[j] ?? fail(j)))
        this.rows.set(key, { values, time: batch.rowtime[i] ?? 0 })
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
    if (batch.windowStart !== null) parts.push(batch.windowStart[row], batch.windowEnd?.[row])
    return parts.length === 1 ? parts[0] : parts.map((p) => `${String(p).length}:${String(p)}`).join('')
  }

  save(): unknown {
    return this.rows
  }

  load(saved: unknown): void {
    this.rows = saved as Map<unknown, StoredRow>
  }
}

function fail(index: number): never {
  throw new Error(`no column ${index}`)
}
