import { caster } from '../types/cast.ts'
import { coercer, identity } from '../types/coercion.ts'
import { INTEGER, type SqlType, STRING, sameType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import type { Typed, TypedConst } from './typed.ts'

/** The type of the literal NULL before its context gives it one. Compared by identity. */
const NULL_TYPE: SqlType = { base: 'STRING' }

export const NULL_LITERAL: TypedConst = { op: 'const', type: NULL_TYPE, value: null }

export function isNullLiteral(e: Typed): boolean {
  return e.type === NULL_TYPE
}

export function constant(type: SqlType, value: SqlValue): TypedConst {
  return { op: 'const', type, value }
}

/** A NULL whose context says nothing of its type is a STRING. */
export function defaultNull(e: Typed): Typed {
  return isNullLiteral(e) ? constant(STRING, null) : e
}

/** The expression converted implicitly, or null where ksqlDB does not. Constants are converted at once. */
export function coerce(e: Typed, type: SqlType): Typed | null {
  if (isNullLiteral(e)) return constant(type, null)
  if (sameType(e.type, type)) return e
  const convert = coercer(e.type, type)
  if (convert === null) return null
  if (e.op === 'const') return constant(type, convert(e.value))
  return {
    op: 'convert',
    operand: e,
    type,
    convert: convert === identity ? (v) => v : convert,
    throws: type.base === 'DECIMAL',
  }
}

/** As coerce; where there is no implicit conversion, the explicit one. Throws KsqlError 'semantic' where there is none either. */
export function must(e: Typed, type: SqlType): Typed {
  const coerced = coerce(e, type)
  if (coerced !== null) return coerced
  return { op: 'convert', operand: e, type, convert: caster(e.type, type), throws: true }
}

/** An array index as an INTEGER. */
export function asIndex(index: Typed): Typed {
  return (
    coerce(index, INTEGER) ?? {
      op: 'convert',
      operand: index,
      type: INTEGER,
      convert: (v) => Number(v),
      throws: false,
    }
  )
}
