import type { DuckDBConnection } from '@duckdb/node-api'

/** Ends the open episodes and sessions of a device with what is stored of them, within the transaction that is open. */
export async function closeOpen(connection: DuckDBConnection, device: string): Promise<void> {
  for (const table of ['episodes', 'sessions']) {
    await connection.run(`UPDATE ${table} SET open = false WHERE device = $1 AND open`, [device])
  }
}
