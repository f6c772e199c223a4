import type { DuckDBConnection } from '@duckdb/node-api'

/** How far each table has been exported to each target. */
export const PROGRESS_TABLES = [
  // progress: JSON, of which only the export knows the meaning
  'CREATE TABLE exports (target VARCHAR NOT NULL, table_name VARCHAR NOT NULL, progress VARCHAR NOT NULL, PRIMARY KEY (target, table_name))',
] as const

/** What saveProgress was last given; undefined before the first. */
export async function readProgress(connection: DuckDBConnection, target: string, table: string): Promise<unknown> {
  const reader = await connection.runAndReadAll(
    'SELECT progress FROM exports WHERE target = $target AND table_name = $table',
    { target, table },
  )
  const [row] = reader.getRowsJS()
  return row === undefined ? undefined : JSON.parse(String(row[0]))
}

/** @param progress what JSON can hold */
export async function saveProgress(
  connection: DuckDBConnection,
  target: string,
  table: string,
  progress: unknown,
): Promise<void> {
  await connection.run('INSERT OR REPLACE INTO exports VALUES ($target, $table, $progress)', {
    target,
    table,
    progress: JSON.stringify(progress),
  })
}
