import type { DuckDBConnection } from '@duckdb/node-api'
import { readCauses } from './causes.ts'
import { readComparison } from './comparison.ts'
import { readDevices } from './devices.ts'
import { readEpisodes } from './episodes.ts'
import { readPatterns } from './patterns.ts'
import { readRange } from './range.ts'
import { nextIds, savedPipelines } from './saved-pipelines.ts'
import { readSessions } from './sessions.ts'
import { readStatistics } from './statistics.ts'
import { storedLimits } from './stored-limits.ts'

/** What may be asked of a store, by name: in its own thread a function cannot be handed over. */
export const QUERIES = {
  savedPipelines,
  nextIds,
  storedLimits,
  devices: readDevices,
  range: readRange,
  statistics: readStatistics,
  causes: readCauses,
  episodes: readEpisodes,
  sessions: readSessions,
  comparison: readComparison,
  patterns: readPatterns,
} satisfies Record<string, (connection: DuckDBConnection, ...args: never[]) => Promise<unknown>>

export type QueryName = keyof typeof QUERIES
type Rest<T> = T extends (connection: DuckDBConnection, ...rest: infer R) => unknown ? R : never
export type QueryArguments<Q extends QueryName> = Rest<(typeof QUERIES)[Q]>
export type QueryResult<Q extends QueryName> = Awaited<ReturnType<(typeof QUERIES)[Q]>>
