import type { DuckDBConnection } from '@duckdb/node-api'
import type { EpisodeInfo } from '../web/api.ts'
import { checkTimes, deviceId, EVER } from './span.ts'
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
 * @throws QueryError for an unknown device, and for a span that ends before it begins
 */
export async function readEpisodes(connection: DuckDBConnection, query: EpisodesQuery): Promise<StoredEpisode[]> {
  const { from = EVER.from, to = EVER.to } = query
  checkTimes(from, to)
  if (query.device !== undefined) await deviceId(connection, query.device)
  const reader = await connection.runAndReadAll(
    `SELECT id, device, rule, severity, sensor, epoch_ms(started)::DOUBLE AS started, epoch_ms(ended)::DOUBLE AS ended, count::DOUBLE AS count,
       peak, bound, open
     FROM episodes
     WHERE ($device IS NULL OR device = $device) AND ended >= $from AND started <= $to
     ORDER BY started DESC, id DESC`,
    { device: query.device ?? null, from: timestamp(from), to: timestamp(to) },
  )
  return reader.getRowObjectsJS() as unknown as StoredEpisode[]
}
