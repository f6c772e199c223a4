import type { SqlValue } from '../../types/values.ts'
import type { Accumulator, AggregateFunction } from '../definition.ts'
import { type Addition, BIGINT_ADDITION, DOUBLE_ADDITION, INT_ADDITION } from './sum.ts'

interface State<N> {
  sum: N
  count: number
}

/** The sum is kept in the argument's own type, so INT sums wrap at 32 bits, as ksqlDB's do. */
function averageOf<N extends number | bigint>({ zero, plus, minus }: Addition<N>): Accumulator<State<N>> {
  return {
    init: () => ({ sum: zero, count: 0 }),
    add(state, value: SqlValue) {
      if (value !== null) {
        state.sum = plus(state.sum, value as N)
        state.count++
      }
      return state
    },
    undo(state, value: SqlValue) {
      if (value !== null) {
        state.sum = minus(state.sum, value as N)
        state.count--
      }
      return state
    },
    merge: (left, right) => ({ sum: plus(left.sum, right.sum), count: left.count + right.count }),
    result: ({ sum, count }) => (count === 0 ? 0 : Number(sum) / count),
  }
}

export const average: AggregateFunction = {
  name: 'AVG',
  description: 'The mean of a column; NULLs are left out, without any value it is 0.0.',
  variants: [
    { parameters: ['DOUBLE'], returns: 'DOUBLE', structState: true, bind: () => averageOf(DOUBLE_ADDITION) },
    { parameters: ['INT'], returns: 'DOUBLE', structState: true, bind: () => averageOf(INT_ADDITION) },
    { parameters: ['BIGINT'], returns: 'DOUBLE', structState: true, bind: () => averageOf(BIGINT_ADDITION) },
  ],
}
