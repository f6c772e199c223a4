import type { ScalarFunction } from '../definition.ts'
import { doubleVariants, MATHEMATICAL, mathFunction } from './math-double.ts'

// Java multiplies by these two constants (java.lang.Math.toDegrees, toRadians); 180 / π computed each time would round differently.
const RADIANS_TO_DEGREES = 57.29577951308232
const DEGREES_TO_RADIANS = 0.017453292519943295

/** Angles are in radians unless a function says otherwise. */
export const trigonometricFunctions: readonly ScalarFunction[] = [
  mathFunction('SIN', 'The sine of an angle in radians.', 'sin'),
  mathFunction('COS', 'The cosine of an angle in radians.', 'cos'),
  mathFunction('TAN', 'The tangent of an angle in radians.', 'tan'),
  mathFunction('ASIN', 'The angle in radians whose sine is the argument; NaN outside [-1, 1].', 'asin'),
  mathFunction('ACOS', 'The angle in radians whose cosine is the argument; NaN outside [-1, 1].', 'acos'),
  mathFunction('ATAN', 'The angle in radians whose tangent is the argument.', 'atan'),
  mathFunction('SINH', 'The hyperbolic sine.', 'sinh'),
  mathFunction('COSH', 'The hyperbolic cosine.', 'cosh'),
  mathFunction('TANH', 'The hyperbolic tangent.', 'tanh'),
  {
    name: 'COT',
    description: 'The cotangent of an angle in radians.',
    category: MATHEMATICAL,
    variants: doubleVariants(
      1,
      (x) => 1 / Math.tan(x),
      (x) => `(1 / Math.tan(${x}))`,
    ),
  },
  {
    name: 'ATAN2',
    description: 'The angle in radians of the point (x, y), given as y, x.',
    category: MATHEMATICAL,
    variants: doubleVariants(2, Math.atan2, (y, x) => `Math.atan2(${y}, ${x})`),
  },
  {
    name: 'DEGREES',
    description: 'Converts an angle from radians to degrees.',
    category: MATHEMATICAL,
    variants: doubleVariants(
      1,
      (x) => x * RADIANS_TO_DEGREES,
      (x) => `(${x} * ${RADIANS_TO_DEGREES})`,
    ),
  },
  {
    name: 'RADIANS',
    description: 'Converts an angle from degrees to radians.',
    category: MATHEMATICAL,
    variants: doubleVariants(
      1,
      (x) => x * DEGREES_TO_RADIANS,
      (x) => `(${x} * ${DEGREES_TO_RADIANS})`,
    ),
  },
  {
    name: 'PI',
    description: 'The double nearest to π.',
    category: MATHEMATICAL,
    variants: [
      { parameters: [], returns: 'DOUBLE', nulls: 'propagate', bind: () => () => Math.PI, inline: () => 'Math.PI' },
    ],
  },
]
