import { hostname } from 'node:os'
import type { LogSource } from '../gpuz/log-source.ts'
import type { Checkpoint, SavedPipeline } from '../store/checkpoint.ts'
import type { StoreSession } from '../store/session.ts'
import type { Ids } from './derived-rows.ts'
import { FollowedRows, type LogPosition } from './followed-rows.ts'
import type { LogFeed } from './log-feed.ts'
import { LogPipeline, type PipelineListener } from './log-pipeline.ts'
import { counter } from './session-windows.ts'
import { productStatements, type StatementFile } from './statement-file.ts'
import { type WholePosition, WholeRows } from './whole-rows.ts'

export interface MonitorOptions {
  readonly store: StoreSession
  /** IANA name of the zone that the logging machine's clock showed */
  readonly timezone: string
  /** ms between two looks at a followed log; default 250, so that a reading is seen well within the second in which GPU-Z wrote it */
  readonly intervalMs?: number
  /** what receivers are to be told of since the last call: goes into the store with the episodes it is about */
  readonly notifications?: () => NonNullable<Checkpoint['notifications']>
}

export interface MonitorListener extends PipelineListener {
  /** everything so far is in the store */
  onCheckpoint?(): void
}

/** At most this much is read again after a crash. */
const CHECKPOINT_MS = 1000
/** While a backlog is read a checkpoint is larger: full row groups go straight into the file, small ones would be written twice. */
const BACKLOG_ROWS = 491_520
const BACKLOG_MS = 10_000

/** Pipelines of several logs into one store, which is brought up to date once a second, all in one transaction. */
export class Monitor {
  readonly #options: MonitorOptions
  readonly #listener: MonitorListener
  readonly #host = hostname()
  readonly #statements: readonly StatementFile[]
  readonly #ids: Ids
  readonly #saved: Map<string, SavedPipeline>
  readonly #limits: Map<string, Readonly<Record<string, number | null>>>
  readonly #pipelines: LogPipeline[] = []
  #changedLimits = new Set<string>()
  #forgotten: { readonly log: string; readonly device: string }[] = []
  #committing: Promise<void> = Promise.resolve()

  private constructor(
    options: MonitorOptions,
    listener: MonitorListener,
    loaded: {
      readonly statements: readonly StatementFile[]
      readonly saved: readonly SavedPipeline[]
      readonly nextIds: { readonly episode: number; readonly session: number }
      readonly limits: Readonly<Record<string, Readonly<Record<string, number | null>>>>
    },
  ) {
    this.#options = options
    this.#listener = listener
    this.#statements = loaded.statements
    const { episode, session } = loaded.nextIds
    this.#ids = { episode: counter(episode), session: counter(session) }
    this.#saved = new Map(loaded.saved.map((pipeline) => [pipeline.log, pipeline]))
    this.#limits = new Map(Object.entries(loaded.limits))
  }

  /** Goes on where the store's last checkpoint was. @throws StoreError */
  static async open(options: MonitorOptions, listener: MonitorListener = {}): Promise<Monitor> {
    const { store } = options
    const broken = (await store.ask('savedPipelines')).filter(({ position }) => isBrokenOff(position))
    for (const { log, device } of broken) {
      await store.commit({ tables: [], rejects: [], pipelines: [], forget: [{ log, device }] })
    }
    return new Monitor(options, listener, {
      statements: await productStatements(),
      saved: await store.ask('savedPipelines'),
      nextIds: await store.ask('nextIds'),
      limits: await store.ask('storedLimits'),
    })
  }

  get pipelines(): readonly LogPipeline[] {
    return this.#pipelines
  }

  /** Limits of a device that differ from the defaults, by column of the limits table. */
  limitsOf(device: string): Readonly<Record<string, number | null>> {
    return this.#limits.get(device) ?? {}
  }

  /** Devices with limits of their own. */
  get limitedDevices(): readonly string[] {
    return [...this.#limits.keys()]
  }

  /** Whether a log by this name is read, or was before. */
  has(log: string): boolean {
    return this.#saved.has(log) || this.#pipelines.some((pipeline) => pipeline.log === log)
  }

  /**
   * Follows a log until aborted, as device `name`, or with a number where a log that was read as a whole has that name.
   * @throws what LogTail.poll throws; NotALogError; StoreError
   */
  async follow(name: string, path: string, signal: AbortSignal): Promise<void> {
    const { timezone, intervalMs = 250 } = this.#options
    const saved = this.#saved.get(path)
    const device = freeName(
      name,
      this.#devices().filter(({ whole }) => whole),
    )
    if (device !== name) this.#listener.onNotice?.(`${path} is device ${device}: another log is ${name} already`)
    const feed = new FollowedRows({
      device,
      path,
      host: this.#host,
      timezone,
      intervalMs,
      saved: saved === undefined ? null : (JSON.parse(saved.position) as LogPosition),
      onNotice: (text) => this.#listener.onNotice?.(text),
    })
    const pipeline = this.#start(device, path, feed)
    try {
      await pipeline.follow(signal)
    } finally {
      await pipeline.close()
    }
  }

  /**
   * Reads a log to its end, once, as a device of its own: `name`, or with a number where another log has that name. One that cannot be read to its
   * end leaves nothing.
   * @returns the device; null for a log that is in the store already
   * @throws what the log's reader throws, NotALogError and ZipError among it; StoreError
   */
  async read(name: string, log: LogSource, timezone: string): Promise<string | null> {
    if (this.has(log.name)) return null
    const device = freeName(name, this.#devices())
    const feed = new WholeRows({ device, host: this.#host, log, timezone })
    const pipeline = this.#start(device, log.name, feed)
    try {
      await pipeline.catchUp()
    } catch (error) {
      this.#pipelines.splice(this.#pipelines.indexOf(pipeline), 1)
      this.#forgotten.push({ log: log.name, device })
      await this.checkpoint()
      throw error
    } finally {
      await pipeline.close()
    }
    await this.checkpoint()
    return device
  }

  /** Sets one limit of a device, null for the default: for the next reading, and for good. */
  setLimit(device: string, name: string, value: number | null): void {
    const limits = { ...this.limitsOf(device), [name]: value }
    this.#limits.set(device, limits)
    this.#changedLimits.add(device)
    for (const pipeline of this.#pipelines) if (pipeline.device === device) pipeline.setLimits(limits)
  }

  /** Brings the store up to date once a second, less often while a backlog is read, until aborted. @throws StoreError */
  async checkpoints(signal: AbortSignal): Promise<void> {
    let rows = 0
    let at = performance.now()
    while (!signal.aborted) {
      await pause(CHECKPOINT_MS, signal)
      const now = this.#pipelines.reduce((sum, pipeline) => sum + pipeline.rows, 0)
      const behind = this.#pipelines.some(({ live, follows }) => follows && !live)
      if (behind && !signal.aborted && now - rows < BACKLOG_ROWS && performance.now() - at < BACKLOG_MS) continue
      await this.checkpoint()
      rows = now
      at = performance.now()
    }
  }

  /** Everything that the engines have seen is in the store when this returns. @throws StoreError */
  checkpoint(): Promise<void> {
    this.#committing = this.#committing.then(() => this.#commit())
    return this.#committing
  }

  async #commit(): Promise<void> {
    const parts = this.#pipelines.flatMap((pipeline) => pipeline.part() ?? [])
    const limits = [...this.#changedLimits]
    this.#changedLimits = new Set()
    const forget = this.#forgotten
    this.#forgotten = []
    if (parts.length === 0 && limits.length === 0 && forget.length === 0) return
    const notifications = this.#options.notifications?.()
    await this.#options.store.commit({
      ...(notifications === undefined ? {} : { notifications }),
      tables: [
        ...parts.flatMap(({ tables }) => tables),
        ...limits.map((device) => limitsRow(device, this.limitsOf(device))),
      ],
      appended: parts.flatMap(({ appended }) => appended),
      rejects: parts.flatMap(({ rejects }) => rejects),
      pipelines: parts.map(({ pipeline }) => pipeline),
      forget,
      closeOpen: parts.flatMap(({ anew, pipeline }) => (anew ? [pipeline.device] : [])),
    })
    this.#listener.onCheckpoint?.()
  }

  /** Devices that have a log, read now or before; `whole`: it is not followed. */
  #devices(): NamedDevice[] {
    return [
      ...[...this.#saved.values()].map(({ device, position }) => ({ device, whole: isWhole(position) })),
      ...this.#pipelines.map(({ device, follows }) => ({ device, whole: !follows })),
    ]
  }

  #start(device: string, log: string, feed: LogFeed): LogPipeline {
    const { store } = this.#options
    const saved = this.#saved.get(log) ?? null
    const pipeline = new LogPipeline(
      { device, log, host: this.#host, feed, statements: this.#statements, store, saved, ids: this.#ids },
      this.#listener,
    )
    const limits = this.#limits.get(device)
    if (limits !== undefined) pipeline.setLimits(limits)
    this.#pipelines.push(pipeline)
    return pipeline
  }
}

function limitsRow(device: string, limits: Readonly<Record<string, number | null>>) {
  const columns = ['device', ...Object.keys(limits)]
  return { table: 'limits', columns, key: ['device'], rows: [[device, ...Object.values(limits)]] }
}

interface NamedDevice {
  readonly device: string
  readonly whole: boolean
}

/** What is removed with a log that was broken off goes by the device: it must have no other log. */
function freeName(name: string, taken: readonly NamedDevice[]): string {
  for (let n = 1; ; n++) {
    const numbered = n === 1 ? name : `${name} (${n})`
    if (!taken.some(({ device }) => device === numbered)) return numbered
  }
}

function isWhole(position: string): boolean {
  return 'done' in (JSON.parse(position) as Partial<WholePosition>)
}

function isBrokenOff(position: string): boolean {
  const { done } = JSON.parse(position) as Partial<WholePosition>
  return done === false
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    if (signal.aborted) end()
    else signal.addEventListener('abort', end)
  })
}
