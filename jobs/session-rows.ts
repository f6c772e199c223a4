import type { Cell, TableRows } from '../store/checkpoint.ts'
import type { SessionWindow } from './session-windows.ts'
import { cell } from './topic-rows.ts'

/** Gathers sessions that have changed as rows of a table of the store: its first column is `id`, its last `open`. */
export class SessionRows {
  readonly #table: string
  readonly #columns: readonly string[]
  readonly #values: (session: SessionWindow) => readonly Cell[]
  readonly #changed = new Map<number, readonly Cell[]>()
  #removed: number[] = []

  /** @param values of the columns between `id` and `open` */
  constructor(table: string, columns: readonly string[], values: (session: SessionWindow) => readonly Cell[]) {
    this.#table = table
    this.#columns = ['id', ...columns, 'open']
    this.#values = values
  }

  changed(session: SessionWindow): void {
    this.#changed.set(session.id, [session.id, ...this.#values(session), true])
  }

  closed(session: SessionWindow): void {
    this.#changed.set(session.id, [session.id, ...this.#values(session), false])
  }

  joined(id: number): void {
    this.#changed.delete(id)
    this.#removed.push(id)
  }

  /** What has changed since the last call. */
  drain(): TableRows {
    const rows = [...this.#changed.values()]
    const removed = this.#removed.map((id) => [id])
    this.#changed.clear()
    this.#removed = []
    return { table: this.#table, columns: this.#columns, key: ['id'], rows, removed }
  }
}

/** A column of the session's row. */
export function value(session: SessionWindow, column: string): Cell {
  return cell(session.value(column))
}
