import { semanticError } from '../errors.ts'
import type { Comparison, Expression } from '../syntax/ast.ts'
import { formatExpression } from '../syntax/index.ts'
import { commonType } from '../types/coercion.ts'
import { parsePartialDate, parsePartialTime, parsePartialTimestamp } from '../types/datetime.ts'
import { asDecimalType } from '../types/decimal-type.ts'
import { BIGINT, BOOLEAN, formatType, isNumeric, isTemporal, type SqlType, sameType } from '../types/sql-type.ts'
import { constant, isNullLiteral, must } from './coerce.ts'
import type { Typed } from './typed.ts'

const NAMES: Record<Comparison['op'], string> = {
  '=': 'EQUAL',
  '<>': 'NOT_EQUAL',
  '<': 'LESS_THAN',
  '<=': 'LESS_THAN_OR_EQUAL',
  '>': 'GREATER_THAN',
  '>=': 'GREATER_THAN_OR_EQUAL',
  'IS DISTINCT FROM': 'IS_DISTINCT_FROM',
  'IS NOT DISTINCT FROM': 'IS_NOT_DISTINCT_FROM',
}

/** A comparison of two typed sides, brought to one type. Throws KsqlError 'semantic' where ksqlDB does not compare them. */
export function typeComparison(e: Comparison, left: Typed, right: Typed): Typed {
  const distinct = e.op === 'IS DISTINCT FROM' || e.op === 'IS NOT DISTINCT FROM'
  if (!distinct && (isNullLiteral(left) || isNullLiteral(right))) {
    throw semanticError(
      `Comparison with NULL not supported: ${side(e.left)} ${e.op} ${side(e.right)}`,
      e.at,
      'Use IS NULL or IS NOT NULL.',
    )
  }
  let a = isNullLiteral(left) ? constant(right.type, null) : left
  let b = isNullLiteral(right) ? constant(left.type, null) : right
  a = timeText(a, b)
  b = timeText(b, a)
  const type = comparable(a.type, b.type, e.op)
  if (type === null) {
    throw semanticError(
      `Cannot compare ${formatExpression(e.left)} (${formatType(a.type)}) to ${formatExpression(e.right)} (${formatType(b.type)}) with ${NAMES[e.op]}.`,
      e.at,
      'CAST one side to the type of the other.',
    )
  }
  const operands = { left: toCommon(a, type), right: toCommon(b, type) }
  if (distinct) return { op: 'distinct', negated: e.op === 'IS NOT DISTINCT FROM', ...operands, type: BOOLEAN }
  return { op: 'comparison', operator: e.op as '=', ...operands, type: BOOLEAN }
}

/** The type two sides are compared in, or null where ksqlDB refuses. */
function comparable(a: SqlType, b: SqlType, op: string): SqlType | null {
  const type =
    isNumeric(a) && isNumeric(b) ? commonType(a, b) : sameType(a, b) ? a : (temporalText(a, b) ?? nestedCommon(a, b))
  if (type === null) return null
  const equalityOnly = type.base === 'BOOLEAN' || type.base === 'ARRAY' || type.base === 'MAP' || type.base === 'STRUCT'
  const ordering = op === '<' || op === '<=' || op === '>' || op === '>='
  return equalityOnly && ordering ? null : type
}

function nestedCommon(a: SqlType, b: SqlType): SqlType | null {
  return a.base === b.base && !isNumeric(a) ? commonType(a, b) : null
}

function temporalText(a: SqlType, b: SqlType): SqlType | null {
  if (a.base === 'STRING' && isTemporal(b)) return b
  if (b.base === 'STRING' && isTemporal(a)) return a
  if (a.base === 'DATE' && b.base === 'TIMESTAMP') return b
  if (b.base === 'DATE' && a.base === 'TIMESTAMP') return a
  return null
}

function toCommon(e: Typed, type: SqlType): Typed {
  if (type.base === 'DECIMAL') return e.type.base === 'DECIMAL' ? e : must(e, asDecimalType(e.type) ?? type)
  if (e.type.base === 'STRING' && isTemporal(type)) {
    const parse = temporalParser(type)
    if (e.op === 'const' && typeof e.value === 'string') return constant(type, parsed(parse, e.value))
    return { op: 'convert', operand: e, type, convert: (v) => parse(v as string), throws: true }
  }
  return must(e, type)
}

function temporalParser(type: SqlType): (text: string) => number {
  return type.base === 'TIMESTAMP' ? parsePartialTimestamp : type.base === 'DATE' ? parsePartialDate : parsePartialTime
}

/** ROWTIME, WINDOWSTART and WINDOWEND compare with dates written as text. */
function timeText(e: Typed, other: Typed): Typed {
  const bounds = other.op === 'pseudo' && other.type.base === 'BIGINT' && other.name !== 'ROWOFFSET'
  if (!bounds || e.op !== 'const' || typeof e.value !== 'string') return e
  return constant(BIGINT, BigInt(parsed(parsePartialTimestamp, e.value)))
}

function parsed(parse: (text: string) => number, text: string): number {
  try {
    return parse(text)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    throw semanticError(error.message, undefined, `Write '${text}' as a date or time of that form.`)
  }
}

function side(e: Expression): string {
  return e.kind === 'null' ? 'NULL' : formatExpression(e)
}
