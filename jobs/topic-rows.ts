import { type Batch, dataColumns, readValue, type Source, type SqlType, type SqlValue } from '../engine/index.ts'
import type { Cell, TableRows } from '../store/checkpoint.ts'

/** Gathers a topic's records, of which one replaces another of the same key, as rows of a table of the store. */
export class TopicRows {
  readonly #table: string
  readonly #columns: readonly string[]
  readonly #key: readonly string[]
  /** the latest by key */
  readonly #latest = new Map<string, Cell[]>()

  /**
   * @param columns of the table; the topic has them by the same names
   * @param key columns that tell apart which records replace one another
   */
  constructor(table: string, columns: readonly string[], key: readonly string[]) {
    this.#table = table
    this.#columns = columns
    this.#key = key
  }

  take(batch: Batch, source: Source): void {
    const picked = pickColumns(batch, source, this.#table, this.#columns)
    const keys = this.#key.map((name) => picked[this.#columns.indexOf(name)])
    // of many records of an hour or a day in a batch, only the last is made a row
    const last = new Map<string, number>()
    for (let i = 0; i < batch.count; i++) {
      if (batch.tombstone?.[i] !== 1) last.set(keys.map(({ value }) => String(value(i))).join('\n'), i)
    }
    for (const [key, i] of last) {
      const row = picked.map(({ value }) => cell(value(i)))
      this.#latest.set(key, row)
    }
  }

  /** What has come since the last call. */
  drain(): TableRows {
    const rows = [...this.#latest.values()]
    this.#latest.clear()
    return { table: this.#table, columns: this.#columns, key: this.#key, rows }
  }
}

/** The columns of a batch that a table of the store has, by the table's names. */
export function pickColumns(
  batch: Batch,
  source: Source,
  table: string,
  names: readonly string[],
): { readonly type: SqlType; value(row: number): SqlValue }[] {
  const layout = dataColumns(source)
  return names.map((name) => {
    const index = layout.findIndex((c) => c.name === name.toUpperCase())
    if (index < 0) throw new Error(`${source.name} has no column ${name.toUpperCase()} for the store's ${table}`)
    const { type } = layout[index]
    return { type, value: (row) => readValue(batch.columns[index], row, type) }
  })
}

export function cell(value: SqlValue): Cell {
  if (typeof value === 'bigint') return Number(value)
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  throw new Error(`the store has no column for ${JSON.stringify(value)}`)
}
