import type { DuckDBConnection } from '@duckdb/node-api'
import type { Patterns } from '../web/api.ts'
import { isQuantity, presentFields } from './fields.ts'
import { numbersOfRow } from './sql.ts'

/** Pearson's r of the minutes' means of every two quantities that the device has, from minutes in which both have readings. */
export async function correlationOf(connection: DuckDBConnection, id: number): Promise<Patterns['correlation']> {
  const fields = (await presentFields(connection, id)).filter(isQuantity)
  const pairs = fields.flatMap((a, index) => fields.slice(index).map((b) => [a, b] as const))
  if (pairs.length === 0) return { fields: [], r: [] }
  const means = fields.map((field) => `sum(${field}_sum) / nullif(sum(${field}_n::DOUBLE), 0) AS ${field}`)
  const sql = `
    WITH means AS (SELECT ${means.join(', ')} FROM minutes WHERE device = $id::INTEGER GROUP BY ts)
    SELECT ${pairs.map(([a, b]) => `corr(${a}, ${b})`).join(', ')} FROM means`
  const values = await numbersOfRow(connection, sql, { id })
  const found = new Map(pairs.map(([a, b], index) => [`${a} ${b}`, values[index]]))
  const rOf = (a: string, b: string): number | null => {
    const r = found.get(`${a} ${b}`) ?? found.get(`${b} ${a}`) ?? null
    // DuckDB says NaN where one of both is constant.
    return r === null || Number.isNaN(r) ? null : r
  }
  return { fields, r: fields.map((a) => fields.map((b) => rOf(a, b))) }
}
