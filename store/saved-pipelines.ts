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

/** The first numbers that no episode and no session has, or had as far as anything still speaks of it. */
export async function nextIds(connection: DuckDBConnection): Promise<{ episode: number; session: number }> {
  const next = async (ids: string): Promise<number> => {
    const found = await connection.runAndReadAll(`SELECT coalesce(max(id), -1) + 1 FROM (${ids})`)
    return Number(found.getRows()[0]?.[0])
  }
  const episodes =
    'SELECT id FROM episodes UNION ALL SELECT id FROM exported_episodes UNION ALL SELECT episode FROM notifications'
  return { episode: await next(episodes), session: await next('SELECT id FROM sessions') }
}

function bytes(value: unknown): Uint8Array {
  if (value instanceof DuckDBBlobValue) return value.bytes
  throw new Error('the snapshot of a pipeline is no blob')
}
