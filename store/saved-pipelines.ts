import { DuckDBBlobValue, type DuckDBConnection } from '@duckdb/node-api'
import type { SavedPipeline } from './checkpoint.ts'

/** Where each pipeline stood at the last checkpoint. */
export async function savedPipelines(connection: DuckDBConnection): Promise<SavedPipeline[]> {
  const found = await connection.runAndReadAll('SELECT log, device, position, statements, snapshot FROM pipelines')
  return found.getRows().map(([log, device, position, statements, snapshot]) => ({
    log: String(log),
    device: String(device),
    position: String(position),
    statements: String(statements),
    snapshot: bytes(snapshot),
  }))
}

/** The first number that no episode and no session has. */
export async function nextSessionId(connection: DuckDBConnection): Promise<number> {
  const found = await connection.runAndReadAll(
    'SELECT coalesce(max(id), -1) + 1 FROM (SELECT id FROM episodes UNION ALL SELECT id FROM sessions)',
  )
  return Number(found.getRows()[0]?.[0])
}

function bytes(value: unknown): Uint8Array {
  if (value instanceof DuckDBBlobValue) return value.bytes
  throw new Error('the snapshot of a pipeline is no blob')
}
