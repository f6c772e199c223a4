import { type Batch, dataColumns, readValue, type Source, type SqlValue } from '../engine/index.ts'
import type { Cell, TableRows } from '../store/checkpoint.ts'

/** Gathers a topic's records as rows of a table of the store: columns of the table are columns of the topic by the same names. */
export class TopicRows {
  readonly #table: string
  readonly #columns: readonly string[]
  readonly #key: readonly string[]
  #rows: Cell[][] = []
  /** of tables whose records replace one another: the latest by key */
  readonly #latest = new Map<string, Cell[]>()

  /** @param key columns that tell records apart that replace one another; none: every record is a row */
  constructor(table: string, columns: readonly string[], key: readonly string[] = []) {
    this.#table = table
    this.#columns = columns
    this.#key = key
  }

  take(batch: Batch, source: Source): void {
    const layout = dataColumns(source)
    const picked = this.#columns.map((name) => {
      const index = layout.findIndex((c) => c.name === name.toUpperCase())
      if (index < 0)
        throw new Error(`${source.name} has no column ${name.toUpperCase()} for the store's ${this.#table}`)
      return { column: batch.columns[index], type: layout[index].type }
    })
    const keys = this.#key.map((name) => this.#columns.indexOf(name))
    for (let i = 0; i < batch.count; i++) {
      if (batch.tombstone?.[i] === 1) continue
      const row = picked.map(({ column, type }) => cell(readValue(column, i, type)))
      if (keys.length === 0) this.#rows.push(row)
      else this.#latest.set(JSON.stringify(keys.map((k) => row[k])), row)
    }
  }

  /** What has come since the last call. */
  drain(): TableRows {
    const rows = [...this.#rows, ...this.#latest.values()]
    this.#rows = []
    this.#latest.clear()
    return { table: this.#table, columns: this.#columns, key: this.#key, rows }
  }
}

export function cell(value: SqlValue): Cell {
  if (typeof value === 'bigint') return Number(value)
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  throw new Error(`the store has no column for ${JSON.stringify(value)}`)
}
