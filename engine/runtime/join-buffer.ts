import type { SqlValue } from '../types/values.ts'

/** A row of a stream that waits for its partners. */
export interface BufferedRow {
  readonly values: readonly SqlValue[]
  readonly key: SqlValue
  readonly time: number
  /** bounds of a windowed key, ms */
  readonly window: readonly [start: number, end: number] | null
  /** without a partner so far; to be given out alone once none can come any more */
  alone: boolean
}

/**
 * The rows of one side of a join of streams, by key and in order of time. Rows older than the newest one by `retention` ms are as good as gone,
 * whatever the other side's time is (Kafka Streams' window store; shared/ksqldb/QTT-FORMAT.md 2.3), unless they still have to be given out alone.
 */
export class JoinBuffer {
  private readonly retention: number
  private rows = new Map<unknown, BufferedRow[]>()
  /** rows to be given out alone, in order of time; those that found a partner since are still among them */
  private alone: BufferedRow[] = []
  private aloneFrom = 0
  private newest = Number.NEGATIVE_INFINITY
  private sweptAt = Number.NEGATIVE_INFINITY

  /** ms */
  constructor(retention: number) {
    this.retention = retention
  }

  add(hash: unknown, row: BufferedRow): void {
    if (row.time > this.newest) {
      this.newest = row.time
      // half a retention apart, so that every row is looked at a few times only
      if (this.newest - this.sweptAt > this.retention / 2) this.sweep()
    }
    if (row.time < this.oldest && !row.alone) return
    const known = this.rows.get(hash)
    if (known === undefined) this.rows.set(hash, [row])
    else insert(known, row, 0)
    if (row.alone) insert(this.alone, row, this.aloneFrom)
  }

  /** The rows of a key with times in [from, to], in order of time, equal times in order of arrival. */
  match(hash: unknown, from: number, to: number): readonly BufferedRow[] {
    const rows = this.rows.get(hash)
    if (rows === undefined) return []
    const start = lowerBound(rows, Math.max(from, this.oldest), 0)
    let end = start
    while ((rows[end]?.time ?? Number.POSITIVE_INFINITY) <= to) end++
    return rows.slice(start, end)
  }

  /** Hands over, and forgets, the rows without partner that are older than `horizon`, in order of time. */
  takeAlone(horizon: number): BufferedRow[] {
    const taken: BufferedRow[] = []
    for (
      let row = this.alone[this.aloneFrom];
      row !== undefined && row.time < horizon;
      row = this.alone[this.aloneFrom]
    ) {
      this.aloneFrom++
      if (row.alone) taken.push(row)
      row.alone = false
    }
    if (this.aloneFrom > this.alone.length / 2) {
      this.alone.splice(0, this.aloneFrom)
      this.aloneFrom = 0
    }
    return taken
  }

  /** Time of the oldest row that is still without partner. */
  get nextAlone(): number {
    while (this.alone[this.aloneFrom]?.alone === false) this.aloneFrom++
    return this.alone[this.aloneFrom]?.time ?? Number.POSITIVE_INFINITY
  }

  get size(): number {
    let size = 0
    for (const rows of this.rows.values()) size += rows.length
    return size
  }

  private get oldest(): number {
    return this.newest - this.retention + 1
  }

  private sweep(): void {
    this.sweptAt = this.newest
    const { oldest } = this
    for (const [hash, rows] of this.rows) {
      const kept = rows.filter((row) => row.time >= oldest || row.alone)
      if (kept.length === 0) this.rows.delete(hash)
      else if (kept.length < rows.length) this.rows.set(hash, kept)
    }
  }

  save(): unknown {
    return { rows: this.rows, newest: this.newest, sweptAt: this.sweptAt }
  }

  load(saved: unknown): void {
    const { rows, newest, sweptAt } = saved as { rows: Map<unknown, BufferedRow[]>; newest: number; sweptAt: number }
    this.rows = rows
    this.newest = newest
    this.sweptAt = sweptAt
    this.alone = [...this.rows.values()].flat().filter((row) => row.alone)
    this.alone.sort((a, b) => a.time - b.time)
    this.aloneFrom = 0
  }
}

/** Puts a row behind those of its time; `from`: where the living part of the list begins. */
function insert(rows: BufferedRow[], row: BufferedRow, from: number): void {
  const last = rows[rows.length - 1]
  if (last === undefined || last.time <= row.time) {
    rows.push(row)
    return
  }
  rows.splice(lowerBound(rows, row.time + 1, from), 0, row)
}

/** Place of the first row, from a place on, that is not before a time. */
function lowerBound(rows: readonly BufferedRow[], time: number, from: number): number {
  let low = from
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle]?.time ?? 0) < time) low = middle + 1
    else high = middle
  }
  return low
}
