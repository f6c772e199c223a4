import type { DuckDBConnection } from '@duckdb/node-api'
import type { Patterns } from '../web/api.ts'
import { isQuantity, presentFields } from './fields.ts'
import { wholeMinutesIn } from './minutes.ts'
import type { DeviceSpan } from './span.ts'
import { numbersOfRow } from './sql.ts'

/** Pearson's r of the minutes' means of every two quantities that the device has, from minutes in which both have readings. */
export async function correlationOf(connection: DuckDBConnection, span: DeviceSpan): Promise<Patterns['correlation']> {
  const fields = (await presentFields(connection, span.id)).filter(isQuantity)
  const pairs = fields.flatMap((a, index) => fields.slice(index).map((b) => [a, b] as const))
  if (pairs.length === 0) return { fields: [], r: [] }
  const { sql: minutes, values } = await wholeMinutesIn(connection, span)
  const means = fields.map((field) => `${field}_sum / nullif(${field}_n, 0) AS ${field}`)
  const sql = `
    WITH means AS (SELECT ${means.join(', ')} FROM ${minutes(fields)})
    SELECT ${pairs.map(([a, b]) => `corr(${a}, ${b})`).join(', ')} FROM means`
  const r = await numbersOfRow(connection, sql, values)
  // Of a sensor that always says the same, sums of a minute differ by rounding, and rounding may seem to correlate.
  const swings = fields.map((field) => `max(${field}_max) - min(${field}_min)`).join(', ')
  const reach = await numbersOfRow(connection, `SELECT ${swings} FROM ${minutes(fields)}`, values)
  const varying = new Set(fields.filter((_, index) => reach[index]! > 0))
  const found = new Map(pairs.map(([a, b], index) => [`${a} ${b}`, r[index]]))
  const rOf = (a: string, b: string): number | null => {
    const value = found.get(`${a} ${b}`) ?? found.get(`${b} ${a}`) ?? Number.NaN
    // DuckDB says NaN where one of both is constant in the minutes that both have.
    return Number.isNaN(value) || !varying.has(a) || !varying.has(b) ? null : value
  }
  return { fields, r: fields.map((a) => fields.map((b) => rOf(a, b))) }
}
