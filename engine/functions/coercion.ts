import {
  arrayType,
  type DecimalType,
  decimalType,
  isNumeric,
  isTemporal,
  mapType,
  type SqlType,
  sameType,
} from '../types/sql-type.ts'

const NUMERIC_ORDER = ['INTEGER', 'BIGINT', 'DECIMAL', 'DOUBLE']

/**
 * Whether an argument of one type may stand where another is declared: numbers widen INTEGER → BIGINT → DECIMAL → DOUBLE, text stands for a
 * DATE, TIME or TIMESTAMP, collections follow their elements.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-reference/type-coercion/
 */
export function canCoerce(from: SqlType, to: SqlType): boolean {
  if (sameType(from, to)) return true
  if (isNumeric(from) && isNumeric(to)) return NUMERIC_ORDER.indexOf(from.base) <= NUMERIC_ORDER.indexOf(to.base)
  if (from.base === 'ARRAY' && to.base === 'ARRAY') return canCoerce(from.element, to.element)
  if (from.base === 'MAP' && to.base === 'MAP') return canCoerce(from.key, to.key) && canCoerce(from.value, to.value)
  return from.base === 'STRING' && isTemporal(to)
}

/** The narrowest type both can be coerced to; undefined when there is none. */
export function commonType(a: SqlType, b: SqlType): SqlType | undefined {
  if (a.base === 'DOUBLE' && isNumeric(b)) return a
  if (b.base === 'DOUBLE' && isNumeric(a)) return b
  const x = a.base === 'DECIMAL' || b.base === 'DECIMAL' ? asDecimal(a) : undefined
  const y = x === undefined ? undefined : asDecimal(b)
  if (x !== undefined && y !== undefined) return commonDecimal(x, y)
  if (a.base === 'ARRAY' && b.base === 'ARRAY') {
    const element = commonType(a.element, b.element)
    return element && arrayType(element)
  }
  if (a.base === 'MAP' && b.base === 'MAP') {
    const key = commonType(a.key, b.key)
    const value = commonType(a.value, b.value)
    return key && value && mapType(key, value)
  }
  if (canCoerce(a, b)) return b
  return canCoerce(b, a) ? a : undefined
}

/** The DECIMAL that holds every value of a type: INTEGER is DECIMAL(10, 0), BIGINT DECIMAL(19, 0). Undefined for types that are not exact numbers. */
export function asDecimal(type: SqlType): DecimalType | undefined {
  switch (type.base) {
    case 'DECIMAL':
      return type
    case 'INTEGER':
      return decimalType(10, 0)
    case 'BIGINT':
      return decimalType(19, 0)
    default:
      return undefined
  }
}

/** The smallest DECIMAL that holds the values of both. */
export function commonDecimal(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale)
  return decimalType(Math.max(a.precision - a.scale, b.precision - b.scale) + scale, scale)
}
