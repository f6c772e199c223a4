import { type KsqlError, type Position, semanticError } from '../errors.ts'
import type { Expression } from '../syntax/ast.ts'
import { formatExpression } from '../syntax/index.ts'
import { commonType } from '../types/coercion.ts'
import {
  arrayType,
  formatType,
  isNumeric,
  mapType,
  type SqlType,
  type StructType,
  sameType,
  structType,
} from '../types/sql-type.ts'
import { constant, isNullLiteral, must } from './coerce.ts'
import { isBooleanText, literalAs, numberType } from './literal-text.ts'
import type { Typed } from './typed.ts'

/** One of several expressions that must share a type: the elements of an ARRAY, the operands of IN … */
export interface ListItem {
  readonly expression: Expression
  readonly typed: Typed
}

/**
 * The type a list of expressions meets at, null when all are NULL. The first one that is not NULL says of which kind the others have to be;
 * literals bend further than columns do, also inside constructors. Throws KsqlError 'semantic' with ksqlDB's wording.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-reference/type-coercion/#expression-lists
 */
export function listType(items: readonly ListItem[]): SqlType | null {
  let type: SqlType | null = null
  for (const { expression, typed } of items) {
    if (isNullLiteral(typed)) continue
    if (type === null) {
      type = typed.type
      continue
    }
    const next = meet(type, typed.type, typed, expression.at)
    if (next === null) {
      throw semanticError(
        `operator does not exist: ${formatType(type)} = ${formatType(typed.type)} (${formatExpression(expression)})\nHint: You might need to add explicit type casts.`,
        expression.at,
        'CAST the value to the type of the others.',
      )
    }
    type = next
  }
  return type
}

/** `node` is the expression whose type `other` is where it is known: literals bend, those of constructors too. */
function meet(type: SqlType, other: SqlType, node: Typed | null, at: Position): SqlType | null {
  const literal = node?.op === 'const' ? node.value : null
  if (isNumeric(type)) {
    if (typeof literal === 'string') {
      const number = numberType(literal)
      if (number === null) throw invalidText(type, literal, at)
      return commonType(type, number)
    }
    return isNumeric(other) ? commonType(type, other) : null
  }
  switch (type.base) {
    case 'STRING':
      return other.base === 'STRING' || literal !== null ? type : null
    case 'BOOLEAN':
      if (typeof literal === 'string' && !isBooleanText(literal)) throw invalidText(type, literal, at)
      return other.base === 'BOOLEAN' || typeof literal === 'string' ? type : null
    case 'ARRAY': {
      if (other.base !== 'ARRAY') return null
      const element = meetAll(type.element, other.element, node?.op === 'array' ? node.items : null, at)
      return element && arrayType(element)
    }
    case 'MAP': {
      if (other.base !== 'MAP') return null
      const entries = node?.op === 'map' ? node.entries : null
      const key = meetAll(type.key, other.key, entries?.map((e) => e.key) ?? null, at)
      const value = meetAll(type.value, other.value, entries?.map((e) => e.value) ?? null, at)
      return key && value && mapType(key, value)
    }
    case 'STRUCT':
      return other.base === 'STRUCT' ? meetFields(type, other, node?.op === 'struct' ? node.fields : null, at) : null
    default:
      return sameType(type, other) ? type : null
  }
}

function meetAll(type: SqlType, other: SqlType, nodes: readonly Typed[] | null, at: Position): SqlType | null {
  if (nodes === null) return meet(type, other, null, at)
  let met: SqlType | null = type
  for (const node of nodes) if (!isNull(node)) met = met && meet(met, node.type, node, at)
  return met
}

/** A NULL inside a constructor took the type of its neighbours there; it has none of its own. */
function isNull(node: Typed): boolean {
  return node.op === 'const' && node.value === null
}

/** All fields of either; those of both must meet. */
function meetFields(
  type: StructType,
  other: StructType,
  nodes: readonly Typed[] | null,
  at: Position,
): StructType | null {
  const fields = [...type.fields]
  for (const [i, { name, type: fieldType }] of other.fields.entries()) {
    const known = fields.findIndex((f) => f.name === name)
    const before = fields[known]
    if (before === undefined) {
      fields.push({ name, type: fieldType })
      continue
    }
    const node = nodes?.[i] ?? null
    if (node !== null && isNull(node)) continue
    const met = meet(before.type, fieldType, node, at)
    if (met === null) return null
    fields[known] = { name, type: met }
  }
  return structType(fields)
}

function invalidText(type: SqlType, text: string, at: Position): KsqlError {
  return semanticError(
    `invalid input syntax for type ${type.base}: "${text}".`,
    at,
    type.base === 'BOOLEAN' ? "Write TRUE or FALSE, or 'yes' or 'no'." : 'Write a number.',
  )
}

/** The expression in the type its list meets at. */
export function inListType(e: Typed, type: SqlType): Typed {
  if (isNullLiteral(e)) return constant(type, null)
  if (sameType(e.type, type)) return e
  if (e.op === 'const' && e.value !== null) return constant(type, literalAs(e.value, e.type, type))
  if (e.op === 'array' && type.base === 'ARRAY') {
    return { ...e, items: e.items.map((item) => inListType(item, type.element)), type }
  }
  if (e.op === 'map' && type.base === 'MAP') {
    const entries = e.entries.map((entry) => ({
      key: inListType(entry.key, type.key),
      value: inListType(entry.value, type.value),
    }))
    return { ...e, entries, type }
  }
  if (e.op === 'struct' && type.base === 'STRUCT' && e.type.base === 'STRUCT') {
    const names = e.type.fields.map((f) => f.name)
    const fields = type.fields.map((f) => {
      const field = e.fields[names.indexOf(f.name)]
      return field === undefined ? constant(f.type, null) : inListType(field, f.type)
    })
    return { ...e, fields, type }
  }
  return must(e, type)
}
