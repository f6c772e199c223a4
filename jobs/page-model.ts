import { catalogue, sensorOf } from '../gpuz/catalogue.ts'
import { NotALogError } from '../gpuz/not-a-log.ts'
import { ZipError } from '../gpuz/zip-directory.ts'
import type { QueryArguments, QueryName, QueryResult } from '../store/queries.ts'
import { QueryError } from '../store/query-error.ts'
import type { StoreSession } from '../store/session.ts'
import type {
  EpisodeInfo,
  Limits,
  LiveReadings,
  Pipeline,
  Range,
  SensorInfo,
  SqlLine,
  State,
  ZoneClock,
} from '../web/api.ts'
import type { AddedLog, LiveEvent, PageModel, Span } from '../web/model.ts'
import { Refusal } from '../web/refusal.ts'
import { zoneClock } from '../web/zone-clock.ts'
import { adviceFor, evidenceOf } from './advice.ts'
import type { NumberedEpisode } from './derived-rows.ts'
import { receiveLogs } from './dropped-log.ts'
import { LIMITS, sensorLimits } from './limits.ts'
import type { Monitor } from './monitor.ts'
import { runQuery } from './page-sql.ts'
import type { PipelineState } from './pipeline-state.ts'
import { sensorLabel } from './sensor-label.ts'
import { UnchangedAnswers } from './unchanged-answers.ts'

/** Adds to an episode what it means and what to do about it. Severities are those of ksql/03-alerts.ksql. */
export function episodeInfo(episode: NumberedEpisode): EpisodeInfo {
  const { title, todo } = adviceFor(episode.rule)
  const severity = episode.severity as EpisodeInfo['severity']
  return { ...episode, severity, title, todo, evidence: evidenceOf(episode) }
}

/** Charts that are kept while nothing changes, half a megabyte each at most: a page that is opened again, or goes back, has them at once. */
const RANGES_KEPT = 16

/** Answers the page from the store and the pipelines. */
export class MonitorModel implements PageModel {
  readonly #monitor: Monitor
  readonly #store: StoreSession
  readonly #state: PipelineState
  readonly #version: string
  readonly #zone: ZoneClock
  readonly #listeners = new Set<(event: LiveEvent) => void>()
  readonly #devices = new UnchangedAnswers<QueryResult<'devices'>>(1)
  readonly #ranges = new UnchangedAnswers<Range>(RANGES_KEPT)

  constructor(monitor: Monitor, store: StoreSession, state: PipelineState, version: string) {
    this.#monitor = monitor
    this.#store = store
    this.#state = state
    this.#version = version
    this.#zone = zoneClock(store.zone)
  }

  /** Something is in the store that was not. */
  changed(): void {
    this.#devices.changed()
    this.#ranges.changed()
  }

  /** Tells every page. */
  tell(event: LiveEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  get watched(): boolean {
    return this.#listeners.size > 0
  }

  async state(): Promise<State> {
    const stored = await this.#stored()
    const live = new Set(this.#monitor.pipelines.filter((pipeline) => pipeline.follows).map(({ device }) => device))
    // a simulation's store has one followed log, the simulation's; what is dropped beside it is somebody's
    const devices = stored.map((device) => {
      const followed = live.has(device.device)
      return { ...device, live: followed, simulated: followed && this.#store.simulated }
    })
    const present = new Set(devices.flatMap(({ sensors }) => sensors))
    const sensors = catalogue.filter(({ field }) => present.has(field)).map(({ field }) => sensorInfo(field))
    return {
      version: this.#version,
      zone: this.#zone,
      devices,
      sensors,
      limits: this.#limits(),
      pipeline: this.#pipeline(),
    }
  }

  #stored(): Promise<QueryResult<'devices'>> {
    return this.#devices.ask('', () => this.#store.ask('devices'))
  }

  range(span: Span, sensors: readonly string[], pixels: number): Promise<Range> {
    const query = { ...span, sensors, pixels }
    return this.#ranges.ask(JSON.stringify(query), () => this.#ask('range', query))
  }

  statistics(span: Span) {
    return this.#ask('statistics', { ...span, limits: sensorLimits(this.#monitor.limitsOf(span.device)) })
  }

  causes(span: Span) {
    return this.#ask('causes', span)
  }

  async episodes(where: { device?: string; from?: number; to?: number }): Promise<EpisodeInfo[]> {
    return (await this.#ask('episodes', where)).map(episodeInfo)
  }

  async limits(): Promise<Limits> {
    return this.#limits()
  }

  async putLimit(device: string, name: string, value: number | null): Promise<Limits> {
    if (!LIMITS.some((limit) => limit.name === name)) {
      const known = LIMITS.map((limit) => limit.name).join(', ')
      throw new Refusal(404, `there is no limit ${name}`, `Limits are ${known}.`)
    }
    const devices = (await this.#stored()).map((stored) => stored.device)
    if (!devices.includes(device))
      throw new Refusal(404, `there is no device ${device}`, `Devices are ${devices.join(', ')}.`)
    this.#monitor.setLimit(device, name, value)
    await this.#monitor.checkpoint()
    const limits = this.#limits()
    this.tell({ event: 'limits', data: limits })
    return limits
  }

  sessions(device: string) {
    return this.#ask('sessions', device)
  }

  compare(a: Span, b: Span, pixels: number) {
    const query = (span: Span) => ({ ...span, limits: sensorLimits(this.#monitor.limitsOf(span.device)) })
    return this.#ask('comparison', { a: query(a), b: query(b), pixels })
  }

  patterns(device: string, sensor: string) {
    return this.#ask('patterns', { device, sensor, zone: this.#store.zone })
  }

  async pipeline(): Promise<Pipeline> {
    return this.#pipeline()
  }

  async addLog(name: string, timezone: string, bytes: ReadableStream<Uint8Array>): Promise<AddedLog> {
    const { logs, notices, remove } = await receiveLogs(name, bytes).catch((error: Error) => {
      throw new Refusal(400, error.message)
    })
    const told = [...notices]
    const devices: string[] = []
    try {
      for (const { log, stem } of logs) {
        try {
          const device = await this.#monitor.read(stem, log, timezone)
          if (device === null) told.push(`${log.name} is in the store already`)
          else devices.push(device)
        } catch (error) {
          if (!(error instanceof NotALogError || error instanceof ZipError)) throw error
          told.push(error.message)
        }
      }
    } finally {
      await remove()
    }
    if (devices.length === 0) throw new Refusal(400, told.join('; '))
    this.tell({ event: 'devices' })
    return { devices, notices: told }
  }

  sql(text: string, signal: AbortSignal): AsyncIterable<SqlLine> {
    // a person leaves the semicolon out; on a line of its own no comment hides it
    return runQuery(this.#monitor.pipelines, /;\s*$/.test(text) ? text : `${text}\n;`, signal)
  }

  subscribe(listener: (event: LiveEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A question that makes no sense to the store is the page's fault. */
  async #ask<Q extends QueryName>(query: Q, ...args: QueryArguments<Q>): Promise<QueryResult<Q>> {
    try {
      return await this.#store.ask(query, ...args)
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
      throw new Refusal(error.kind === 'unknown' ? 404 : 400, error.message, error.fix)
    }
  }

  #limits(): Limits {
    const devices = this.#monitor.limitedDevices.map((device) => {
      const own = Object.entries(this.#monitor.limitsOf(device)).filter(
        (entry): entry is [string, number] => entry[1] !== null,
      )
      return [device, Object.fromEntries(own)] as const
    })
    return { names: LIMITS, devices: Object.fromEntries(devices) }
  }

  #pipeline(): Pipeline {
    return this.#state.of(this.#monitor.pipelines)
  }
}

/** The readings of a batch for pages that look on. */
export function liveReadings(
  device: string,
  batch: {
    readonly count: number
    readonly ts: Float64Array
    readonly sensors: ReadonlyMap<string, { readonly data: Float64Array }>
  },
): LiveReadings {
  const values = (data: Float64Array) => Array.from(data.subarray(0, batch.count), (v) => (Number.isNaN(v) ? null : v))
  return {
    device,
    t: [...batch.ts.subarray(0, batch.count)],
    sensors: Object.fromEntries([...batch.sensors].map(([field, { data }]) => [field, values(data)])),
  }
}

function sensorInfo(field: string): SensorInfo {
  const sensor = sensorOf(field)
  if (sensor === undefined) throw new Error(`the catalogue has no sensor ${field}`)
  const { unit, kind } = sensor
  return { field, label: sensorLabel(field), unit, kind }
}
