import type { ScalarFunction } from '../definition.ts'
import { MATHEMATICAL } from './math-double.ts'
import { exponentialFunctions } from './math-exponential.ts'
import { geoFunctions } from './math-geo.ts'
import { roundingFunctions } from './math-rounding.ts'
import { signFunctions } from './math-sign.ts'
import { trigonometricFunctions } from './math-trigonometry.ts'

const random: ScalarFunction = {
  name: 'RANDOM',
  description: 'A random number from 0 (inclusive) to 1 (exclusive), another one for every row.',
  category: MATHEMATICAL,
  variants: [{ parameters: [], returns: 'DOUBLE', nulls: 'propagate', bind: () => () => Math.random() }],
}

export const mathFunctions: readonly ScalarFunction[] = [
  ...signFunctions,
  ...roundingFunctions,
  ...exponentialFunctions,
  ...trigonometricFunctions,
  ...geoFunctions,
  random,
]
