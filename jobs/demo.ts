import { appendFile, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeLiveLog } from '../gpuz/simulator/write-log.ts'

export interface DemoOptions {
  /** the same seed gives the same readings */
  readonly seed: number
  /** readings are written this many times faster than they happen */
  readonly speed: number
  /** IANA name of the zone whose wall clock the log shows */
  readonly timezone: string
  /** where the log is written, appended as GPU-Z does; default a new folder for temporary files */
  readonly output?: string
  /** stop after so many readings; default: go on until aborted */
  readonly rows?: number
}

/** A simulated GPU that writes its log; `done` gives the number of readings once it has ended. */
export interface Demo {
  readonly path: string
  readonly done: Promise<number>
}

/**
 * Starts a simulated GPU that writes a GPU-Z log live, from now on; `signal` ends it.
 * @throws what the operating system says when the log cannot be written
 */
export async function startDemo(options: DemoOptions, signal: AbortSignal): Promise<Demo> {
  const { seed, speed, timezone, rows } = options
  const path = options.output ?? join(await mkdtemp(join(tmpdir(), 'gpumon-demo-')), 'GPU-Z Sensor Log.txt')
  // A path that cannot be written is found out here, before anybody is told of a log.
  await appendFile(path, '')
  const done = writeLiveLog(path, { seed, speed, timezone, rows, start: Date.now(), signal })
  return { path, done }
}
