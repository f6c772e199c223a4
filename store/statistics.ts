import type { DuckDBConnection } from '@duckdb/node-api'
import type { SensorStatistics, Statistics } from '../web/api.ts'
import { meanOfMinutes } from './buckets.ts'
import { durationsOf } from './durations.ts'
import { isQuantity, storedFields } from './fields.ts'
import { type Minutes, wholeMinutesIn } from './minutes.ts'
import { bound, checkedSpan, type DeviceSpan, IN_SPAN, type Span } from './span.ts'
import { numbers, numbersOfRow } from './sql.ts'
import { type Summary, summaryOfCounts } from './summary.ts'

/** Up to so many readings (58 days at one a second) all is exact: about a second for 30 sensors. */
const MOST_EXACT = 5_000_000

/** What GET /api/statistics asks, and the limits that hold: field → limit. */
export interface StatisticsQuery extends Span {
  readonly limits: Readonly<Record<string, number>>
}

/**
 * Statistics of every quantity that the device has readings of in the span; bit masks have none. Quantiles between two readings are
 * interpolated linearly. Of more than five million readings (`resolution` is minutes) the quantiles are those of the minutes' means, minutes
 * count that begin in the span, and time and energy go by the usual step.
 * @throws QueryError
 */
export async function readStatistics(connection: DuckDBConnection, query: StatisticsQuery): Promise<Statistics> {
  const span = await checkedSpan(connection, query)
  const fields = (await storedFields(connection)).filter(isQuantity)
  const counted = `SELECT count(*)::DOUBLE FROM readings WHERE ${IN_SPAN}`
  const rows = (await numbersOfRow(connection, counted, bound(span)))[0]!
  const resolution = rows <= MOST_EXACT ? 'readings' : 'minutes'
  const { secondsAbove, energyWh } = await durationsOf(connection, span, resolution, fields, query.limits)
  const minutes = resolution === 'minutes' ? await wholeMinutesIn(connection, span) : null
  const sensors: SensorStatistics[] = []
  for (const field of fields) {
    const summary = await (minutes === null
      ? ofReadings(connection, span, field)
      : ofMinutes(connection, minutes, field))
    if (summary !== null) sensors.push({ field, ...summary, secondsAbove: secondsAbove.get(field) ?? null })
  }
  return { from: query.from, to: query.to, rows, resolution, sensors, energyWh }
}

/** Readings are rounded, so they have few values: to count them is three times faster than DuckDB's quantile_cont, and takes no memory. */
async function ofReadings(connection: DuckDBConnection, span: DeviceSpan, field: string): Promise<Summary | null> {
  const sql = `
    SELECT ${field} AS value, count(*)::DOUBLE FROM readings WHERE ${IN_SPAN} AND ${field} IS NOT NULL GROUP BY value ORDER BY value`
  const [values, counts] = (await numbers(connection, sql, bound(span))) as number[][]
  return values.length === 0 ? null : summaryOfCounts(values, counts)
}

async function ofMinutes(
  connection: DuckDBConnection,
  { sql: minutes, values }: Minutes,
  field: string,
): Promise<Summary | null> {
  const sql = `
    SELECT n::DOUBLE, min, mean, max, quantiles[1], quantiles[2], quantiles[3] FROM (
      SELECT sum(${field}_n) AS n, min(${field}_min) AS min, ${meanOfMinutes(field)} AS mean, max(${field}_max) AS max,
        quantile_cont(${field}_sum / nullif(${field}_n, 0), [0.5, 0.95, 0.99]) AS quantiles
      FROM ${minutes([field])}
    )`
  const [n, min, mean, max, median, p95, p99] = (await numbersOfRow(connection, sql, values)) as number[]
  return n > 0 ? { n, min, mean, median, p95, p99, max } : null
}
