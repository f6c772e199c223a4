import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isSimulatedLog, secondsUntilHot, writeLiveLog } from '../gpuz/simulator/write-log.ts'
import { type RunListener, type RunResult, run } from './run.ts'
import { type ServeListener, type ServeOptions, serve } from './serve.ts'

export interface DemoOptions {
  /** the same seed gives the same readings */
  readonly seed: number
  /** readings are written this many times faster than they happen */
  readonly speed: number
  /** IANA name of the zone whose wall clock the log shows */
  readonly timezone: string
  /** the log to write, a new file; default one in a new folder for temporary files */
  readonly output?: string
  /** stop after so many readings; default: go on until aborted */
  readonly rows?: number
  readonly signal: AbortSignal
}

const LOOK_MS = 200

/**
 * A simulated GPU writes a GPU-Z log live, from now on, and the main job follows it as it would a real one.
 * @throws Error when `output` is there already: simulated readings must not get into somebody's log; what the operating
 * system says when it cannot be written
 */
export async function demo(options: DemoOptions, listener: RunListener = {}): Promise<RunResult> {
  const { seed, speed, timezone, rows } = options
  const path = options.output ?? join(await mkdtemp(join(tmpdir(), 'gpumon-demo-')), 'GPU-Z Sensor Log.txt')
  await createNew(path)
  listener.onNotice?.(`a simulated GPU writes ${path}; Ctrl-C ends it`)

  const end = new AbortController()
  const signal = AbortSignal.any([options.signal, end.signal])
  let written = Number.POSITIVE_INFINITY
  let read = 0
  const endWhenRead = (): void => {
    if (read >= written) end.abort()
  }
  const write = async (): Promise<void> => {
    written = await writeLiveLog(path, { seed, speed, timezone, rows, start: Date.now(), signal })
    endWhenRead()
  }
  const onProgress: RunListener['onProgress'] = (progress) => {
    read = progress.rows
    listener.onProgress?.(progress)
    endWhenRead()
  }
  const follow = run(
    { logs: [path], device: 'simulated', timezone, follow: true, intervalMs: LOOK_MS, signal },
    { ...listener, onProgress },
  )
  try {
    const [result] = await Promise.all([follow, write()])
    return result
  } finally {
    end.abort()
  }
}

export interface ServedDemoOptions
  extends Omit<DemoOptions, 'rows'>,
    Pick<ServeOptions, 'host' | 'port' | 'token' | 'notify' | 'influx' | 'version'> {
  /** the file that keeps everything; default one in a new folder for temporary files */
  readonly store?: string
}

/** A reading hot enough for an alert comes so many seconds after the page opens, and an hour of history is there. */
const CALM_S = 30
const HISTORY_S = 3600
const HOT = 85

/**
 * The demo with its page: an hour of history, then live; within the first minute the card gets hot. A log that an earlier demo of this seed has written goes
 * on, live.
 * @throws as demo and serve
 */
export async function serveDemo(options: ServedDemoOptions, listener: ServeListener = {}): Promise<void> {
  const { seed, speed, timezone } = options
  const folder = await mkdtemp(join(tmpdir(), 'gpumon-demo-'))
  const path = options.output ?? join(folder, 'GPU-Z Sensor Log.txt')
  const store = options.store ?? join(folder, 'gpumon.duckdb')
  const goesOn = await isSimulatedLog(path, seed)
  if (!goesOn) await createNew(path)
  listener.onNotice?.(`a simulated GPU writes ${path}; Ctrl-C ends it`)
  const end = new AbortController()
  const signal = AbortSignal.any([options.signal, end.signal])
  const warmUp = secondsUntilHot(seed, HISTORY_S + CALM_S, HOT) - CALM_S
  const from = goesOn ? { skip: warmUp, start: Date.now() } : { backlog: warmUp, start: Date.now() - warmUp * 1000 }
  const write = writeLiveLog(path, { seed, speed, timezone, signal, ...from })
  const page = serve({ ...options, logs: [path], device: 'simulated', store, simulated: true, signal }, listener)
  await Promise.all([page, write].map((part) => part.finally(() => end.abort())))
}

async function createNew(path: string): Promise<void> {
  try {
    await writeFile(path, '', { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new Error(
      `${path} is there already, and is not of a demo with this --seed; it may be somebody's log. Name a file that is not there`,
    )
  }
}
