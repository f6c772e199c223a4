import type { DuckDBConnection } from '@duckdb/node-api'
import type { Point } from '@influxdata/influxdb-client'
import { type Backlog, episodesAfter, minutesAfter, readingsAfter } from '../store/backlog.ts'
import { episodePoint, samplePoint } from './influx-points.ts'

/** Points to be written next, and the progress that is made once they are. */
export interface Step {
  readonly points: readonly Point[]
  readonly progress: unknown
}

/** A table of the store that is exported as a measurement. */
export interface ExportedTable {
  readonly name: string
  /**
   * What has come or changed since; null if nothing has.
   * @param progress of the step before; undefined at the beginning
   */
  readonly next: (connection: DuckDBConnection, progress: unknown) => Promise<Step | null>
}

/** Rows in a request. Influx advises 5,000 lines; ours have up to 78 fields. */
const BATCH_ROWS = 2_000

export const EXPORTED_TABLES: readonly ExportedTable[] = [
  appended('readings', 'gpu_reading', readingsAfter),
  appended('minutes', 'gpu_minute', minutesAfter),
  { name: 'episodes', next: nextEpisodes },
]

function appended(
  name: string,
  measurement: string,
  after: (connection: DuckDBConnection, position: number, limit: number) => Promise<Backlog | null>,
): ExportedTable {
  return {
    name,
    async next(connection, progress = -1) {
      const backlog = await after(connection, progress as number, BATCH_ROWS)
      if (backlog === null) return null
      const { samples, position } = backlog
      return { points: samples.map((sample) => samplePoint(measurement, sample)), progress: position }
    },
  }
}

/** Episodes change while they are open: those are looked at again until they are closed. */
interface EpisodeProgress {
  /** greatest id exported */
  readonly after: number
  /** of those that were open: time of the point, which stays even if a late row moves the start, and what was exported */
  readonly open: Readonly<Record<number, { readonly time: number; readonly ended: number; readonly count: number }>>
}

async function nextEpisodes(connection: DuckDBConnection, progress: unknown): Promise<Step | null> {
  const { after, open } = (progress as EpisodeProgress | undefined) ?? { after: -1, open: {} }
  const episodes = await episodesAfter(connection, after, Object.keys(open).map(Number), BATCH_ROWS)
  const points: Point[] = []
  const next: { after: number; open: Record<number, EpisodeProgress['open'][number]> } = { after, open: {} }
  for (const episode of episodes) {
    const { id, started, ended, count } = episode
    const before = open[id]
    const time = before?.time ?? started
    next.after = Math.max(next.after, id)
    if (episode.open) next.open[id] = { time, ended, count }
    if (!episode.open || before?.ended !== ended || before.count !== count) points.push(episodePoint(episode, time))
  }
  return points.length === 0 ? null : { points, progress: next }
}
