import { isLosslessNumber } from 'lossless-json'
import type { Expression, Position, SqlType } from '../../engine/index.ts'
import { ERROR_CODE } from '../protocol.ts'
import { RestError } from './rest-error.ts'

const AT: Position = { line: 1, column: 1, offset: 0 }
const MOST_INTEGER = 2n ** 31n - 1n

/**
 * A value of JSON (numbers lossless) as the literal that INSERT VALUES would have for it: so both ways in have the same rules.
 * Throws RestError 40000, in ksqlDB's words, for an object or array where the column has no such type.
 */
export function insertExpression(value: unknown, type: SqlType): Expression {
  if (value === null || value === undefined) return { kind: 'null', at: AT }
  if (typeof value === 'boolean') return { kind: 'boolean', value, at: AT }
  if (isLosslessNumber(value)) return numberLiteral(value.value, type)
  if (typeof value === 'string') return textLiteral(value, type)
  if (Array.isArray(value) && type.base === 'ARRAY') {
    return { kind: 'array', items: value.map((item) => insertExpression(item, type.element)), at: AT }
  }
  if (typeof value === 'object' && !Array.isArray(value)) {
    const entries = Object.entries(value)
    if (type.base === 'MAP') {
      const pairs = entries.map(([key, item]) => ({
        key: insertExpression(key, type.key),
        value: insertExpression(item, type.value),
      }))
      return { kind: 'map', entries: pairs, at: AT }
    }
    if (type.base === 'STRUCT') {
      const fields = type.fields.map(({ name, type: fieldType }) => ({
        name,
        value: insertExpression(entries.find(([key]) => key.toUpperCase() === name.toUpperCase())?.[1], fieldType),
      }))
      return { kind: 'struct', fields, at: AT }
    }
  }
  throw new RestError(ERROR_CODE.badRequest, `Can't coerce ${JSON.stringify(value)} into type ${type.base}`)
}

function textLiteral(value: string, type: SqlType): Expression {
  const text: Expression = { kind: 'string', value, at: AT }
  if (type.base !== 'BYTES') return text
  const base64: Expression = { kind: 'string', value: 'base64', at: AT }
  return { kind: 'call', name: 'TO_BYTES', args: [text, base64], star: false, at: AT }
}

function numberLiteral(text: string, { base }: SqlType): Expression {
  if (base === 'DOUBLE' || /e/i.test(text)) return { kind: 'double', value: Number(text), text, at: AT }
  if (text.includes('.')) return { kind: 'decimal', text, at: AT }
  const value = BigInt(text)
  return value <= MOST_INTEGER && value >= -MOST_INTEGER - 1n
    ? { kind: 'integer', value: Number(value), at: AT }
    : { kind: 'bigint', value, at: AT }
}
