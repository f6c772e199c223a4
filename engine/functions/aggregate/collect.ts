import { equality, hashKey } from '../../types/compare.ts'
import type { SqlValue } from '../../types/values.ts'
import type { Accumulator, AggregateFunction, BindContext } from '../definition.ts'
import { argumentType, sizeLimit } from './argument.ts'
import { stored } from './stored.ts'

/** Keeps NULLs. Beyond the limit values are dropped, as documented: https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-reference/aggregate-functions/#collect_list */
function list(context: BindContext): Accumulator<SqlValue[]> {
  const { type, pack, unpack } = stored(argumentType(context))
  const equal = equality(type)
  const limit = sizeLimit(context, 'ksql.functions.collect_list.limit')
  return {
    init: () => [],
    add(state, value: SqlValue) {
      if (state.length < limit) state.push(pack(value))
      return state
    },
    // which of equal values came from the row is not known, so the last one goes; none, if the limit had dropped it
    undo(state, value: SqlValue) {
      const packed = pack(value)
      const index = state.findLastIndex((kept) => equal(kept, packed))
      if (index >= 0) state.splice(index, 1)
      return state
    },
    merge: (left, right) => [...left, ...right].slice(0, limit),
    result: (state) => state.map(unpack),
  }
}

type Distinct = Map<ReturnType<ReturnType<typeof hashKey>>, SqlValue>

/** Distinct values in the order of their first occurrence, NULL among them. */
function set(context: BindContext): Accumulator<Distinct> {
  const { type, pack, unpack } = stored(argumentType(context))
  const key = hashKey(type)
  const limit = sizeLimit(context, 'ksql.functions.collect_set.limit')
  const include = (state: Distinct, value: SqlValue) => {
    const k = key(value)
    if (state.size < limit && !state.has(k)) state.set(k, value)
    return state
  }
  return {
    init: () => new Map(),
    add: (state, value: SqlValue) => include(state, pack(value)),
    merge: (left, right) => [...right.values()].reduce(include, left),
    result: (state) => [...state.values()].map(unpack),
  }
}

export const collectList: AggregateFunction = {
  name: 'COLLECT_LIST',
  description: 'All values of a column, NULLs included, up to ksql.functions.collect_list.limit.',
  variants: [{ parameters: ['T'], returns: 'ARRAY<T>', structState: true, bind: list }],
}

export const collectSet: AggregateFunction = {
  name: 'COLLECT_SET',
  description: 'The distinct values of a column, NULL included, up to ksql.functions.collect_set.limit.',
  variants: [{ parameters: ['T'], returns: 'ARRAY<T>', structState: true, bind: set }],
}
