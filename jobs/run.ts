import { KsqlEngine } from '../engine/index.ts'
import { EPISODE_QUIET_MS, type Episode, episodeOf } from './episode.ts'
import { type LogRowsOptions, openLogRows, refuseContradictions } from './log-rows.ts'
import { LogTotals } from './log-totals.ts'
import { paced } from './pace.ts'
import { ReadingColumns } from './reading-columns.ts'
import { type FedRows, type RunResult, RunSummary } from './run-summary.ts'
import { type SessionWindow, SessionWindows } from './session-windows.ts'
import { executeFile, productStatements, type StatementFile } from './statement-file.ts'
import { emptySpan, widen } from './time-span.ts'

export type { Episode } from './episode.ts'
export type { RunResult } from './run-summary.ts'

export interface RunOptions extends LogRowsOptions {
  /** the stream logic; default the files of ksql/ */
  readonly statements?: readonly StatementFile[]
}

/** What a run tells while it works. */
export interface RunListener {
  /** `share` of the logs that is read, 0 to 1; null when there is no end to it */
  readonly onProgress?: (progress: { readonly rows: number; readonly share: number | null }) => void
  /** `live`: it happens now, or is replayed at a pace to be watched */
  readonly onEpisode?: (event: { kind: 'opened' | 'closed'; episode: Episode; live: boolean }) => void
  /** something a person should know that stops nothing */
  readonly onNotice?: (text: string) => void
}

const READINGS = 'GPU_READINGS'
const EPISODES = 'gpu.episodes'

/**
 * The main job: reads logs, runs the stream logic on their readings, tells of episodes as they open and close, and sums up.
 * @throws NotALogError, UnknownZoneError, ZipError, StatementError, Error for options that do not go together; what the
 * operating system says
 */
export async function run(options: RunOptions, listener: RunListener = {}): Promise<RunResult> {
  const begun = performance.now()
  refuseContradictions(options)
  const signal = options.signal ?? new AbortController().signal
  const engine = new KsqlEngine()
  for (const file of options.statements ?? (await productStatements())) executeFile(engine, file)
  const columns = new ReadingColumns(engine.source(READINGS), engine.neededColumns(READINGS))
  const totals = new LogTotals()
  const feed = await openLogRows(options, columns, totals, signal, listener.onNotice)

  const summary = new RunSummary(engine)
  const tell = (kind: 'opened' | 'closed', session: SessionWindow): void => {
    const episode = episodeOf(session)
    if (kind === 'closed') summary.addEpisode(episode)
    listener.onEpisode?.({ kind, episode, live: feed.live })
  }
  const episodes = new SessionWindows(['DEVICE', 'RULE'], EPISODE_QUIET_MS, {
    opened: (session) => tell('opened', session),
    closed: (session) => tell('closed', session),
  })
  if (engine.topics().some((topic) => topic.name === EPISODES)) {
    engine.topic(EPISODES).subscribe((batch, source) => episodes.take(batch, source))
  }

  const fed: FedRows = { rows: 0, ...emptySpan() }
  const batches = options.speed === undefined ? feed.rows() : paced(feed.rows(), options.speed, signal)
  for await (const batch of batches) {
    engine.append(READINGS, batch)
    fed.rows += batch.count
    widen(fed, batch)
    episodes.advance(fed.last)
    listener.onProgress?.({ rows: fed.rows, share: feed.share })
    if (signal.aborted) break
  }
  // The summary counts what lies in windows that are still open, too.
  engine.end()
  episodes.end()
  return summary.result(totals, fed, (performance.now() - begun) / 1000)
}
