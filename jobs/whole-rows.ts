import { catalogue } from '../gpuz/catalogue.ts'
import type { LogReport } from '../gpuz/log-reader.ts'
import type { LogSource } from '../gpuz/log-source.ts'
import type { StoredReject } from '../store/checkpoint.ts'
import { batchesOf, type LogBatches } from './log-batches.ts'
import type { FeedBatch, LogFeed } from './log-feed.ts'
import { threadBatches, worthThread } from './log-thread.ts'

export interface WholeRowsOptions {
  readonly device: string
  readonly host: string
  readonly log: LogSource
  readonly timezone: string
}

/** How far a whole log is: one that is not `done` was broken off, and has to be read anew. */
export interface WholePosition {
  readonly done: boolean
}

const EVERYTHING: ReadonlySet<string> = new Set([...catalogue.map(({ field }) => field), 'other'])

/** The rows of a log that is not followed: in an archive, or a copy. */
export class WholeRows implements LogFeed {
  readonly whole = true
  readonly #options: WholeRowsOptions
  readonly #batches: LogBatches
  #bytes = 0
  #report: LogReport | null = null
  #told = false

  constructor(options: WholeRowsOptions) {
    this.#options = options
    const { log, timezone } = options
    const { name, path, size } = log
    const task = { log, name, path, size, timezone, fields: EVERYTHING }
    this.#batches = worthThread(task) ? threadBatches(task) : batchesOf(task)
  }

  get progress(): { readonly bytes: number; readonly size: number } {
    return { bytes: this.#bytes, size: this.#options.log.size }
  }

  get report(): LogReport | null {
    return this.#report
  }

  async next(): Promise<FeedBatch | null> {
    const next = this.#report === null ? await this.#batches.next() : null
    if (next === null) {
      this.#report ??= await this.#batches.close()
      return null
    }
    this.#bytes += next.bytes
    return { batch: next.batch, generation: 0 }
  }

  took(): void {}

  position(): string {
    const position: WholePosition = { done: this.#report !== null }
    return JSON.stringify(position)
  }

  /** The first of each log; the report counts all. */
  rejects(): StoredReject[] {
    if (this.#report === null || this.#told) return []
    this.#told = true
    const { device, host, log } = this.#options
    return this.#report.firstRejects.map((reject) => ({ device, host, log: log.name, generation: 0, ...reject }))
  }

  onNews(): void {}

  async close(): Promise<void> {
    if (this.#report === null) await this.#batches.close()
  }
}
