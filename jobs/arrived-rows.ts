import type { RowsInColumns } from '../engine/index.ts'
import type { LogRows } from './log-rows.ts'
import { sliceRows } from './merge-by-time.ts'
import type { Arrived } from './newest-readings.ts'

/**
 * What of some logs a topic has already. Rows of a log are sent in order, so the last one that is there says that all before it are. The topic itself is asked:
 * there is no second account that a crash could leave behind or ahead.
 */
export class ArrivedRows {
  readonly #last: ReadonlyMap<string, Arrived>
  /** logs that have been read as far as they have arrived */
  readonly #reached = new Set<string>()

  /** @param last readings of the logs that the topic has, by source */
  constructor(last: ReadonlyMap<string, Arrived>) {
    this.#last = last
  }

  /** Rows that the topic has. */
  get rows(): number {
    return [...this.#last.values()].reduce((sum, { row }) => sum + row + 1, 0)
  }

  /**
   * The rows of a feed that have not arrived.
   * @throws Error where a log is not the one whose rows have arrived
   */
  async *missing(feed: LogRows, signal: AbortSignal): AsyncGenerator<RowsInColumns, void, undefined> {
    for await (const rows of feed.rows()) {
      if (this.#reached.size < this.#last.size) yield* this.#missingOf(rows, feed.following)
      else yield rows
    }
    if (!signal.aborted) this.#refuseShort()
  }

  *#missingOf(rows: RowsInColumns, following: boolean): Generator<RowsInColumns, void, undefined> {
    const sources = column(rows, 'source')
    const ordinals = column(rows, 'row')
    let from = 0
    for (let i = 0; i < rows.count; i++) {
      const source = String(sources[i])
      const arrived = this.#last.get(source)
      if (arrived === undefined || Number(ordinals[i]) > arrived.row) continue
      if (Number(ordinals[i]) === arrived.row) {
        if (rows.rowtime[i] !== arrived.ts) throw otherLog(source, arrived, `there ${timeText(rows.rowtime[i])}`)
        this.#reached.add(source)
      }
      if (i > from) yield sliceRows(rows, from, i)
      from = i + 1
    }
    if (from < rows.count) yield sliceRows(rows, from, rows.count)
    // The rows that have arrived stood in the log before: a backlog that ends without them is that of another log.
    if (following) this.#refuseShort()
  }

  #refuseShort(): void {
    for (const [source, arrived] of this.#last) {
      if (!this.#reached.has(source)) throw otherLog(source, arrived, 'not in the log')
    }
  }
}

function column(rows: RowsInColumns, wanted: string): ArrayLike<unknown> {
  for (const [name, { data }] of rows.columns) if (name.toLowerCase() === wanted) return data
  return []
}

function otherLog(source: string, { row, ts }: Arrived, found: string): Error {
  return new Error(
    `${source} is not the log whose rows the topic has: row ${row} there is of ${timeText(ts)}, ${found}. ` +
      'Check --timezone; if the log was begun anew, rename it, so that its rows are told from the earlier ones',
  )
}

function timeText(ts: number): string {
  return new Date(ts).toISOString()
}
