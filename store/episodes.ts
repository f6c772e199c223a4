import type { DuckDBConnection } from '@duckdb/node-api'
import type { EpisodeInfo } from '../web/api.ts'
import { deviceId } from './span.ts'
import { timestamp } from './sql.ts'

/** An episode as it is stored; the words about it are made from these. */
export type StoredEpisode = Omit<EpisodeInfo, 'title' | 'evidence' | 'todo'>

/** What GET /api/episodes asks: of one device or all, those that overlap the time; ms. */
export interface EpisodesQuery {
  readonly device?: string
  readonly from?: number
  readonly to?: number
}

/**
 * Episodes, newest first.
 * @throws QueryError for an unknown device
 */
export async function readEpisodes(connection: DuckDBConnection, query: EpisodesQuery): Promise<StoredEpisode[]> {
  if (query.device !== undefined) await deviceId(connection, query.device)
  const reader = await connection.runAndReadAll(
    `SELECT id, device, rule, severity, sensor, epoch_ms(started)::DOUBLE AS started, epoch_ms(ended)::DOUBLE AS ended, count::DOUBLE AS count,
       peak, bound, open
     FROM episodes
     WHERE ($device IS NULL OR device = $device) AND ($from IS NULL OR ended >= $from) AND ($to IS NULL OR started <= $to)
     ORDER BY started DESC, id DESC`,
    {
      device: query.device ?? null,
      from: query.from === undefined ? null : timestamp(query.from),
      to: query.to === undefined ? null : timestamp(query.to),
    },
  )
  return reader.getRowObjectsJS() as unknown as StoredEpisode[]
}
