import type { Position } from '../errors.ts'
import { KsqlError } from '../errors.ts'
import type {
  BigintLiteral,
  BooleanLiteral,
  DecimalLiteral,
  DoubleLiteral,
  IntegerLiteral,
  NullLiteral,
  StringLiteral,
} from './ast.ts'
import type { Cursor } from './cursor.ts'
import type { Token } from './lexer.ts'

export type NumberLiteral = IntegerLiteral | BigintLiteral | DecimalLiteral | DoubleLiteral
export type Literal = NullLiteral | BooleanLiteral | StringLiteral | NumberLiteral

/** A literal, with a sign if it is a number. */
export function parseLiteral(cursor: Cursor): Literal {
  const literal = acceptLiteral(cursor)
  if (literal === null) throw cursor.unexpected(['a literal: a string in single quotes, a number, TRUE, FALSE or NULL'])
  return literal
}

export function acceptLiteral(cursor: Cursor): Literal | null {
  const { at } = cursor
  if (cursor.acceptWords('NULL')) return { kind: 'null', at }
  if (cursor.acceptWords('TRUE')) return { kind: 'boolean', value: true, at }
  if (cursor.acceptWords('FALSE')) return { kind: 'boolean', value: false, at }
  if (cursor.peek().kind === 'string') return { kind: 'string', value: cursor.string(), at }
  if (isNumber(cursor.peek())) return numberLiteral(cursor, '', at)
  if (cursor.isSymbol('-') && isNumber(cursor.peek(1))) {
    cursor.next()
    return numberLiteral(cursor, '-', at)
  }
  return null
}

function isNumber(token: Token): boolean {
  return token.kind === 'integer' || token.kind === 'decimal' || token.kind === 'double'
}

/** Digits alone are INTEGER or BIGINT, with a point DECIMAL, with an exponent DOUBLE. */
function numberLiteral(cursor: Cursor, sign: string, at: Position): NumberLiteral {
  const token = cursor.next()
  const text = sign + token.value
  switch (token.kind) {
    case 'decimal':
      return { kind: 'decimal', text: text.replace(/^(-?)\./, '$10.').replace(/\.$/, ''), at }
    case 'double': {
      const value = Number(text)
      if (!Number.isFinite(value)) throw numberError(cursor, `Number overflows DOUBLE: ${text}`, at)
      return { kind: 'double', value, text, at }
    }
    default: {
      const value = BigInt(text)
      if (BigInt.asIntN(64, value) !== value) throw numberError(cursor, `Invalid numeric literal: ${text}`, at)
      if (BigInt.asIntN(32, value) === value) return { kind: 'integer', value: Number(value), at }
      return { kind: 'bigint', value, at }
    }
  }
}

/** ksqlDB's message counts the column from 1 twice (shared/ksqldb/qtt/literals.json); the error's own position is right. */
function numberError(cursor: Cursor, detail: string, at: Position): KsqlError {
  return new KsqlError('syntax', `Failed to prepare statement: line ${at.line}:${at.column + 1}: ${detail}`, {
    position: at,
    statement: cursor.source.text,
    fix: 'INTEGER and BIGINT reach from -2^63 to 2^63 - 1, DOUBLE to ±1.7976931348623157E308',
  })
}
