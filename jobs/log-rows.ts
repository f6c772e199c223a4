import { hostname } from 'node:os'
import type { RowsInColumns } from '../engine/index.ts'
import { isArchive } from './archive.ts'
import { deviceLogs, deviceNames, refuseSharedName, refuseTwice } from './device-log.ts'
import { Follow } from './follow.ts'
import type { LogTotals } from './log-totals.ts'
import type { ReadingColumns } from './reading-columns.ts'
import { Replay } from './replay.ts'

/** Which rows of which logs. */
export interface LogRowsOptions {
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
  /** ends the work in order: the result is that of the rows so far */
  readonly signal?: AbortSignal
}

/** Rows of logs, merged by event time. */
export interface LogRows {
  /** the devices of the logs and their sources, in the order given */
  readonly logs: readonly { readonly device: string; readonly source: string }[]
  readonly host: string
  /** what is read now happens now, or is replayed at a pace to be watched */
  readonly live: boolean
  /** what followed logs held at the start has been read */
  readonly following: boolean
  /** how much is read, 0 to 1; null when there is no end to it */
  readonly share: number | null
  rows(): AsyncGenerator<RowsInColumns, void, undefined>
}

/** @throws Error for options that do not go together */
export function refuseContradictions({ logs, loop, follow }: LogRowsOptions): void {
  if (logs.length === 0) throw new Error('no log is given; give the path of a GPU-Z sensor log')
  if (loop && follow) throw new Error('--loop begins a log again at its end, --follow waits there for more; choose one')
}

/**
 * Opens the logs. `speed` is the caller's business (pace.ts).
 * @param totals get what the readers found, when they are done
 * @throws ZipError; Error for logs and options that do not go together; what the operating system says
 */
export async function openLogRows(
  options: LogRowsOptions,
  columns: ReadingColumns,
  totals: LogTotals,
  signal: AbortSignal,
  onNotice: (text: string) => void = () => {},
): Promise<LogRows> {
  const { logs: paths, device, timezone, loop = false, follow = false, speed, intervalMs = 1000 } = options
  const host = hostname()
  if (follow) {
    refuseTwice(paths)
    refuseSharedName(device, paths)
    for (const path of paths) await refuseArchive(path)
    const names = device === undefined ? deviceNames(paths) : [device]
    const logs = paths.map((path, i) => ({ path, device: names[i] }))
    const feed = new Follow({ logs, columns, timezone, host, intervalMs, signal, onNotice }, totals)
    return {
      logs: logs.map(({ path, device }) => ({ device, source: path })),
      host,
      rows: () => feed.rows(),
      get live() {
        return feed.live
      },
      get following() {
        return feed.live
      },
      get share() {
        return feed.share
      },
    }
  }
  const { logs, skipped } = await deviceLogs(paths, device)
  for (const { name, reason } of skipped) onNotice(`${name} is left out: ${reason}`)
  const replay = new Replay({ logs, columns, timezone, host, loop }, totals)
  return {
    logs: logs.map(({ device, log }) => ({ device, source: log.name })),
    host,
    live: speed !== undefined,
    following: false,
    rows: () => replay.rows(),
    get share() {
      return replay.share
    },
  }
}

async function refuseArchive(path: string): Promise<void> {
  if (await isArchive(path)) throw new Error(`${path} is a .zip: nothing is appended to it. Run it without --follow`)
}
