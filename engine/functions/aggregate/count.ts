import type { SqlValue } from '../../types/values.ts'
import type { Accumulator, AggregateFunction } from '../definition.ts'

const counter: Accumulator<number> = {
  init: () => 0,
  add: (count, value: SqlValue) => (value === null ? count : count + 1),
  undo: (count, value: SqlValue) => (value === null ? count : count - 1),
  merge: (left, right) => left + right,
  result: (count) => BigInt(count),
}

export const count: AggregateFunction = {
  name: 'COUNT',
  description: 'The number of rows, or with a column, of rows in which it is not NULL.',
  variants: [{ parameters: ['T'], returns: 'BIGINT', bind: () => counter }],
}
