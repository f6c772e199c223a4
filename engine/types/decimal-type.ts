import type { Decimal } from './decimal.ts'
import { type DecimalType, decimalType, type SqlType } from './sql-type.ts'

export type ArithmeticOp = '+' | '-' | '*' | '/' | '%'

/**
 * The DECIMAL a numeric type widens to: INTEGER is DECIMAL(10, 0), BIGINT is DECIMAL(19, 0); null for types that are not exact numbers.
 * https://docs.ksqldb.io/en/latest/reference/sql/data-types/#arbitrary-precision-types
 */
export function asDecimalType(type: SqlType): DecimalType | null {
  switch (type.base) {
    case 'INTEGER':
      return decimalType(10, 0)
    case 'BIGINT':
      return decimalType(19, 0)
    case 'DECIMAL':
      return type
    default:
      return null
  }
}

/** The narrowest DECIMAL that holds the values of both. */
export function widerDecimal(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale)
  return decimalType(Math.max(a.precision - a.scale, b.precision - b.scale) + scale, scale)
}

/** Precision and scale of a result, by the rules ksqlDB shares with SQL Server and Hive. */
export function arithmeticType(op: ArithmeticOp, a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale)
  switch (op) {
    case '+':
    case '-':
      return decimalType(Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale)
    case '*':
      return decimalType(a.precision + b.precision + 1, a.scale + b.scale)
    case '/': {
      const quotientScale = Math.max(6, a.scale + b.precision + 1)
      return decimalType(a.precision - a.scale + b.scale + quotientScale, quotientScale)
    }
    case '%':
      return decimalType(Math.min(a.precision - a.scale, b.precision - b.scale) + scale, scale)
  }
}

/** The operation on values whose result type is `type`; throws on division by zero (the column is NULL then). */
export function decimalArithmetic(op: ArithmeticOp, type: DecimalType): (a: Decimal, b: Decimal) => Decimal {
  const { scale } = type
  switch (op) {
    case '+':
      return (a, b) => a.add(b).setScale(scale)
    case '-':
      return (a, b) => a.subtract(b).setScale(scale)
    case '*':
      return (a, b) => a.multiply(b).setScale(scale)
    case '/':
      return (a, b) => a.divide(b, scale)
    case '%':
      return (a, b) => a.remainder(b).setScale(scale)
  }
}

/** Rounds half up to the type's scale; throws ksqlDB's overflow error where the whole part does not fit. */
export function fitDecimal(value: Decimal, type: DecimalType): Decimal {
  const rounded = value.setScale(type.scale)
  if (!rounded.fits(type.precision, type.scale)) {
    throw new Error(
      `Numeric field overflow: A field with precision ${type.precision} and scale ${type.scale} ` +
        `must round to an absolute value less than 10^${type.precision - type.scale}. Got ${value.toPlainString()}`,
    )
  }
  return rounded
}
