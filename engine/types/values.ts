import type { Decimal } from './decimal.ts'

/**
 * How the engine holds one SQL value in JavaScript. The static SQL type decides; null is SQL NULL everywhere.
 *
 * | SQL | JavaScript |
 * |---|---|
 * | BOOLEAN | boolean |
 * | INTEGER | number, a 32-bit integer |
 * | BIGINT | bigint, 64 bits, wraps as Java's long |
 * | DOUBLE | number |
 * | DECIMAL(p, s) | Decimal: unscaled bigint and scale |
 * | STRING | string |
 * | BYTES | Uint8Array |
 * | DATE | number, days since 1970-01-01 |
 * | TIME | number, ms of the day |
 * | TIMESTAMP | number, ms since 1970-01-01 UTC |
 * | ARRAY | array of values |
 * | MAP | Map of values, in order of insertion |
 * | STRUCT | array of the fields' values, in the order of the type's fields |
 */
export type SqlValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Decimal
  | Uint8Array
  | readonly SqlValue[]
  | ReadonlyMap<SqlValue, SqlValue>
