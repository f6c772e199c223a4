import type { SqlValue } from '../../types/values.ts'
import type { Accumulator, AggregateFunction } from '../definition.ts'

/** ksqlDB counts no more distinct values than that; the others are dropped. */
const MAX_KEYS = 1000

type Counts = Map<SqlValue, number>

function increase(counts: Counts, value: SqlValue, by: number): Counts {
  const count = counts.get(value)
  if (count !== undefined || counts.size < MAX_KEYS) counts.set(value, (count ?? 0) + by)
  return counts
}

const counting: Accumulator<Counts> = {
  init: () => new Map(),
  add: (counts, value: SqlValue) => increase(counts, value, 1),
  undo(counts, value: SqlValue) {
    const count = counts.get(value) ?? 0
    if (count > 1) counts.set(value, count - 1)
    else counts.delete(value)
    return counts
  },
  merge: (left, right) => [...right].reduce((counts, [value, count]) => increase(counts, value, count), left),
  result: (counts) => new Map([...counts].map(([value, count]) => [value, BigInt(count)])),
}

export const histogram: AggregateFunction = {
  name: 'HISTOGRAM',
  description: 'How often each text occurs in a column, for 1000 different texts at most.',
  variants: [{ parameters: ['VARCHAR'], returns: 'MAP<VARCHAR, BIGINT>', structState: true, bind: () => counting }],
}
