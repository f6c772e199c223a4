import { semanticError } from '../errors.ts'
import type { Dereference, Subscript } from '../syntax/ast.ts'
import { formatExpression, hint } from '../syntax/index.ts'
import { formatType } from '../types/sql-type.ts'
import { asIndex, coerce } from './coerce.ts'
import type { Typed } from './typed.ts'

/** base[index] of an ARRAY (from 1) or a MAP. */
export function typeSubscript(e: Subscript, base: Typed, index: Typed): Typed {
  if (base.type.base === 'ARRAY') {
    if (index.type.base !== 'INTEGER' && index.type.base !== 'BIGINT') {
      throw semanticError(
        `Unsupported array index type: ${formatType(index.type)}`,
        e.index.at,
        'Use an INTEGER, starting at 1.',
      )
    }
    return { op: 'subscript', base, index: asIndex(index), type: base.type.element }
  }
  if (base.type.base === 'MAP') {
    const key = coerce(index, base.type.key)
    if (key === null) {
      throw semanticError(
        `Unsupported map key type: ${formatType(index.type)}`,
        e.index.at,
        `Keys of this map are ${formatType(base.type.key)}.`,
      )
    }
    return { op: 'subscript', base, index: key, type: base.type.value }
  }
  throw semanticError(
    `Can't use a subscript on ${formatExpression(e.base)}: it is ${formatType(base.type)}, not an ARRAY or MAP.`,
    e.at,
    base.type.base === 'STRUCT' ? `Write ${formatExpression(e.base)}->field.` : 'Drop the subscript.',
  )
}

/** base->field of a STRUCT. */
export function typeDereference(e: Dereference, base: Typed): Typed {
  if (base.type.base !== 'STRUCT') {
    throw semanticError(
      `Expected STRUCT type, got: ${formatType(base.type)}`,
      e.at,
      base.type.base === 'MAP' ? `Write ${formatExpression(e.base)}['${e.field}'].` : 'Drop the ->.',
    )
  }
  const index = base.type.fields.findIndex((f) => f.name === e.field)
  const field = base.type.fields[index]
  if (field === undefined) {
    const names = base.type.fields.map((f) => f.name)
    throw semanticError(
      `Could not find field '${e.field}' in '${formatExpression(e.base)}'.`,
      e.at,
      hint(e.field ?? '', names, 'Fields of this struct'),
    )
  }
  return { op: 'field', base, index, type: field.type }
}
