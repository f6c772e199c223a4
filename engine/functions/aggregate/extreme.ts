import { comparator } from '../../types/compare.ts'
import type { SqlValue } from '../../types/values.ts'
import type { Accumulator, AggregateFunction, AggregateVariant, BindContext } from '../definition.ts'
import { sameDecimal } from '../same-decimal.ts'
import { argumentType } from './argument.ts'
import { stored } from './stored.ts'

/** The value that comes first by `direction` times Java's order of the type: for DOUBLE that puts NaN above all and -0.0 below 0.0. */
function extremeOf(context: BindContext, direction: 1 | -1): Accumulator<SqlValue> {
  const { type, pack, unpack } = stored(argumentType(context))
  const compare = comparator(type)
  const first = (best: SqlValue, value: SqlValue) => {
    if (value === null) return best
    return best === null || direction * compare(value, best) < 0 ? value : best
  }
  return {
    init: () => null,
    add: (best, value: SqlValue) => first(best, pack(value)),
    merge: first,
    result: unpack,
  }
}

const TYPES = ['DOUBLE', 'INT', 'BIGINT', 'VARCHAR', 'TIMESTAMP', 'TIME', 'DATE', 'BYTES'] as const

function variants(direction: 1 | -1): readonly AggregateVariant[] {
  const bind = (context: BindContext) => extremeOf(context, direction)
  return [
    { parameters: ['DECIMAL'], returns: sameDecimal, printedReturns: 'DECIMAL', bind },
    ...TYPES.map((type) => ({ parameters: [type], returns: type, bind })),
  ]
}

export const max: AggregateFunction = {
  name: 'MAX',
  description: 'The greatest value of a column; NULLs are left out.',
  variants: variants(-1),
}

export const min: AggregateFunction = {
  name: 'MIN',
  description: 'The least value of a column; NULLs are left out.',
  variants: variants(1),
}
