import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { longestStep, paceOf } from './pace.ts'
import { bound, type DeviceSpan, IN_SPAN } from './span.ts'
import { numbers, numbersOfRow, timestamp } from './sql.ts'

const POWER = 'board_power'

/** How long, from the time that each reading speaks for. */
export interface Durations {
  /** field → s above its limit, of those that have one */
  readonly secondsAbove: ReadonlyMap<string, number>
  /** Wh, null without readings of the board's power */
  readonly energyWh: number | null
}

/**
 * From readings: each speaks for the time until the next, at most `longestStep`, the last of all for the usual step. Of more readings than can
 * be put in order quickly (`minutes`) each speaks for the usual step.
 * @param fields that the store has columns of
 * @param limits field → limit
 */
export async function durationsOf(
  connection: DuckDBConnection,
  span: DeviceSpan,
  resolution: 'readings' | 'minutes',
  fields: readonly string[],
  limits: Readonly<Record<string, number>>,
): Promise<Durations> {
  const limited = fields.filter((field) => field in limits)
  const power = fields.filter((field) => field === POWER)
  const { step } = await paceOf(connection, span)
  const values: Record<string, DuckDBValue> = bound(span)
  for (const field of limited) values[`limit_${field}`] = limits[field]
  const sums = [
    ...limited.map((field) => `coalesce(sum(seconds) FILTER (${field} > $limit_${field}), 0)`),
    ...power.map((field) => `sum(${field} * seconds) / 3600`),
  ]
  if (sums.length === 0) return { secondsAbove: new Map(), energyWh: null }
  const columns = [...new Set([...limited, ...power])].join(', ')
  // The reading after the span says how long the last one in it speaks.
  const exact = `
    SELECT ts, ${columns}, least(coalesce(epoch_ms(lead(ts) OVER (ORDER BY ts)) - epoch_ms(ts), $end), $longest) / 1000 AS seconds
    FROM readings WHERE device = $id::INTEGER AND ts >= $from AND ts <= $after`
  const usual = `SELECT ts, ${columns}, $step / 1000 AS seconds FROM readings WHERE ${IN_SPAN}`
  if (resolution === 'readings') {
    const longest = longestStep(step)
    const end = (await goesOn(connection, span)) ? longest : step
    Object.assign(values, { longest, end, after: timestamp(span.to + longest) })
  } else {
    values['step'] = step
  }
  const sql = `SELECT ${sums.join(', ')} FROM (${resolution === 'readings' ? exact : usual}) WHERE ts <= $to`
  const row = await numbersOfRow(connection, sql, values)
  return {
    secondsAbove: new Map(limited.map((field, index) => [field, row[index]!])),
    energyWh: power.length === 0 ? null : row[limited.length],
  }
}

/** Whether there are readings after the span, however late. */
async function goesOn(connection: DuckDBConnection, { id, to }: DeviceSpan): Promise<boolean> {
  const sql = 'SELECT 1::DOUBLE FROM readings WHERE device = $id::INTEGER AND ts > $to LIMIT 1'
  return (await numbers(connection, sql, { id, to: timestamp(to) }))[0].length > 0
}
