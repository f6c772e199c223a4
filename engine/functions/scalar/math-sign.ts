import type { Decimal } from '../../types/decimal.ts'
import { decimalType, type SqlType } from '../../types/sql-type.ts'
import type { ScalarFunction } from '../definition.ts'
import { MATHEMATICAL } from './math-double.ts'
import { typed } from './typed.ts'

/** A function of a DECIMAL that returns the very same DECIMAL type. */
export function sameDecimal(args: readonly SqlType[]): SqlType {
  return args[0] ?? decimalType(1, 0)
}

/** 1, 0 or -1; 0 for NaN, as Java's (int) of Math.signum. */
function signOf(value: number | bigint): number {
  return value > 0 ? 1 : value < 0 ? -1 : 0
}

export const signFunctions: readonly ScalarFunction[] = [
  {
    name: 'ABS',
    description: 'The absolute value. The least INT and BIGINT have none and stay negative, as in Java.',
    category: MATHEMATICAL,
    variants: [
      {
        parameters: ['DECIMAL'],
        returns: sameDecimal,
        printedReturns: 'DECIMAL',
        nulls: 'propagate',
        bind: () => typed((value: Decimal) => value.abs()),
      },
      {
        parameters: ['DOUBLE'],
        returns: 'DOUBLE',
        nulls: 'propagate',
        bind: () => typed(Math.abs),
        inline: (value) => `Math.abs(${value})`,
      },
      {
        parameters: ['INT'],
        returns: 'INT',
        nulls: 'propagate',
        bind: () => typed((value: number) => Math.abs(value) | 0),
        inline: (value) => `(Math.abs(${value}) | 0)`,
      },
      {
        parameters: ['BIGINT'],
        returns: 'BIGINT',
        nulls: 'propagate',
        bind: () => typed((value: bigint) => (value < 0n ? BigInt.asIntN(64, -value) : value)),
      },
    ],
  },
  {
    name: 'SIGN',
    description: '1 for a positive number, 0 for zero, -1 for a negative number.',
    category: MATHEMATICAL,
    variants: (['DOUBLE', 'INT', 'BIGINT'] as const).map((type) => ({
      parameters: [type],
      returns: 'INT',
      nulls: 'propagate',
      bind: () => typed(signOf),
    })),
  },
]
