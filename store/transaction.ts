import type { DuckDBConnection } from '@duckdb/node-api'

/** Does `work` in one transaction: all of it is in the database afterwards, or nothing. */
export async function inTransaction<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  await connection.run('BEGIN TRANSACTION')
  let result: T
  try {
    result = await work()
  } catch (error) {
    // a database that has failed altogether has rolled back already; the first error is the one to tell
    await connection.run('ROLLBACK').catch(() => {})
    throw error
  }
  await connection.run('COMMIT')
  return result
}
