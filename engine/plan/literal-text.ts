import { parseBoolean, toText } from '../types/cast.ts'
import { coercer } from '../types/coercion.ts'
import { Decimal } from '../types/decimal.ts'
import { isInt, isLong } from '../types/java-number.ts'
import { BIGINT, decimalType, INTEGER, type SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'

/**
 * What literals are read as beside others of another type: any as text, numbers and booleans written as text as what they say.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-reference/type-coercion/#literal-rules
 */

/** The narrowest type of a number written as text; null for other text. */
export function numberType(text: string): SqlType | null {
  const number = readNumber(text)
  if (number === null) return null
  if (/^\s*[+-]?\d+\s*$/.test(text)) {
    if (isInt(number.unscaled)) return INTEGER
    if (isLong(number.unscaled)) return BIGINT
  }
  const scale = Math.max(number.scale, 0)
  return decimalType(Math.max(number.precision - number.scale + scale, scale), scale)
}

/** `true`, `yes`, `false`, `no` and their beginnings, in any case. */
export function isBooleanText(text: string): boolean {
  const word = text.toLowerCase()
  return word !== '' && ['true', 'yes', 'false', 'no'].some((known) => known.startsWith(word))
}

/** A literal's value in a type its text or number fits. */
export function literalAs(value: SqlValue, from: SqlType, to: SqlType): SqlValue {
  if (to.base === 'STRING') return toText(from)(value)
  if (typeof value !== 'string') {
    const convert = coercer(from, to)
    if (convert === null) throw new Error(`a ${from.base} literal is no ${to.base}`)
    return convert(value)
  }
  if (to.base === 'BOOLEAN') return parseBoolean(value)
  const number = readNumber(value)
  if (number === null) throw new Error(`'${value}' is no ${to.base}`)
  switch (to.base) {
    case 'BIGINT':
      return number.toBigInt()
    case 'DECIMAL':
      return number.setScale(to.scale)
    default:
      return number.toNumber()
  }
}

function readNumber(text: string): Decimal | null {
  try {
    return Decimal.parse(text.trim())
  } catch {
    return null
  }
}
