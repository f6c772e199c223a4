import { KsqlError, semanticError } from '../errors.ts'
import type { Expression } from '../syntax/ast.ts'
import { formatExpression } from '../syntax/index.ts'
import { parseBoolean, toText } from '../types/cast.ts'
import { commonType } from '../types/coercion.ts'
import { Decimal } from '../types/decimal.ts'
import { BOOLEAN, DOUBLE, formatType, isNumeric, type SqlType, sameType } from '../types/sql-type.ts'
import { coerce, isNullLiteral } from './type-check.ts'
import type { Typed } from './typed.ts'

interface Item {
  readonly expression: Expression
  readonly typed: Typed
}

/**
 * `operand IN (items)`: everything is brought to one type first. Literals bend further than columns do: numbers and booleans written
 * as text are read, and beside text they become text. Refusals have ksqlDB's wording.
 */
export function inList(operand: Typed, items: readonly Item[]): Typed {
  let type = operand.type
  for (const item of items) {
    if (isNullLiteral(item.typed)) continue
    const next = meet(type, item)
    if (next === null) {
      const shown = formatExpression(item.expression)
      throw semanticError(
        `Invalid Predicate: operator does not exist: ${formatType(operand.type)} = ${formatType(item.typed.type)} (${shown})\nHint: You might need to add explicit type casts.`,
        item.expression.at,
        'CAST the value to the type of the column.',
      )
    }
    type = next
  }
  return {
    op: 'in',
    operand: bring(operand, type, null),
    items: items.map((item) => bring(item.typed, type, item)),
    type: BOOLEAN,
  }
}

function meet(type: SqlType, item: Item): SqlType | null {
  const other = item.typed.type
  if (sameType(type, other)) return type
  if (isNumeric(type) && isNumeric(other)) return commonType(type, other)
  const literal = item.typed.op === 'const'
  if (literal && other.base === 'STRING' && (isNumeric(type) || type.base === 'BOOLEAN')) {
    return isNumeric(type) ? numberText(type, item) : type
  }
  if (literal && type.base === 'STRING' && (isNumeric(other) || other.base === 'BOOLEAN')) return type
  return nested(type, other)
}

function nested(a: SqlType, b: SqlType): SqlType | null {
  if (a.base !== b.base) return null
  return commonType(a, b)
}

/** A number written as text may need a wider type than the column has. */
function numberText(type: SqlType, item: Item): SqlType {
  const text = item.typed.op === 'const' && typeof item.typed.value === 'string' ? item.typed.value : ''
  const value = readNumber(text)
  if (value === null) {
    throw new KsqlError(
      'semantic',
      `Invalid Predicate: invalid input syntax for type ${formatType(type)}: "${text}".`,
      {
        position: item.expression.at,
        fix: 'Write a number.',
      },
    )
  }
  if (value.scale <= 0 || type.base === 'DOUBLE') return type
  const digits = value.unscaled.toString().replace('-', '').length
  return commonType(type, { base: 'DECIMAL', precision: Math.max(digits, value.scale), scale: value.scale }) ?? DOUBLE
}

function readNumber(text: string): Decimal | null {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Decimal.parse(text.trim()) : null
}

function bring(e: Typed, type: SqlType, item: Item | null): Typed {
  const direct = coerce(e, type)
  if (direct !== null) return direct
  if (e.op === 'const' && item !== null) {
    if (type.base === 'STRING') return { op: 'const', type, value: toText(e.type)(e.value) }
    if (typeof e.value === 'string' && type.base === 'BOOLEAN')
      return { op: 'const', type, value: parseBoolean(e.value) }
    const number = typeof e.value === 'string' ? readNumber(e.value) : null
    if (number !== null) {
      switch (type.base) {
        case 'DOUBLE':
          return { op: 'const', type, value: number.toNumber() }
        case 'DECIMAL':
          return { op: 'const', type, value: number.setScale(type.scale) }
        case 'BIGINT':
          return { op: 'const', type, value: number.setScale(0).unscaled }
        default:
          return { op: 'const', type, value: number.toNumber() }
      }
    }
  }
  throw semanticError(
    `Invalid Predicate: operator does not exist: ${formatType(type)} = ${formatType(e.type)}`,
    item?.expression.at,
    'CAST the value to the type of the others.',
  )
}
