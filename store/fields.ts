import type { DuckDBConnection } from '@duckdb/node-api'
import { distance } from 'fastest-levenshtein'
import { catalogue, sensorOf } from '../gpuz/catalogue.ts'
import { minutesIn } from './minutes.ts'
import { QueryError } from './query-error.ts'
import { EVER } from './span.ts'
import { numbersOfRow } from './sql.ts'

const rank: ReadonlyMap<string, number> = new Map(catalogue.map(({ field }, index) => [field, index]))

/** Sensors that the store has columns of, in the order of the catalogue. Of a single device it may have no reading of them. */
export async function storedFields(connection: DuckDBConnection): Promise<string[]> {
  const statement = await connection.prepare('SELECT * FROM readings LIMIT 0')
  const names = Array.from({ length: statement.columnCount }, (_, index) => statement.columnName(index))
  statement.destroySync()
  return names.filter((name) => rank.has(name)).sort((a, b) => rank.get(a)! - rank.get(b)!)
}

/** Sensors that a device has readings of, in the order of the catalogue. */
export async function presentFields(connection: DuckDBConnection, id: number): Promise<string[]> {
  const stored = await storedFields(connection)
  if (stored.length === 0) return []
  const most = stored.map((field) => `coalesce(max(${field}_n), 0)::DOUBLE`).join(', ')
  const { sql, values } = await minutesIn(connection, { id, ...EVER })
  const counts = await numbersOfRow(connection, `SELECT ${most} FROM ${sql(stored)}`, values)
  return stored.filter((_, index) => counts[index]! > 0)
}

/**
 * Sensors of a question, each once. Only what comes out of here is put into the text of a statement.
 * @throws QueryError for one that has no column
 */
export async function checkedFields(connection: DuckDBConnection, fields: readonly string[]): Promise<string[]> {
  const stored = await storedFields(connection)
  for (const field of fields) {
    if (stored.includes(field)) continue
    const nearest = stored.toSorted((a, b) => distance(a, field) - distance(b, field)).slice(0, 3)
    const fix = nearest.length === 0 ? 'The store has no readings yet.' : `Nearest: ${nearest.join(', ')}.`
    throw new QueryError('unknown', `No readings of a sensor "${field}".`, fix)
  }
  return [...new Set(fields)]
}

/** Whether means and correlations of a sensor say something: PerfCap Reason is a set of bits. */
export function isQuantity(field: string): boolean {
  return sensorOf(field)?.kind !== 'state'
}
