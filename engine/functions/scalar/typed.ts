import type { SqlValue } from '../../types/values.ts'
import type { Argument } from '../definition.ts'

/** An implementation written against the JavaScript types its signature guarantees: the type checker has coerced the arguments before the call. */
export function typed<A extends (Argument | undefined)[]>(implementation: (...args: A) => SqlValue) {
  return implementation as (...args: Argument[]) => SqlValue
}
