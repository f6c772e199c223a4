import { setTimeout as sleep } from 'node:timers/promises'
import type { RowsInColumns } from '../engine/index.ts'
import { LogTail } from '../gpuz/tail.ts'
import type { TailEvent } from '../gpuz/tail-event.ts'
import type { LogTotals } from './log-totals.ts'
import { mergeByTime, type RowSource } from './merge-by-time.ts'
import type { ReadingColumns } from './reading-columns.ts'

export interface FollowOptions {
  readonly logs: readonly { readonly device: string; readonly path: string }[]
  readonly columns: ReadingColumns
  readonly timezone: string
  readonly host: string
  /** ms between two looks at the logs */
  readonly intervalMs: number
  readonly signal: AbortSignal
  readonly onNotice: (text: string) => void
}

/** The rows of logs that are being written, merged by event time as far as all of them are read. */
export class Follow {
  readonly #options: FollowOptions
  readonly #tails: readonly TailRows[]
  #live = false

  constructor(options: FollowOptions, totals: LogTotals) {
    this.#options = options
    this.#tails = options.logs.map(({ device, path }) => new TailRows(device, path, options, totals))
  }

  /** Whether what the logs held at the start has been read: rows are news from here on. */
  get live(): boolean {
    return this.#live
  }

  /** How much of the backlog is read, 0 to 1; null once there is none. */
  get share(): number | null {
    if (this.#live) return null
    const bytes = this.#tails.reduce((sum, tail) => sum + tail.progress.bytes, 0)
    const size = this.#tails.reduce((sum, tail) => sum + tail.progress.size, 0)
    return size === 0 ? 0 : bytes / size
  }

  /** Until the signal is aborted. */
  async *rows(): AsyncGenerator<RowsInColumns, void, undefined> {
    const { signal, intervalMs } = this.#options
    try {
      while (!signal.aborted) {
        yield* mergeByTime(this.#tails)
        this.#live = true
        await sleep(intervalMs, undefined, { signal }).catch((error: unknown) => {
          if (!signal.aborted) throw error
        })
      }
    } finally {
      for (const tail of this.#tails) await tail.end()
    }
  }
}

/** Rows of one log, look by look. */
class TailRows implements RowSource {
  readonly #device: string
  readonly #path: string
  readonly #options: FollowOptions
  readonly #totals: LogTotals
  readonly #tail: LogTail
  #queue: RowsInColumns[] = []
  #looked = false

  constructor(device: string, path: string, options: FollowOptions, totals: LogTotals) {
    this.#device = device
    this.#path = path
    this.#options = options
    this.#totals = totals
    this.#tail = new LogTail(path, { timezone: options.timezone, fields: options.columns.fields, source: path })
  }

  get progress(): { readonly bytes: number; readonly size: number } {
    return this.#tail.progress
  }

  async next(): Promise<RowsInColumns | null> {
    for (;;) {
      const rows = this.#queue.shift()
      if (rows !== undefined) return rows
      if (this.#looked && !this.#tail.behind) {
        this.#looked = false
        return null
      }
      for (const event of await this.#tail.poll()) this.#take(event)
      this.#looked = true
    }
  }

  async end(): Promise<void> {
    const position = this.#tail.position()
    if (position !== null) this.#totals.add(position.reader.report, this.#device, this.#path)
    await this.#tail.close()
  }

  #take(event: TailEvent): void {
    const { columns, host, onNotice } = this.#options
    const device = this.#device
    switch (event.kind) {
      case 'started':
        return
      case 'rows':
        // Rows are numbered anew in each life of the log.
        this.#queue.push(
          columns.of(event.batch, {
            device,
            host,
            source: event.generation === 0 ? this.#path : `${this.#path}#${event.generation}`,
          }),
        )
        return
      case 'ended': {
        this.#totals.add(event.report, device, this.#path)
        const lost = event.unreadBytes === 0 ? '' : `; ${event.unreadBytes} bytes of it could not be read any more`
        onNotice(`${this.#path} was ${event.reason}, reading goes on with the new log${lost}`)
        return
      }
      case 'missing':
        onNotice(`${this.#path} is not there (yet); waiting for it`)
        return
      case 'unreadable':
        onNotice(`${this.#path} cannot be read now, trying again: ${event.reason}`)
    }
  }
}
