import { hashKey } from '../../types/compare.ts'
import type { SqlValue } from '../../types/values.ts'
import type { Accumulator, AggregateFunction, BindContext } from '../definition.ts'
import { argumentType } from './argument.ts'
import { stored } from './stored.ts'

type Counted = Map<ReturnType<ReturnType<typeof hashKey>>, { readonly value: SqlValue; readonly count: number }>

/** Counts every distinct value, so that the attribute comes back once the rows that differed are gone. */
function attribute(context: BindContext): Accumulator<Counted> {
  const { type, pack, unpack } = stored(argumentType(context))
  const key = hashKey(type)
  const change = (state: Counted, value: SqlValue, by: number) => {
    const k = key(value)
    const count = (state.get(k)?.count ?? 0) + by
    if (count > 0) state.set(k, { value, count })
    else state.delete(k)
    return state
  }
  return {
    init: () => new Map(),
    add: (state, value: SqlValue) => change(state, pack(value), 1),
    undo: (state, value: SqlValue) => change(state, pack(value), -1),
    merge: (left, right) => [...right.values()].reduce((state, { value, count }) => change(state, value, count), left),
    result(state) {
      const [only, other] = state.values()
      return only === undefined || other !== undefined ? null : unpack(only.value)
    },
  }
}

export const attr: AggregateFunction = {
  name: 'ATTR',
  description: 'The value of a column that is the same in all rows of a group; NULL where they differ.',
  variants: [{ parameters: ['T'], returns: 'T', structState: true, bind: attribute }],
}
