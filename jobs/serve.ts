import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { logSources } from '../gpuz/log-source.ts'
import type { OutboxEntry } from '../store/outbox.ts'
import { DEFAULT_HOST, type PageServer, servePage } from '../web/server.ts'
import { isArchive } from './archive.ts'
import { dataFolder } from './data-folder.ts'
import type { NumberedEpisode } from './derived-rows.ts'
import { deviceNames, refuseSharedName, refuseTwice } from './device-log.ts'
import type { InfluxSettings } from './influx-writer.ts'
import { Monitor, type MonitorListener } from './monitor.ts'
import { isNews, notificationOf } from './notification.ts'
import { Notifier } from './notify.ts'
import { episodeInfo, liveReadings, MonitorModel } from './page-model.ts'
import { PipelineState } from './pipeline-state.ts'
import { type ExportingStore, openStoreThread } from './store-thread.ts'

export interface ServeOptions {
  /** paths of logs, which are followed, or of .zip archives, which are read once */
  readonly logs: readonly string[]
  /** name of the device, for a single log */
  readonly device?: string
  readonly timezone: string
  /** file of the store; default one for all logs in the person's folder for data */
  readonly store?: string
  /** the readings are a simulation's */
  readonly simulated?: boolean
  /** address to bind; another than 127.0.0.1 wants a token, and gets one made when none is given */
  readonly host?: string
  readonly port?: number
  readonly token?: string
  /** webhooks that are told of episodes */
  readonly notify?: readonly string[]
  readonly influx?: InfluxSettings
  readonly version: string
  readonly signal: AbortSignal
}

export interface ServeListener {
  /** the page can be opened */
  readonly onReady?: (url: string, store: string) => void
  readonly onEpisode?: (event: { kind: 'opened' | 'closed'; episode: NumberedEpisode; live: boolean }) => void
  /** `share` of the logs that is read, 0 to 1; null when there is no more to it */
  readonly onProgress?: (progress: { readonly rows: number; readonly share: number | null }) => void
  readonly onNotice?: (text: string) => void
}

const TICK_MS = 1000

/**
 * The pipeline with its page: reads what the logs hold, goes on with what is appended, keeps everything in the store, until aborted. A store that
 * was used before is gone on with where it was.
 * @throws StoreError, NotALogError, ZipError, StatementError; Error when the address is taken; what the operating system says
 */
export async function serve(options: ServeOptions, listener: ServeListener = {}): Promise<void> {
  const { logs, device, signal, version } = options
  refuseTwice(logs)
  refuseSharedName(device, logs)
  const path = options.store ?? join(dataFolder(), 'gpumon.duckdb')
  await mkdir(dirname(path), { recursive: true })
  const state = new PipelineState()
  const onNotice = (text: string): void => {
    state.notice(text)
    listener.onNotice?.(text)
  }
  const { timezone, simulated = false } = options
  const store = await openStoreThread({ path, zone: timezone, simulated }, onNotice)
  try {
    await new Service(options, listener, store, state, onNotice).run(path, version, signal)
  } finally {
    await store.close()
  }
}

class Service {
  readonly #options: ServeOptions
  readonly #listener: ServeListener
  readonly #store: ExportingStore
  readonly #state: PipelineState
  readonly #notice: (text: string) => void
  readonly #targets: readonly string[]
  #model: MonitorModel | null = null
  #monitor: Monitor | null = null
  /** devices with rows, and which of them are read to their end, as pages were told */
  #told = ''
  #entries: OutboxEntry[] = []

  constructor(
    options: ServeOptions,
    listener: ServeListener,
    store: ExportingStore,
    state: PipelineState,
    notice: (text: string) => void,
  ) {
    this.#options = options
    this.#listener = listener
    this.#store = store
    this.#state = state
    this.#notice = notice
    this.#targets = new Notifier({ urls: options.notify ?? [] }).targets
  }

  async run(path: string, version: string, signal: AbortSignal): Promise<void> {
    const { timezone, notify = [], influx } = this.#options
    const monitor = await Monitor.open(
      { store: this.#store, timezone, notifications: () => this.#notifications() },
      this.#monitorListener(),
    )
    this.#monitor = monitor
    this.#model = new MonitorModel(monitor, this.#store, this.#state, version)
    const server = await this.#servePage(this.#model)
    await this.#store.export({ notify, influx: influx ?? null })
    // One that fails ends all: what was read so far is saved below.
    const end = new AbortController()
    const until = AbortSignal.any([signal, end.signal])
    const ticks = setInterval(() => this.#tick(monitor), TICK_MS)
    try {
      this.#listener.onReady?.(server.url, path)
      const work = [monitor.checkpoints(until), ...(await this.#follow(monitor, until))]
      await Promise.all(work.map((part) => part.finally(() => end.abort())))
    } finally {
      end.abort()
      clearInterval(ticks)
      await server.close()
    }
    await monitor.checkpoint()
  }

  async #follow(monitor: Monitor, signal: AbortSignal): Promise<Promise<void>[]> {
    const { logs, device, timezone } = this.#options
    const names = device === undefined ? deviceNames(logs) : [device]
    const works: Promise<void>[] = []
    for (const [i, log] of logs.entries()) {
      if (!(await isArchive(log))) works.push(monitor.follow(names[i], resolve(log), signal))
      else works.push(this.#readArchive(monitor, names[i], log, timezone).then(() => untilAborted(signal)))
    }
    return works
  }

  async #readArchive(monitor: Monitor, device: string, path: string, timezone: string): Promise<void> {
    const { logs, skipped } = await logSources(resolve(path))
    for (const { name, reason } of skipped) this.#notice(`${name} is left out: ${reason}`)
    for (const [i, log] of logs.entries()) {
      const name = logs.length === 1 ? device : `${device}/${deviceNames([log.name])[0] ?? i}`
      if ((await monitor.read(name, log, timezone)) === null) this.#notice(`${log.name} is in the store already`)
    }
  }

  #servePage(model: MonitorModel): Promise<PageServer> {
    const { host = DEFAULT_HOST, port, token } = this.#options
    const own = token ?? (host === DEFAULT_HOST || host === 'localhost' ? undefined : randomBytes(16).toString('hex'))
    return servePage({
      model,
      host,
      ...(port === undefined ? {} : { port }),
      ...(own === undefined ? {} : { token: own }),
      onFault: (error) => this.#notice(error instanceof Error ? error.message : String(error)),
    })
  }

  #monitorListener(): MonitorListener {
    return {
      onNotice: this.#notice,
      onCheckpoint: () => {
        this.#state.checkpointed()
        this.#model?.changed()
        const known = (this.#monitor?.pipelines ?? []).map(({ device, rows, live }) => [device, rows > 0, live])
        if (JSON.stringify(known) === this.#told) return
        this.#told = JSON.stringify(known)
        this.#model?.tell({ event: 'devices' })
      },
      onRows: (device, batch, live) => {
        if (live && this.#model?.watched) this.#model.tell({ event: 'readings', data: liveReadings(device, batch) })
      },
      onEpisode: (kind, episode, live) => this.#episode(kind, episode, live),
    }
  }

  #episode(kind: 'opened' | 'changed' | 'closed', episode: NumberedEpisode, live: boolean): void {
    if (live && this.#model?.watched) this.#model.tell({ event: 'episode', data: episodeInfo(episode) })
    if (kind === 'changed') return
    this.#listener.onEpisode?.({ kind, episode, live })
    if (this.#targets.length === 0) return
    const news = live && isNews(episode.started, Date.now())
    const payload = notificationOf(kind, episodeInfo(episode))
    this.#entries.push({ kind, episode: episode.id, payload, live: news })
  }

  #notifications(): { targets: readonly string[]; entries: readonly OutboxEntry[] } {
    const entries = this.#entries
    this.#entries = []
    return { targets: this.#targets, entries }
  }

  #tick(monitor: Monitor): void {
    const { pipelines } = monitor
    this.#state.tick(pipelines)
    const pipeline = this.#state.of(pipelines)
    this.#listener.onProgress?.({ rows: pipeline.rows, share: pipeline.progress })
    this.#model?.tell({ event: 'pipeline', data: pipeline })
    // what the page shows of a log that is being read grows by checkpoints
    if (pipeline.progress !== null) this.#model?.tell({ event: 'devices' })
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
