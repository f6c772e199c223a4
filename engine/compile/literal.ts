import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { type Fragment, NEVER } from './fragment.ts'
import { type SourceWriter, zeroOf } from './source.ts'

export function literal(out: SourceWriter, value: SqlValue, type: SqlType): Fragment {
  if (value === null) return { val: zeroOf(type), nul: 'true', err: NEVER }
  return { val: literalText(value) ?? out.constant(value), nul: NEVER, err: NEVER }
}

/** Text of a literal in JavaScript, or null for values that must be passed as constants. */
function literalText(value: SqlValue): string | null {
  switch (typeof value) {
    case 'boolean':
      return String(value)
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? (value < 0 ? `(${value})` : String(value)) : null
    case 'bigint':
      return value < 0n ? `(${value}n)` : `${value}n`
    case 'string':
      return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
    default:
      return null
  }
}
