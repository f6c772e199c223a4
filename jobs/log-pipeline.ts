import { KsqlEngine } from '../engine/index.ts'
import type { ReadingBatch } from '../gpuz/batch.ts'
import type { LogReport } from '../gpuz/log-reader.ts'
import type { SavedPipeline, StoredReject, TableColumns, TableRows } from '../store/checkpoint.ts'
import type { StoreSession } from '../store/session.ts'
import { DerivedRows, type Ids, type NumberedEpisode } from './derived-rows.ts'
import type { LogFeed } from './log-feed.ts'
import { ReadingColumns } from './reading-columns.ts'
import { fingerprint, type PipelineState, packState, unpackState } from './saved-pipeline.ts'
import { executeFile, type StatementFile } from './statement-file.ts'

export interface LogPipelineOptions {
  readonly device: string
  /** names the log in the store */
  readonly log: string
  readonly host: string
  readonly feed: LogFeed
  readonly statements: readonly StatementFile[]
  readonly store: StoreSession
  readonly saved: SavedPipeline | null
  readonly ids: Ids
}

/** What a pipeline tells while it works. */
export interface PipelineListener {
  onRows?(device: string, batch: ReadingBatch, live: boolean): void
  onEpisode?(kind: 'opened' | 'changed' | 'closed', episode: NumberedEpisode, live: boolean): void
  onNotice?(text: string): void
}

/** A pipeline's share of a checkpoint. */
export interface PipelinePart {
  /** what was open in the store does not go on */
  readonly anew: boolean
  readonly tables: readonly TableRows[]
  readonly appended: readonly TableColumns[]
  readonly rejects: readonly StoredReject[]
  readonly pipeline: SavedPipeline
}

const READINGS = 'GPU_READINGS'
const LIMITS = 'gpu.limits'

/**
 * From one log to the store: its rows go through an engine of their own, since stream time is the log's own: a log of last year is not too late for
 * windows because another one is of today.
 */
export class LogPipeline {
  readonly device: string
  readonly log: string
  readonly engine: KsqlEngine
  readonly #options: LogPipelineOptions
  readonly #listener: PipelineListener
  readonly #columns: ReadingColumns
  readonly #derived: DerivedRows
  readonly #feed: LogFeed
  readonly #statements: string
  #last = Number.NEGATIVE_INFINITY
  #count = 0
  #live = false
  #ended = false
  #changed = false
  #anew = false
  #wake: () => void = () => {}
  #waiting = false

  /** @throws StatementError */
  constructor(options: LogPipelineOptions, listener: PipelineListener) {
    const { device, log, feed, statements, saved, ids } = options
    this.device = device
    this.log = log
    this.#feed = feed
    this.#options = options
    this.#listener = listener
    this.#statements = fingerprint(statements)
    const state = this.#goOn(saved)
    this.engine = state === null ? new KsqlEngine() : KsqlEngine.restore(state.engine)
    if (state === null) for (const file of statements) executeFile(this.engine, file)
    this.#columns = new ReadingColumns(this.engine.source(READINGS), this.engine.neededColumns(READINGS))
    this.#derived = new DerivedRows(this.engine, {
      ids,
      onEpisode: (kind, episode) => listener.onEpisode?.(kind, episode, this.#live),
    })
    if (state !== null) {
      this.#derived.load(state.derived)
      this.#last = state.last
      this.#count = state.rows
    }
    feed.onNews(() => {
      this.#waiting = true
      this.#wake()
    })
  }

  /** Whether rows may still come. */
  get follows(): boolean {
    return !this.#feed.whole
  }

  get rows(): number {
    return this.#count
  }

  /** ms, of the newest reading; null before the first */
  get last(): number | null {
    return Number.isFinite(this.#last) ? this.#last : null
  }

  /** Whether what the log held at the start has been read: rows are news from here on. */
  get live(): boolean {
    return this.#live
  }

  /** Whether what the log held at the start has been read, be more to come or not. */
  get caughtUp(): boolean {
    return this.#live || this.#ended
  }

  get progress(): { readonly bytes: number; readonly size: number } {
    return this.#feed.progress
  }

  get report(): LogReport | null {
    return this.#feed.report
  }

  /** Takes what there is. @throws what the feed throws; StoreError */
  async catchUp(): Promise<void> {
    this.#waiting = false
    for (let next = await this.#feed.next(); next !== null; next = await this.#feed.next()) {
      const { batch, generation } = next
      this.#feed.took(next)
      await this.#take(batch, generation)
    }
    if (!this.#feed.whole) this.#live = true
    else if (!this.#ended) {
      // Nothing more will come: windows that are open are over.
      this.#ended = true
      this.#changed = true
      this.engine.end()
      this.#derived.end()
    }
  }

  /** Takes rows as they come, until aborted. @throws as catchUp */
  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.catchUp()
      if (this.#waiting) continue
      await this.#news(signal)
    }
  }

  /** The limits of the device, from the next reading on: values by column of the limits table, null for the default. */
  setLimits(limits: Readonly<Record<string, number | null>>): void {
    const value = Buffer.from(JSON.stringify(limits))
    this.engine.topic(LIMITS).appendRecord({ key: Buffer.from(this.device), value, timestamp: Date.now(), headers: [] })
    this.#changed = true
  }

  /** What has to be saved, with the rows that the store was given; null when nothing has changed since the last call. */
  part(): PipelinePart | null {
    const rejects = this.#feed.rejects()
    if (!this.#changed && rejects.length === 0) return null
    const anew = this.#anew
    this.#changed = false
    this.#anew = false
    const state: PipelineState = {
      engine: this.engine.snapshot(),
      derived: this.#derived.save(),
      last: this.#last,
      rows: this.#count,
    }
    return {
      anew,
      ...this.#derived.drain(),
      rejects,
      pipeline: {
        log: this.log,
        device: this.device,
        position: this.#feed.position(),
        statements: this.#statements,
        snapshot: packState(state),
      },
    }
  }

  async close(): Promise<void> {
    await this.#feed.close()
  }

  #news(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        signal.removeEventListener('abort', end)
        resolve()
      }
      this.#wake = end
      if (signal.aborted) end()
      else signal.addEventListener('abort', end)
    })
  }

  /** Engine and store get the same rows before anything else can happen. The arrays are the store's afterwards. */
  #take(batch: ReadingBatch, generation: number): Promise<void> {
    const { device, log, host } = this.#options
    const source = generation === 0 ? log : `${log}#${generation}`
    this.engine.append(READINGS, this.#columns.of(batch, { device, host, source }))
    this.#last = Math.max(
      this.#last,
      batch.ts.reduce((a, b) => Math.max(a, b)),
    )
    this.#count += batch.count
    this.#changed = true
    this.#derived.advance(this.#last)
    this.#listener.onRows?.(device, batch, this.#live)
    const { count, ts, row, sensors, other } = batch
    return this.#options.store.append({ device, host, log, generation, count, ts, row, sensors, other })
  }

  #goOn(saved: SavedPipeline | null): PipelineState | null {
    if (saved === null) return null
    if (saved.statements === this.#statements) return unpackState(saved.snapshot)
    this.#anew = true
    this.#changed = true
    this.#listener.onNotice?.(
      `the statements have changed since ${this.log} was read: alerts and statistics begin anew with the next reading, what is stored stays`,
    )
    return null
  }
}
