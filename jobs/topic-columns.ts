import type { Batch, Source } from '../engine/index.ts'
import type { TableColumns } from '../store/checkpoint.ts'
import { cell, pickColumns } from './topic-rows.ts'

type Values = Float64Array | string[]

const ROOM = 1024

/** Gathers a topic's records, none of which replaces another, as rows of a table of the store, in columns. */
export class TopicColumns {
  readonly #table: string
  readonly #names: readonly string[]
  #columns: Values[] = []
  #room = 0
  #count = 0

  /** @param columns all of the table, in its order; the topic has them by the same names */
  constructor(table: string, columns: readonly string[]) {
    this.#table = table
    this.#names = columns
  }

  take(batch: Batch, source: Source): void {
    const picked = pickColumns(batch, source, this.#table, this.#names)
    if (this.#columns.length === 0) {
      this.#room = ROOM
      this.#columns = picked.map(({ type }): Values => (type.base === 'STRING' ? [] : new Float64Array(ROOM)))
    }
    while (this.#count + batch.count > this.#room) this.#grow()
    for (const [k, { value }] of picked.entries()) {
      const into = this.#columns[k]
      let next = this.#count
      for (let i = 0; i < batch.count; i++) {
        if (batch.tombstone?.[i] === 1) continue
        const stored = cell(value(i))
        if (into instanceof Float64Array) into[next++] = stored === null ? Number.NaN : Number(stored)
        else into[next++] = String(stored)
      }
      if (k === picked.length - 1) this.#count = next
    }
  }

  /** What has come since the last call. */
  drain(): TableColumns {
    const drained = { table: this.#table, columns: this.#columns, count: this.#count }
    this.#columns = []
    this.#count = 0
    return drained
  }

  #grow(): void {
    this.#room *= 2
    this.#columns = this.#columns.map((column) => {
      if (!(column instanceof Float64Array)) return column
      const longer = new Float64Array(this.#room)
      longer.set(column)
      return longer
    })
  }
}
