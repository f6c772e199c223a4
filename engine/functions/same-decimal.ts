import { decimalType, type SqlType } from '../types/sql-type.ts'

/** For `returns`: the DECIMAL type that the first argument has, precision and scale included. */
export function sameDecimal(args: readonly SqlType[]): SqlType {
  return args[0] ?? decimalType(1, 0)
}
