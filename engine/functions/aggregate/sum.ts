import { KsqlError } from '../../errors.ts'
import { Decimal } from '../../types/decimal.ts'
import { fitDecimal } from '../../types/decimal-type.ts'
import { wrapLong } from '../../types/java-number.ts'
import type { DecimalType } from '../../types/sql-type.ts'
import type { SqlValue } from '../../types/values.ts'
import type { Accumulator, AggregateFunction } from '../definition.ts'
import { sameDecimal } from '../same-decimal.ts'
import { argumentType } from './argument.ts'

/** Sums of one number type: INT and BIGINT wrap as Java's int and long do, DOUBLE adds in the order of the rows. */
export interface Addition<N extends number | bigint> {
  readonly zero: N
  plus(a: N, b: N): N
  minus(a: N, b: N): N
}

export const INT_ADDITION: Addition<number> = { zero: 0, plus: (a, b) => (a + b) | 0, minus: (a, b) => (a - b) | 0 }
export const BIGINT_ADDITION: Addition<bigint> = {
  zero: 0n,
  plus: (a, b) => wrapLong(a + b),
  minus: (a, b) => wrapLong(a - b),
}
export const DOUBLE_ADDITION: Addition<number> = { zero: 0, plus: (a, b) => a + b, minus: (a, b) => a - b }

function sumOf<N extends number | bigint>({ zero, plus, minus }: Addition<N>): Accumulator<N> {
  return {
    init: () => zero,
    add: (sum, value: SqlValue) => (value === null ? sum : plus(sum, value as N)),
    undo: (sum, value: SqlValue) => (value === null ? sum : minus(sum, value as N)),
    merge: plus,
    result: (sum) => sum,
  }
}

/** The state is the unscaled sum. It keeps the argument's type: a sum beyond it stops the query, as in ksqlDB. */
function decimalSum(type: DecimalType): Accumulator<bigint> {
  const limit = 10n ** BigInt(type.precision)
  const fitting = (sum: bigint): bigint => {
    if (sum < limit && sum > -limit) return sum
    try {
      return fitDecimal(new Decimal(sum, type.scale), type).unscaled
    } catch (cause) {
      throw new KsqlError('runtime', `SUM: ${(cause as Error).message}`, {
        cause,
        fix: 'CAST the argument to a DECIMAL of more digits.',
      })
    }
  }
  return {
    init: () => 0n,
    add: (sum, value: SqlValue) => (value === null ? sum : fitting(sum + unscaled(value))),
    undo: (sum, value: SqlValue) => (value === null ? sum : fitting(sum - unscaled(value))),
    merge: (left, right) => fitting(left + right),
    result: (sum) => new Decimal(sum, type.scale),
  }
  function unscaled(value: SqlValue): bigint {
    return (value as Decimal).setScale(type.scale, 'UNNECESSARY').unscaled
  }
}

export const sum: AggregateFunction = {
  name: 'SUM',
  description: 'The sum of a column; NULLs are left out, without any value it is 0.',
  variants: [
    {
      parameters: ['DECIMAL'],
      returns: sameDecimal,
      printedReturns: 'DECIMAL',
      bind(context) {
        const type = argumentType(context)
        if (type.base !== 'DECIMAL') throw new Error(`SUM of DECIMAL is bound to ${type.base}`)
        return decimalSum(type)
      },
    },
    { parameters: ['DOUBLE'], returns: 'DOUBLE', bind: () => sumOf(DOUBLE_ADDITION) },
    { parameters: ['INT'], returns: 'INT', bind: () => sumOf(INT_ADDITION) },
    { parameters: ['BIGINT'], returns: 'BIGINT', bind: () => sumOf(BIGINT_ADDITION) },
  ],
}
