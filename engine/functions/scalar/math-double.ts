import type { ScalarFunction, ScalarVariant } from '../definition.ts'
import { typed } from './typed.ts'

export const MATHEMATICAL = 'MATHEMATICAL'

/** A JavaScript expression of the arguments' expressions, for `inline`. */
type Inline = (...args: string[]) => string

/** INT arguments are numbers already, BIGINT ones have to become doubles first, as Java widens a long. */
const NUMERIC = ['DOUBLE', 'INT', 'BIGINT'] as const

function variant(
  type: (typeof NUMERIC)[number],
  arity: number,
  compute: (...args: number[]) => number,
  inline: Inline | undefined,
): ScalarVariant {
  const widen = type === 'BIGINT'
  return {
    parameters: Array.from({ length: arity }, () => type),
    returns: 'DOUBLE',
    nulls: 'propagate',
    bind: () => (widen ? typed((...args: bigint[]) => compute(...args.map(Number))) : typed(compute)),
    ...(inline && { inline: widen ? (...args: string[]) => inline(...args.map((a) => `Number(${a})`)) : inline }),
  }
}

/** One variant for DOUBLE, INT and BIGINT each, all arguments of the same type, the result a DOUBLE. */
export function doubleVariants(
  arity: number,
  compute: (...args: number[]) => number,
  inline?: Inline,
): readonly ScalarVariant[] {
  return NUMERIC.map((type) => variant(type, arity, compute, inline))
}

/** A function of one number that JavaScript's Math has under the same definition as Java's. */
export function mathFunction(name: string, description: string, method: keyof typeof Math & string): ScalarFunction {
  const compute = Math[method] as (x: number) => number
  return {
    name,
    description,
    category: MATHEMATICAL,
    variants: doubleVariants(1, compute, (x) => `Math.${method}(${x})`),
  }
}
