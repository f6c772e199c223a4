import { type Batch, causeOf, sliceBatch } from './batch.ts'

/** A batch that waits to be merged with others. */
export interface Waiting {
  readonly batch: Batch
  /** order of arrival */
  readonly sequence: number
}

/**
 * Gives the rows of several batches in the order they would have come in had records been appended one by one: by the outside record that
 * caused each row. Rows of one cause come as `tie` puts their batches, else in order of arrival.
 */
export function mergeByCause<W extends Waiting>(
  waiting: readonly W[],
  take: (from: W, rows: Batch) => void,
  tie: (a: W, b: W) => number = () => 0,
): void {
  const [only] = waiting
  if (only !== undefined && waiting.length === 1) {
    take(only, only.batch)
    return
  }
  const open = waiting.map((item) => ({ item, position: 0 })).filter(({ item }) => item.batch.count > 0)
  const before = (a: W, row: number, b: W, otherRow: number): boolean =>
    (causeOf(a.batch, row) - causeOf(b.batch, otherRow) || tie(a, b) || a.sequence - b.sequence) < 0
  while (open.length > 0) {
    const first = open.reduce((best, x) => (before(x.item, x.position, best.item, best.position) ? x : best))
    const { item, position } = first
    const others = open.filter((x) => x !== first)
    let end = position + 1
    while (end < item.batch.count && others.every((x) => before(item, end, x.item, x.position))) end++
    first.position = end
    if (end === item.batch.count) open.splice(open.indexOf(first), 1)
    take(item, sliceBatch(item.batch, position, end))
  }
}
