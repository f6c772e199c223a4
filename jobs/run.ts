import { hostname } from 'node:os'
import { KsqlEngine, type RowsInColumns } from '../engine/index.ts'
import { isArchive } from './archive.ts'
import { deviceLogs, deviceNames, refuseSharedName, refuseTwice } from './device-log.ts'
import { EPISODE_QUIET_MS, type Episode, episodeOf } from './episode.ts'
import { Follow } from './follow.ts'
import { LogTotals } from './log-totals.ts'
import { paced } from './pace.ts'
import { ReadingColumns } from './reading-columns.ts'
import { Replay } from './replay.ts'
import { type FedRows, type RunResult, RunSummary } from './run-summary.ts'
import { type SessionWindow, SessionWindows } from './session-windows.ts'
import { executeFile, productStatements, type StatementFile } from './statement-file.ts'
import { emptySpan, widen } from './time-span.ts'

export type { Episode } from './episode.ts'
export type { RunResult } from './run-summary.ts'

export interface RunOptions {
  /** paths of logs, or of .zip archives with logs */
  readonly logs: readonly string[]
  /** IANA name of the zone that the logging machine's clock showed */
  readonly timezone: string
  /** name of the device, for a single log; default the name of the file without its ending */
  readonly device?: string
  /** replays at so many times the pace at which readings were logged; default as fast as it goes */
  readonly speed?: number
  /** begins again at the end, with times that go on, until aborted */
  readonly loop?: boolean
  /** goes on with what is appended to the logs, until aborted */
  readonly follow?: boolean
  /** ms between two looks at a followed log; default 1000, the pace at which GPU-Z writes */
  readonly intervalMs?: number
  /** the stream logic; default the files of ksql/ */
  readonly statements?: readonly StatementFile[]
  /** ends the run in order: the result is that of the rows so far */
  readonly signal?: AbortSignal
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

interface Feed {
  readonly live: boolean
  readonly share: number | null
  rows(): AsyncGenerator<RowsInColumns, void, undefined>
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
  const feed = await openFeed(options, columns, totals, signal, listener)

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

function refuseContradictions({ logs, loop, follow }: RunOptions): void {
  if (logs.length === 0) throw new Error('no log is given; give the path of a GPU-Z sensor log')
  if (loop && follow) throw new Error('--loop begins a log again at its end, --follow waits there for more; choose one')
}

async function openFeed(
  options: RunOptions,
  columns: ReadingColumns,
  totals: LogTotals,
  signal: AbortSignal,
  { onNotice = () => {} }: RunListener,
): Promise<Feed> {
  const { logs: paths, device, timezone, loop = false, follow = false, speed, intervalMs = 1000 } = options
  const host = hostname()
  if (follow) {
    refuseTwice(paths)
    refuseSharedName(device, paths)
    for (const path of paths) await refuseArchive(path)
    const names = device === undefined ? deviceNames(paths) : [device]
    const logs = paths.map((path, i) => ({ path, device: names[i] }))
    return new Follow({ logs, columns, timezone, host, intervalMs, signal, onNotice }, totals)
  }
  const { logs, skipped } = await deviceLogs(paths, device)
  for (const { name, reason } of skipped) onNotice(`${name} is left out: ${reason}`)
  const replay = new Replay({ logs, columns, timezone, host, loop }, totals)
  return {
    live: speed !== undefined,
    rows: () => replay.rows(),
    get share() {
      return replay.share
    },
  }
}

async function refuseArchive(path: string): Promise<void> {
  if (await isArchive(path)) throw new Error(`${path} is a .zip: nothing is appended to it. Run it without --follow`)
}
