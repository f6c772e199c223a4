import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { RecordWriter } from './record-writer.ts'
import { COLUMNS, Simulator } from './simulator.ts'
import { wallClock } from './wall-clock.ts'

export interface SimulatedLogOptions {
  /** the same seed gives the same readings */
  readonly seed: number
  /** time of the first reading, ms since 1970-01-01 UTC */
  readonly start: number
  /** IANA name of the zone whose wall clock the log shows */
  readonly timezone: string
  /** ms between two readings; default 1000, GPU-Z's own */
  readonly intervalMs?: number
}

export interface LiveLogOptions extends SimulatedLogOptions {
  /** readings are written this many times faster than they happen; default 1 */
  readonly speed?: number
  /** readings that are there at once, as of a log that was begun earlier; default 0 */
  readonly backlog?: number
  /** readings of the simulation that are left out first: the log begins with a card that has run for so long; default 0 */
  readonly skip?: number
  /** stop after so many readings; default: go on until aborted */
  readonly rows?: number
  readonly signal?: AbortSignal
}

const BLOCK_ROWS = 1024
const LIVE_TICK_MS = 20
/** `2024-06-01 12:00:00` */
const STAMP_BYTES = 19

/**
 * Writes a whole simulated log, as fast as the disk takes it; an existing file is replaced.
 * @param onProgress called after each block with the rows written so far
 * @returns bytes written
 */
export async function writeLog(
  path: string,
  rows: number,
  options: SimulatedLogOptions,
  onProgress?: (rows: number) => void,
): Promise<number> {
  const log = new SimulatedLog(options)
  const file = await open(path, 'w')
  try {
    let bytes = (await file.write(log.header)).bytesWritten
    for (let done = 0; done < rows; done += BLOCK_ROWS) {
      const block = log.next(Math.min(BLOCK_ROWS, rows - done))
      await file.writeFile(block)
      bytes += block.length
      onProgress?.(Math.min(rows, done + BLOCK_ROWS))
    }
    return bytes
  } finally {
    await file.close()
  }
}

/**
 * Appends to a log as GPU-Z does: a header at the start, then a record a reading, live or `speed` times faster. A line that was broken off is ended first.
 * @returns readings written, once `rows` are there or `signal` is aborted
 */
export async function writeLiveLog(path: string, options: LiveLogOptions): Promise<number> {
  const { speed = 1, backlog = 0, skip = 0, rows = Number.POSITIVE_INFINITY, signal, intervalMs = 1000 } = options
  const log = new SimulatedLog(options)
  log.skip(skip)
  const file = await open(path, 'a+')
  try {
    const { size } = await file.stat()
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1))
    if (size > 0 && buffer.toString('latin1') !== '\n') await file.writeFile('\r\n')
    await file.writeFile(log.header)
    const begun = performance.now()
    let written = 0
    while (!signal?.aborted) {
      const due = Math.min(rows, backlog + 1 + Math.floor(((performance.now() - begun) * speed) / intervalMs))
      while (written < due) {
        const block = Math.min(BLOCK_ROWS, due - written)
        await file.writeFile(log.next(block))
        written += block
      }
      if (written >= rows) break
      await pause(
        Math.max(LIVE_TICK_MS, begun + ((written - backlog) * intervalMs) / speed - performance.now()),
        signal,
      )
    }
    return written
  } finally {
    await file.close()
  }
}

/** Whether a log is one that this simulation wrote: it begins with the header and the first reading that the seed gives, at whatever time. False where there is none. */
export async function isSimulatedLog(path: string, seed: number): Promise<boolean> {
  const log = new SimulatedLog({ seed, start: 0, timezone: 'UTC' })
  const expected = Buffer.concat([log.header, log.next(1)])
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (file === null) return false
  try {
    const found = Buffer.alloc(expected.length)
    await file.read(found, 0, found.length, 0)
    const stamp = log.header.length
    found.copy(expected, stamp, stamp, stamp + STAMP_BYTES)
    return found.equals(expected)
  } finally {
    await file.close()
  }
}

/** Seconds after the start, `from` at least, at which the simulated card next gets hotter than `limit` °C. */
export function secondsUntilHot(seed: number, from: number, limit: number): number {
  const simulator = new Simulator(seed)
  for (let seconds = 0; ; seconds++) {
    const before = simulator.gpu.die
    simulator.step(1)
    if (seconds >= from && before <= limit && simulator.gpu.die > limit) return seconds
  }
}

class SimulatedLog {
  readonly #simulator: Simulator
  readonly #writer = new RecordWriter(COLUMNS)
  readonly #block: Uint8Array
  readonly #wallClock: (utcMs: number) => number
  readonly #interval: number
  #now: number

  constructor({ seed, start, timezone, intervalMs = 1000 }: SimulatedLogOptions) {
    this.#simulator = new Simulator(seed)
    this.#block = new Uint8Array(BLOCK_ROWS * this.#writer.width)
    this.#wallClock = wallClock(timezone)
    this.#interval = intervalMs
    this.#now = start
  }

  get header(): Uint8Array {
    return this.#writer.header
  }

  /** Lets the simulation run on for so many readings that are not written. Their time does not pass. */
  skip(rows: number): void {
    for (let i = 0; i < rows; i++) this.#simulator.step(this.#interval / 1000)
  }

  /** The next records, at most a block of them; overwritten by the next call. */
  next(rows: number): Uint8Array {
    const width = this.#writer.width
    for (let i = 0; i < rows; i++) {
      this.#simulator.step(this.#interval / 1000)
      this.#writer.write(this.#block, i * width, this.#wallClock(this.#now), this.#simulator.values)
      this.#now += this.#interval
    }
    return this.#block.subarray(0, rows * width)
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch (error) {
    if (!signal?.aborted) throw error
  }
}
