import type { DuckDBConnection } from '@duckdb/node-api'
import type { SensorStatistics, Statistics } from '../web/api.ts'
import { meanOfMinutes } from './buckets.ts'
import { durationsOf } from './durations.ts'
import { isQuantity, storedFields } from './fields.ts'
import { bound, checkedSpan, type DeviceSpan, IN_SPAN, type Span } from './span.ts'
import { numbersOfRow } from './sql.ts'
import { wholeMinutes } from './whole-minutes.ts'

/** Up to so many readings all is exact, which takes a second for a million of 30 sensors. */
const MOST_EXACT = 2_000_000
/** Quantiles hold every reading of a sensor in memory: so many sensors at a time, at most 128 MB. */
const AT_A_TIME = 8
const PARTS = ['n', 'min', 'mean', 'max', 'quantiles'] as const

/** What GET /api/statistics asks, and the limits that hold: field → limit. */
export interface StatisticsQuery extends Span {
  readonly limits: Readonly<Record<string, number>>
}

/**
 * Statistics of every quantity that the device has readings of in the span; bit masks have none. Quantiles between two readings are
 * interpolated linearly. Of more than two million readings (`resolution` is minutes) the quantiles are those of the minutes' means, minutes
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
  const sensors: SensorStatistics[] = []
  for (let at = 0; at < fields.length; at += AT_A_TIME) {
    const some = await statisticsOf(connection, span, resolution, fields.slice(at, at + AT_A_TIME))
    sensors.push(...some.map((sensor) => ({ ...sensor, secondsAbove: secondsAbove.get(sensor.field) ?? null })))
  }
  return { from: query.from, to: query.to, rows, resolution, sensors, energyWh }
}

async function statisticsOf(
  connection: DuckDBConnection,
  span: DeviceSpan,
  resolution: Statistics['resolution'],
  fields: readonly string[],
): Promise<Omit<SensorStatistics, 'secondsAbove'>[]> {
  const aggregates = resolution === 'readings' ? fields.flatMap(ofReadings) : fields.flatMap(ofMinutes)
  const names = fields.flatMap((field) => PARTS.map((part) => `${field}_${part}`))
  const results = fields.flatMap((field) => [
    ...['n', 'min', 'mean', 'max'].map((part) => `${field}_${part}`),
    ...[1, 2, 3].map((index) => `${field}_quantiles[${index}]`),
  ])
  const source = resolution === 'readings' ? `readings WHERE ${IN_SPAN}` : await wholeMinutes(connection, span, fields)
  const sql = `SELECT ${results.join(', ')} FROM (SELECT ${aggregates.join(', ')} FROM ${source}) AS sensors(${names.join(', ')})`
  const values = (await numbersOfRow(connection, sql, bound(span))) as number[]
  return fields.flatMap((field, index) => {
    const [n, min, mean, max, median, p95, p99] = values.slice(index * 7)
    return n > 0 ? [{ field, n, min, mean, median, p95, p99, max }] : []
  })
}

const QUANTILES = '[0.5, 0.95, 0.99]'

function ofReadings(field: string): string[] {
  return [
    `count(${field})::DOUBLE`,
    `min(${field})`,
    `avg(${field})`,
    `max(${field})`,
    `quantile_cont(${field}, ${QUANTILES})`,
  ]
}

function ofMinutes(field: string): string[] {
  const mean = `${field}_sum / nullif(${field}_n, 0)`
  return [
    `sum(${field}_n::DOUBLE)`,
    `min(${field}_min)`,
    meanOfMinutes(field),
    `max(${field}_max)`,
    `quantile_cont(${mean}, ${QUANTILES})`,
  ]
}
