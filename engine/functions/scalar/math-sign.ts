import type { Decimal } from '../../types/decimal.ts'
import type { ScalarFunction } from '../definition.ts'
import { sameDecimal } from '../same-decimal.ts'
import { MATHEMATICAL } from './math-double.ts'
import { typed } from './typed.ts'

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
