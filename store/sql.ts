import { type DuckDBConnection, DuckDBTimestampMillisecondsValue, type DuckDBValue } from '@duckdb/node-api'

/** A TIMESTAMP_MS to bind, so that DuckDB compares with the column as it is and skips row groups by it. */
export function timestamp(ms: number): DuckDBTimestampMillisecondsValue {
  return new DuckDBTimestampMillisecondsValue(BigInt(Math.round(ms)))
}

/** Result of a query that selects DOUBLEs only, by column; a list for each, also where there are no rows. */
export async function numbers(
  connection: DuckDBConnection,
  sql: string,
  values: Record<string, DuckDBValue>,
): Promise<(number | null)[][]> {
  const reader = await connection.runAndReadAll(sql, values)
  // Of no rows the client makes no columns.
  if (reader.currentRowCount === 0) return Array.from({ length: reader.columnCount }, () => [])
  return reader.getColumns() as (number | null)[][]
}

/** The one row of a query that selects DOUBLEs only. */
export async function numbersOfRow(
  connection: DuckDBConnection,
  sql: string,
  values: Record<string, DuckDBValue>,
): Promise<(number | null)[]> {
  return (await numbers(connection, sql, values)).map((column) => column[0])
}
