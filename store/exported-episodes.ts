import type { DuckDBConnection } from '@duckdb/node-api'
import { HOST_OF_DEVICE } from './backlog.ts'
import type { StoredEpisode } from './episodes.ts'
import { inTransaction } from './transaction.ts'
import { writeTable } from './write-table.ts'

/** What a point of an episode is known by, which stays while the episode changes. */
export interface EpisodeIdentity {
  readonly id: number
  readonly device: string
  readonly host: string
  readonly rule: string
  readonly severity: string
  /** ms since 1970-01-01 UTC: its start when it was first exported; a late row may move the start */
  readonly time: number
}

export interface ChangedEpisode extends EpisodeIdentity, Omit<StoredEpisode, 'severity'> {
  readonly severity: string
}

export interface EpisodeBacklog {
  readonly changed: readonly ChangedEpisode[]
  /** exported as open, and no longer there: a late row has joined it with another */
  readonly gone: readonly EpisodeIdentity[]
}

const HOSTS = `(SELECT device, ${HOST_OF_DEVICE} AS host FROM devices)`

/** The first `limit` episodes that the target has not got as they are now, by id; null if there are none. */
export async function unexportedEpisodes(
  connection: DuckDBConnection,
  target: string,
  limit: number,
): Promise<EpisodeBacklog | null> {
  const changed = await connection.runAndReadAll(
    `SELECT e.id, e.device, coalesce(host, '') AS host, e.rule, e.severity, sensor, epoch_ms(started)::DOUBLE AS started,
       epoch_ms(e.ended)::DOUBLE AS ended, e.count::DOUBLE AS count, peak, bound, e.open, epoch_ms(coalesce(x.time, started))::DOUBLE AS time
     FROM episodes e LEFT JOIN exported_episodes x ON x.id = e.id AND x.target = $target LEFT JOIN ${HOSTS} h ON h.device = e.device
     WHERE x.id IS NULL OR x.ended <> e.ended OR x.count <> e.count OR x.open <> e.open ORDER BY e.id LIMIT $limit`,
    { target, limit },
  )
  const gone = await connection.runAndReadAll(
    `SELECT x.id, x.device, coalesce(host, '') AS host, rule, severity, epoch_ms(time)::DOUBLE AS time
     FROM exported_episodes x LEFT JOIN ${HOSTS} h ON h.device = x.device
     WHERE target = $target AND open AND x.id NOT IN (SELECT id FROM episodes) ORDER BY x.id`,
    { target },
  )
  const found: EpisodeBacklog = {
    changed: changed.getRowObjectsJS() as unknown as ChangedEpisode[],
    gone: gone.getRowObjectsJS() as unknown as EpisodeIdentity[],
  }
  return found.changed.length + found.gone.length === 0 ? null : found
}

/** The target has these as they are here. */
export async function saveExportedEpisodes(
  connection: DuckDBConnection,
  target: string,
  { changed, gone }: EpisodeBacklog,
): Promise<void> {
  const columns = ['target', 'id', 'device', 'rule', 'severity', 'time', 'ended', 'count', 'open']
  const rows = [
    ...changed.map((e) => [target, e.id, e.device, e.rule, e.severity, e.time, e.ended, e.count, e.open]),
    ...gone.map((e) => [target, e.id, e.device, e.rule, e.severity, e.time, e.time, 0, false]),
  ]
  await inTransaction(connection, () =>
    writeTable(connection, { table: 'exported_episodes', columns, key: ['target', 'id'], rows }),
  )
}
