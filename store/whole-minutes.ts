import type { DuckDBConnection } from '@duckdb/node-api'
import { bound, type DeviceSpan, IN_SPAN } from './span.ts'
import { numbersOfRow } from './sql.ts'

/**
 * SQL of the minutes of a span with one row each (without `_last`); goes with `bound`. Only where a late row came back to a minute are there
 * several to put together: to do so for the half million of a year takes two seconds, to look for it some milliseconds.
 */
export async function wholeMinutes(
  connection: DuckDBConnection,
  span: DeviceSpan,
  fields: readonly string[],
): Promise<string> {
  const count = `SELECT count(*)::DOUBLE, count(DISTINCT ts)::DOUBLE FROM minutes WHERE ${IN_SPAN}`
  const [rows, minutes] = await numbersOfRow(connection, count, bound(span))
  if (rows === minutes) return `(SELECT * FROM minutes WHERE ${IN_SPAN})`
  const parts = fields.map(
    (f) =>
      `sum(${f}_n::DOUBLE) AS ${f}_n, min(${f}_min) AS ${f}_min, max(${f}_max) AS ${f}_max, sum(${f}_sum) AS ${f}_sum`,
  )
  return `(SELECT ${parts.join(', ')} FROM minutes WHERE ${IN_SPAN} GROUP BY ts)`
}
