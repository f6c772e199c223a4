import { type Batch, dataColumns, type LayoutColumn, readValue, type Source, type SqlValue } from '../engine/index.ts'

/** One session window: a stretch of event time in which records of one key followed one another. */
export interface SessionWindow {
  readonly id: number
  /** ms since 1970-01-01 UTC, of the first and the last record */
  readonly started: number
  readonly ended: number
  /** a column of its row, by name; NULL for a column that the table has not got */
  value(column: string): SqlValue
}

export interface SessionListener {
  opened(session: SessionWindow): void
  closed(session: SessionWindow): void
  /** once a batch for each session that it has opened or extended */
  changed?(session: SessionWindow): void
  /** a late record has joined it to another, which goes on */
  joined?(id: number): void
}

/** An open session, to be saved. */
export interface SavedSession {
  readonly id: number
  readonly keys: readonly [string, string]
  readonly start: number
  readonly end: number
  readonly values: readonly SqlValue[]
}

/** A session that later records may still extend, and its latest state. */
interface Open {
  readonly id: number
  start: number
  end: number
  /** the row of the batch being taken that has the latest state; null: `values` has it */
  row: number | null
  values: readonly SqlValue[]
}

/**
 * Follows a table of session windows keyed by two columns of text, of which every extension replaces the row before. Tells of
 * each session when it opens and when it is over: stream time has passed its last record by `quiet`, gap and grace of its
 * windows, so that nothing can extend it any more. The order does not depend on how records come in batches.
 */
export class SessionWindows {
  readonly #keys: readonly [string, string]
  readonly #quiet: number
  readonly #listener: SessionListener
  readonly #nextId: () => number
  readonly #open = new Map<string, Map<string, Open[]>>()
  #columns: readonly LayoutColumn[] = []
  #batch: Batch | null = null
  #touched: Open[] = []
  /** no open session is over before this time */
  #nextOver = Number.POSITIVE_INFINITY

  /**
   * @param keys names of the key columns
   * @param quiet ms
   * @param nextId gives each session a number of its own
   */
  constructor(
    keys: readonly [string, string],
    quiet: number,
    listener: SessionListener,
    nextId: () => number = counter(0),
  ) {
    this.#nextId = nextId
    this.#keys = keys
    this.#quiet = quiet
    this.#listener = listener
  }

  /** A batch of the table's topic. */
  take(batch: Batch, source: Source): void {
    this.#columns = dataColumns(source)
    this.#batch = batch
    const names = this.#columns.map((c) => c.name)
    const [firsts, seconds] = this.#keys.map((key) => batch.columns[names.indexOf(key)].data as readonly string[])
    const { count, tombstone, windowStart, windowEnd, rowtime } = batch
    if (windowStart === null || windowEnd === null) throw new Error(`${source.name} has no session windows`)
    // Nearly all rows of a batch have the first key in common.
    let first: string | null = null
    let bySecond = new Map<string, Open[]>()
    for (let row = 0; row < count; row++) {
      // What an extension replaces: its successor says all.
      if (tombstone !== null && tombstone[row] === 1) continue
      this.advance(rowtime[row])
      if (firsts[row] !== first) {
        first = firsts[row]
        bySecond = this.#of(first)
      }
      let sessions = bySecond.get(seconds[row])
      if (sessions === undefined) {
        sessions = []
        bySecond.set(seconds[row], sessions)
      }
      this.#update(sessions, windowStart[row], windowEnd[row], row)
    }
    this.#letGo(batch)
  }

  /** A session may stay open for hours: it keeps its row, not the batch. */
  #letGo(batch: Batch): void {
    for (const open of this.#touched) {
      const { row } = open
      if (row === null) continue
      open.values = this.#columns.map(({ type }, i) => readValue(batch.columns[i], row, type))
      open.row = null
      this.#listener.changed?.(this.#window(open))
    }
    this.#touched = []
    this.#batch = null
  }

  /** Stream time has come to `time`: closes what is over. */
  advance(time: number): void {
    if (time > this.#nextOver) this.#closeBefore(time - this.#quiet)
  }

  /** The input has ended: nothing goes on. */
  end(): void {
    this.#closeBefore(Number.POSITIVE_INFINITY)
  }

  /** What is open, between two batches. */
  save(): SavedSession[] {
    return [...this.#open].flatMap(([first, bySecond]) =>
      [...bySecond].flatMap(([second, sessions]) =>
        sessions.map(({ id, start, end, values }) => ({ id, keys: [first, second] as const, start, end, values })),
      ),
    )
  }

  /** @param source the table whose sessions were saved */
  load(saved: readonly SavedSession[], source: Source): void {
    this.#columns = dataColumns(source)
    for (const { id, keys, start, end, values } of saved) {
      const bySecond = this.#of(keys[0])
      bySecond.set(keys[1], [...(bySecond.get(keys[1]) ?? []), { id, start, end, row: null, values }])
      this.#nextOver = Math.min(this.#nextOver, end + this.#quiet)
    }
  }

  #of(first: string): Map<string, Open[]> {
    let bySecond = this.#open.get(first)
    if (bySecond === undefined) {
      bySecond = new Map()
      this.#open.set(first, bySecond)
    }
    return bySecond
  }

  #update(sessions: Open[], start: number, end: number, row: number): void {
    const known = touched(sessions, start, end)
    if (known === undefined) {
      const open = { id: this.#nextId(), start, end, row, values: [] }
      sessions.push(open)
      this.#touched.push(open)
      this.#nextOver = Math.min(this.#nextOver, end + this.#quiet)
      this.#listener.opened(this.#window(open))
      return
    }
    known.start = start
    known.end = end
    if (known.row === null) this.#touched.push(known)
    known.row = row
    if (sessions.length === 1) return
    // A late record may join two.
    for (let i = sessions.length - 1; i >= 0; i--) {
      const other = sessions[i]
      if (other === known || other.start > end || other.end < start) continue
      sessions.splice(i, 1)
      other.row = null
      this.#listener.joined?.(other.id)
    }
  }

  #closeBefore(time: number): void {
    const isOver = ({ end }: Open): boolean => end < time
    const over: Open[] = []
    this.#nextOver = Number.POSITIVE_INFINITY
    for (const bySecond of this.#open.values()) {
      for (const sessions of bySecond.values()) {
        if (sessions.some(isOver)) {
          over.push(...sessions.filter(isOver))
          sessions.splice(0, sessions.length, ...sessions.filter((s) => !isOver(s)))
        }
        for (const { end } of sessions) this.#nextOver = Math.min(this.#nextOver, end + this.#quiet)
      }
    }
    over.sort((a, b) => a.end - b.end || a.start - b.start)
    for (const open of over) {
      this.#listener.closed(this.#window(open))
      open.row = null
    }
  }

  #window({ id, start, end, row, values }: Open): SessionWindow {
    const columns = this.#columns
    const batch = this.#batch
    return {
      id,
      started: start,
      ended: end,
      value: (name) => {
        const index = columns.findIndex((c) => c.name === name)
        if (index < 0) return null
        return row === null || batch === null
          ? values[index]
          : readValue(batch.columns[index], row, columns[index].type)
      },
    }
  }
}

function touched(sessions: readonly Open[], start: number, end: number): Open | undefined {
  for (const session of sessions) if (session.start <= end && session.end >= start) return session
  return undefined
}

/** Gives from, from + 1, … */
export function counter(from: number): () => number {
  let next = from
  return () => next++
}
