import type { DuckDBConnection } from '@duckdb/node-api'
import { forgetAnchors } from './progress.ts'

/** Removes all that came from a log, and what was derived for its device, within the transaction that is open. */
export async function forget(connection: DuckDBConnection, log: string, device: string): Promise<void> {
  await forgetAnchors(connection, log, device)
  const sources = 'SELECT s.id FROM sources s JOIN devices d ON s.device = d.id WHERE s.log = $1 AND d.device = $2'
  for (const table of ['packed_readings', 'other_readings', 'rejects']) {
    await connection.run(`DELETE FROM ${table} WHERE source IN (${sources})`, [log, device])
  }
  await connection.run('DELETE FROM minutes WHERE device IN (SELECT id FROM devices WHERE device = $1)', [device])
  for (const table of ['episodes', 'sessions', 'anomalies', 'stats_1m', 'stats_1h', 'stats_1d']) {
    await connection.run(`DELETE FROM ${table} WHERE device = $1`, [device])
  }
  await connection.run('DELETE FROM pipelines WHERE log = $1', [log])
}
