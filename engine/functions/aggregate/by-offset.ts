import type { SqlValue } from '../../types/values.ts'
import type { Accumulator, AggregateFunction, AggregateVariant, BindContext } from '../definition.ts'
import { argumentType, literalCount } from './argument.ts'
import { stored } from './stored.ts'

/** A value and when it was seen: rows are numbered in the order they are processed, over all groups of the query. */
interface Seen {
  readonly sequence: number
  readonly value: SqlValue
}

/**
 * The first or last values in the order of processing, which row times have no say in. Merged sessions are put in that order again, so the
 * numbers have to grow over the whole life of a query.
 */
export interface SequencedAccumulator<S> extends Accumulator<S> {
  /** To be called with every state restored from a snapshot before the first add: numbering goes on after the greatest number in it. */
  observe(state: S): void
}

function byOffset(
  context: BindContext,
  end: 'earliest' | 'latest',
  limit: number,
  ignoreNulls: boolean,
  result: (values: SqlValue[]) => SqlValue,
): SequencedAccumulator<readonly Seen[]> {
  const { pack, unpack } = stored(argumentType(context))
  let next = 0
  return {
    init: () => [],
    add(state, value: SqlValue) {
      const full = state.length === limit
      if ((value === null && ignoreNulls) || (end === 'earliest' && full)) return state
      const seen = { sequence: next++, value: pack(value) }
      return full ? [...state.slice(1), seen] : [...state, seen]
    },
    merge(left, right) {
      const all = [...left, ...right].sort((a, b) => a.sequence - b.sequence)
      return end === 'earliest' ? all.slice(0, limit) : all.slice(-limit)
    },
    result: (state) => result(state.map(({ value }) => unpack(value))),
    observe(state) {
      for (const { sequence } of state) next = Math.max(next, sequence + 1)
    },
  }
}

function variants(name: string, end: 'earliest' | 'latest'): readonly AggregateVariant[] {
  const single = (context: BindContext) =>
    byOffset(context, end, 1, context.constants[1] !== false, ([value = null]) => value)
  const several = (context: BindContext) =>
    byOffset(context, end, literalCount(name, context, 1), context.constants[2] !== false, (values) => values)
  const common = { literalsFrom: 1, structState: true }
  return [
    { ...common, parameters: ['T'], returns: 'T', bind: single },
    { ...common, parameters: ['T', 'INT'], returns: 'ARRAY<T>', bind: several },
    { ...common, parameters: ['T', 'INT', 'BOOLEAN'], returns: 'ARRAY<T>', bind: several },
    { ...common, parameters: ['T', 'BOOLEAN'], returns: 'T', bind: single },
  ]
}

export const earliestByOffset: AggregateFunction = {
  name: 'EARLIEST_BY_OFFSET',
  description:
    'EARLIEST_BY_OFFSET(column[, n][, ignoreNulls = true]): the first value, or the first n, in the order rows are processed.',
  variants: variants('EARLIEST_BY_OFFSET', 'earliest'),
}

export const latestByOffset: AggregateFunction = {
  name: 'LATEST_BY_OFFSET',
  description:
    'LATEST_BY_OFFSET(column[, n][, ignoreNulls = true]): the last value, or the last n, in the order rows are processed.',
  variants: variants('LATEST_BY_OFFSET', 'latest'),
}
