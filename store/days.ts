import type { DuckDBConnection } from '@duckdb/node-api'
import { Zone } from '../gpuz/zone.ts'
import type { Patterns } from '../web/api.ts'
import { minutesIn } from './minutes.ts'
import { EVER } from './span.ts'
import { numbers } from './sql.ts'

/** Offsets from UTC are whole quarters of an hour (since 1972): none begins or ends within one, so only quarters are turned to local time. */
const QUARTER = 900_000

/**
 * Local days that have readings, and their hours. An hour that a day has twice (clocks set back) is one of both; a day without readings is
 * not there.
 */
export async function daysOf(
  connection: DuckDBConnection,
  id: number,
  field: string,
  zone: string,
): Promise<Pick<Patterns, 'heat' | 'daily'>> {
  const { sql: minutes, values } = await minutesIn(connection, { id, ...EVER })
  const sql = `
    WITH quarters AS (
      SELECT epoch_ms(ts) // ${QUARTER} * ${QUARTER} AS t, sum(${field}_n)::DOUBLE AS n, sum(${field}_sum) AS sum,
        min(${field}_min) AS min, max(${field}_max) AS max
      FROM ${minutes([field])} WHERE ${field}_n > 0 GROUP BY t
    ), local AS (SELECT *, timezone($zone, make_timestamp_ms(t) AT TIME ZONE 'UTC') AS time FROM quarters)
    SELECT epoch_ms(date_trunc('day', time))::DOUBLE AS day, hour(time)::DOUBLE AS hour, sum(n), sum(sum), min(min), max(max)
    FROM local GROUP BY day, hour ORDER BY day, hour`
  const [days, hours, n, sum, min, max] = (await numbers(connection, sql, { ...values, zone })) as number[][]
  const rules = new Zone(zone)
  const heat: { day: number; hours: (number | null)[] }[] = []
  const daily: { day: number; min: number; mean: number; max: number; n: number }[] = []
  let first = 0
  for (let index = 0; index < days.length; index++) {
    if (index + 1 < days.length && days[index + 1] === days[index]) continue
    const rows = Array.from({ length: index + 1 - first }, (_, k) => first + k)
    first = index + 1
    const day = rules.toUtc(days[index], Number.NaN)
    const means: (number | null)[] = new Array(24).fill(null)
    for (const row of rows) means[hours[row]] = sum[row] / n[row]
    heat.push({ day, hours: means })
    const count = total(rows.map((row) => n[row]))
    daily.push({
      day,
      min: Math.min(...rows.map((row) => min[row])),
      mean: total(rows.map((row) => sum[row])) / count,
      max: Math.max(...rows.map((row) => max[row])),
      n: count,
    })
  }
  return { heat, daily }
}

function total(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}
