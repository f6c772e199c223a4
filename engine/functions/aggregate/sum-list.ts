import type { SqlValue } from '../../types/values.ts'
import type { Accumulator, AggregateFunction } from '../definition.ts'
import { type Addition, BIGINT_ADDITION, DOUBLE_ADDITION, INT_ADDITION } from './sum.ts'

/** Each list is summed by itself first, then added: that is the order doubles are rounded in. */
function listSum<N extends number | bigint>({ zero, plus, minus }: Addition<N>): Accumulator<N> {
  const total = (list: SqlValue) =>
    (list as readonly (N | null)[]).reduce<N>((sum, value) => (value === null ? sum : plus(sum, value)), zero)
  return {
    init: () => zero,
    add: (sum, list: SqlValue) => (list === null ? sum : plus(sum, total(list))),
    undo: (sum, list: SqlValue) => (list === null ? sum : minus(sum, total(list))),
    merge: plus,
    result: (sum) => sum,
  }
}

export const sumList: AggregateFunction = {
  name: 'SUM_LIST',
  description: 'The sum of all elements of all arrays; NULLs are left out.',
  variants: [
    { parameters: ['ARRAY<DOUBLE>'], returns: 'DOUBLE', bind: () => listSum(DOUBLE_ADDITION) },
    { parameters: ['ARRAY<INT>'], returns: 'INT', bind: () => listSum(INT_ADDITION) },
    { parameters: ['ARRAY<BIGINT>'], returns: 'BIGINT', bind: () => listSum(BIGINT_ADDITION) },
  ],
}
