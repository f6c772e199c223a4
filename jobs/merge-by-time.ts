import { type Column, type RowsInColumns, sliceColumn } from '../engine/index.ts'

/** Rows in the order of their log, batch by batch. */
export interface RowSource {
  /** null: no more rows for now */
  next(): Promise<RowsInColumns | null>
}

/** The next batch of a source that is not used up yet. */
interface Head {
  readonly rows: RowsInColumns
  at: number
}

/** Which row of which head comes next. */
interface Picks {
  readonly heads: readonly Head[]
  readonly from: Uint16Array
  readonly row: Int32Array
  count: number
}

const BATCH_ROWS = 4096

/**
 * One sequence of rows from several, by event time, until none has more: devices share stream time, so a log replayed after
 * another would be too late for every window. Each source keeps its own order, equal times go by the order of the sources; the
 * result does not depend on how the sources cut their rows into batches.
 */
export async function* mergeByTime(sources: readonly RowSource[]): AsyncGenerator<RowsInColumns, void, undefined> {
  const waiting = sources.map((source): { source: RowSource; head: Head | null } => ({ source, head: null }))
  for (;;) {
    for (const entry of [...waiting]) {
      if (entry.head !== null) continue
      const rows = await entry.source.next()
      if (rows === null) waiting.splice(waiting.indexOf(entry), 1)
      else entry.head = { rows, at: 0 }
    }
    const heads = waiting.flatMap(({ head }) => (head === null ? [] : [head]))
    if (heads.length === 0) return
    if (heads.length === 1) yield rest(heads[0])
    else yield gather(pick(heads))
    for (const entry of waiting) if (entry.head !== null && entry.head.at >= entry.head.rows.count) entry.head = null
  }
}

function rest(head: Head): RowsInColumns {
  const { rows, at } = head
  head.at = rows.count
  return sliceRows(rows, at, rows.count)
}

/** Rows [from, to) without copying numbers. */
export function sliceRows(rows: RowsInColumns, from: number, to: number): RowsInColumns {
  if (from === 0 && to === rows.count) return rows
  const columns = new Map<string, Column>()
  for (const [name, column] of rows.columns) columns.set(name, sliceColumn(column, from, to))
  return { count: to - from, columns, rowtime: rows.rowtime.subarray(from, to) }
}

/** Rows in order until a batch is full or a head is used up: what comes after its last row is not known yet. */
function pick(heads: readonly Head[]): Picks {
  const picks: Picks = { heads, from: new Uint16Array(BATCH_ROWS), row: new Int32Array(BATCH_ROWS), count: 0 }
  while (picks.count < BATCH_ROWS) {
    let first = 0
    let next = Number.POSITIVE_INFINITY
    let nextIndex = heads.length
    let time = timeOf(heads[0])
    for (let i = 1; i < heads.length; i++) {
      const other = timeOf(heads[i])
      if (other < time) {
        next = time
        nextIndex = first
        time = other
        first = i
      } else if (other < next) {
        next = other
        nextIndex = i
      }
    }
    const head = heads[first]
    const { rowtime, count } = head.rows
    const goesFirst = (at: number): boolean => rowtime[at] < next || (rowtime[at] === next && first < nextIndex)
    do {
      picks.from[picks.count] = first
      picks.row[picks.count++] = head.at++
    } while (picks.count < BATCH_ROWS && head.at < count && goesFirst(head.at))
    if (head.at === count) break
  }
  return picks
}

function timeOf({ rows, at }: Head): number {
  return rows.rowtime[at]
}

function gather(picks: Picks): RowsInColumns {
  const { heads, from, row, count } = picks
  const names = new Set(heads.flatMap(({ rows }) => [...rows.columns.keys()]))
  const columns = new Map<string, Column>()
  for (const name of names) {
    columns.set(
      name,
      gatherColumn(
        picks,
        heads.map(({ rows }) => rows.columns.get(name)),
      ),
    )
  }
  const rowtime = new Float64Array(count)
  for (let i = 0; i < count; i++) rowtime[i] = heads[from[i]].rows.rowtime[row[i]]
  return { count, columns, rowtime }
}

type Numbers = Float64Array | Int32Array | BigInt64Array | Uint8Array

/** A head without the column has no value in it. */
function gatherColumn({ from, row, count }: Picks, parts: readonly (Column | undefined)[]): Column {
  const typed = parts.find((part) => part !== undefined && !Array.isArray(part.data))?.data as Numbers | undefined
  if (typed === undefined) {
    const data = Array.from({ length: count }, (_, i) => parts[from[i]]?.data[row[i]] ?? null) as Column['data']
    return { data, nulls: null }
  }
  const data = new (typed.constructor as new (length: number) => Float64Array)(count)
  const nulls = parts.every((part) => part !== undefined && part.nulls === null) ? null : new Uint8Array(count)
  for (let i = 0; i < count; i++) {
    const part = parts[from[i]]
    if (part === undefined || part.nulls?.[row[i]] === 1) {
      if (nulls !== null) nulls[i] = 1
    } else data[i] = (part.data as Float64Array)[row[i]]
  }
  return { data, nulls }
}
