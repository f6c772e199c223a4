import type { DuckDBConnection } from '@duckdb/node-api'
import type { Point } from '@influxdata/influxdb-client'
import { unexportedMinutes, unexportedReadings } from '../store/backlog.ts'
import { saveExportedEpisodes, unexportedEpisodes } from '../store/exported-episodes.ts'
import { saveAnchors } from '../store/progress.ts'
import { episodePoint, goneEpisodePoint, samplePoint } from './influx-points.ts'

/** Points to be written next. */
export interface Step {
  readonly points: readonly Point[]
  /** they are written: the next step is another */
  readonly done: () => Promise<void>
}

/** A table of the store that is exported as a measurement. */
export interface ExportedTable {
  readonly name: string
  /** What the target has not got, or not as it is now; null if it has all. */
  readonly next: (connection: DuckDBConnection, target: string) => Promise<Step | null>
}

/** Rows in a request. Influx advises 5,000 lines; ours have up to 78 fields. */
const BATCH_ROWS = 2_000

export const EXPORTED_TABLES: readonly ExportedTable[] = [
  appended('readings', 'gpu_reading', unexportedReadings),
  appended('minutes', 'gpu_minute', unexportedMinutes),
  {
    name: 'episodes',
    async next(connection, target) {
      const backlog = await unexportedEpisodes(connection, target, BATCH_ROWS)
      if (backlog === null) return null
      const points = [...backlog.changed.map(episodePoint), ...backlog.gone.map(goneEpisodePoint)]
      return { points, done: () => saveExportedEpisodes(connection, target, backlog) }
    },
  },
]

function appended(
  name: 'readings' | 'minutes',
  measurement: string,
  unexported: typeof unexportedReadings,
): ExportedTable {
  return {
    name,
    async next(connection, target) {
      const backlog = await unexported(connection, target, BATCH_ROWS)
      if (backlog === null) return null
      const { samples, anchors } = backlog
      const points = samples.map((sample) => samplePoint(measurement, sample))
      return { points, done: () => saveAnchors(connection, target, name, anchors) }
    },
  }
}
