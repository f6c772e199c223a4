import type { ScalarFunction } from '../definition.ts'
import { exactExp, exactLog } from './exact-logarithm.ts'
import { doubleVariants, MATHEMATICAL, mathFunction } from './math-double.ts'

/** NaN for a base that no logarithm has, as ksqlDB answers. */
function logarithm(base: number, value: number): number {
  return base <= 0 || base === 1 ? Number.NaN : exactLog(value) / exactLog(base)
}

export const exponentialFunctions: readonly ScalarFunction[] = [
  mathFunction('SQRT', 'The square root; NaN below zero.', 'sqrt'),
  mathFunction('CBRT', 'The cube root.', 'cbrt'),
  {
    name: 'EXP',
    description: 'e to the power of the argument.',
    category: MATHEMATICAL,
    variants: doubleVariants(1, exactExp),
  },
  {
    name: 'LN',
    description: 'The natural logarithm: NaN below zero, -Infinity at zero.',
    category: MATHEMATICAL,
    variants: doubleVariants(1, exactLog),
  },
  {
    name: 'LOG',
    description:
      'LOG(value): the natural logarithm. LOG(base, value): to that base; NaN where the base is not positive or is 1.',
    category: MATHEMATICAL,
    variants: [...doubleVariants(2, logarithm), ...doubleVariants(1, exactLog)],
  },
  {
    name: 'POWER',
    description: 'POWER(base, exponent): the base to the power of the exponent.',
    category: MATHEMATICAL,
    variants: doubleVariants(2, Math.pow, (base, exponent) => `Math.pow(${base}, ${exponent})`),
  },
]
