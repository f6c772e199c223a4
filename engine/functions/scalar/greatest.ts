import { comparator } from '../../types/compare.ts'
import type { Decimal } from '../../types/decimal.ts'
import { widerDecimal } from '../../types/decimal-type.ts'
import type { DecimalType, SqlType } from '../../types/sql-type.ts'
import type { SqlValue } from '../../types/values.ts'
import type { BindContext, ScalarFunction, ScalarVariant } from '../definition.ts'
import { typed } from './typed.ts'

const TYPES = ['TIME', 'DATE', 'BYTES', 'TIMESTAMP', 'INT', 'BIGINT', 'DOUBLE', 'VARCHAR']

/** The argument that is largest when its comparison with the others is multiplied by `sign`; NULLs do not count. */
function extreme(sign: 1 | -1, type: SqlType) {
  const compare = comparator(type)
  return (...values: SqlValue[]): SqlValue => {
    let best: SqlValue = null
    for (const value of values) {
      if (value !== null && (best === null || sign * compare(value, best) > 0)) best = value
    }
    return best
  }
}

function widestDecimal(args: readonly SqlType[]): DecimalType {
  return args.filter((type) => type.base === 'DECIMAL').reduce(widerDecimal)
}

function extremeDecimal(sign: 1 | -1, { returnType, argTypes }: BindContext) {
  const { scale } = widestDecimal(argTypes)
  const choose = extreme(sign, returnType)
  const rescale = (value: Decimal | null) => (value === null ? null : value.setScale(scale))
  return typed((...values: (Decimal | null)[]) => choose(...values.map(rescale)))
}

function extremeFunction(name: string, description: string, sign: 1 | -1): ScalarFunction {
  const decimal: ScalarVariant = {
    parameters: ['DECIMAL', 'DECIMAL'],
    variadic: 1,
    returns: widestDecimal,
    printedReturns: 'DECIMAL',
    nulls: 'pass',
    bind: (context) => extremeDecimal(sign, context),
  }
  const others = TYPES.map(
    (type): ScalarVariant => ({
      parameters: [type, type],
      variadic: 1,
      returns: type,
      nulls: 'pass',
      bind: ({ returnType }) => typed(extreme(sign, returnType)),
    }),
  )
  return { name, description, category: 'MATHEMATICAL', variants: [decimal, ...others] }
}

export const greatestFunctions: readonly ScalarFunction[] = [
  extremeFunction('GREATEST', 'The largest of the arguments that are not NULL.', 1),
  extremeFunction('LEAST', 'The smallest of the arguments that are not NULL.', -1),
]
