import type { RowsInColumns } from '../engine/index.ts'

/** Least and greatest event time of rows, ms since 1970-01-01 UTC; infinite before the first. */
export interface TimeSpan {
  first: number
  last: number
}

export function emptySpan(): TimeSpan {
  return { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY }
}

/** Takes rows into the span. */
export function widen(span: TimeSpan, { rowtime, count }: RowsInColumns): void {
  let { first, last } = span
  for (let i = 0; i < count; i++) {
    const time = rowtime[i]
    if (time < first) first = time
    if (time > last) last = time
  }
  span.first = first
  span.last = last
}
