import type { Decimal } from '../types/decimal.ts'
import type { DecimalType } from '../types/sql-type.ts'

/** A number read from outside, at the scale of its column. Formats never round: a value that does not fit makes the record unreadable. */
export function exactDecimal(value: Decimal, type: DecimalType): Decimal {
  if (!value.fits(type.precision, type.scale)) {
    throw new Error(`${value.toPlainString()} does not fit DECIMAL(${type.precision}, ${type.scale})`)
  }
  return value.setScale(type.scale)
}
