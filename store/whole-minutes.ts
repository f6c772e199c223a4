import type { DuckDBConnection } from '@duckdb/node-api'
import { bound, type DeviceSpan, IN_SPAN } from './span.ts'
import { numbersOfRow } from './sql.ts'

/** SQL of minutes with `_n`, `_min`, `_max` and `_sum` of these fields, a row a minute; goes with `bound`. */
export type MinutesSql = (fields: readonly string[]) => string

/**
 * How to read the minutes of a span. Only where a late row came back to a minute are there several rows to put together: to do so for the half
 * million minutes of a year takes two seconds, to look for it some milliseconds.
 */
export async function wholeMinutes(connection: DuckDBConnection, span: DeviceSpan): Promise<MinutesSql> {
  const count = `SELECT count(*)::DOUBLE, count(DISTINCT ts)::DOUBLE FROM minutes WHERE ${IN_SPAN}`
  const [rows, minutes] = await numbersOfRow(connection, count, bound(span))
  if (rows === minutes) return () => `(SELECT * FROM minutes WHERE ${IN_SPAN})`
  return (fields) => `(SELECT ${fields.map(together).join(', ')} FROM minutes WHERE ${IN_SPAN} GROUP BY ts)`
}

function together(field: string): string {
  return ['n', 'min', 'max', 'sum']
    .map((part) => `${part === 'n' ? 'sum' : part}(${field}_${part}) AS ${field}_${part}`)
    .join(', ')
}
