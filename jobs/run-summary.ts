import {
  type Batch,
  type CountedError,
  dataColumns,
  type KsqlEngine,
  readValue,
  type Source,
  type Subscriber,
} from '../engine/index.ts'
import { type Episode, lengthOf } from './episode.ts'
import type { LogTotals, RejectExample, SensorTrouble } from './log-totals.ts'

/** A minute of one device, by its average GPU temperature. */
export interface HotMinute {
  readonly device: string
  /** start of the minute, ms since 1970-01-01 UTC */
  readonly start: number
  /** °C */
  readonly average: number
  readonly max: number | null
}

/** The episodes of one rule. */
export interface EpisodeGroup {
  readonly rule: string
  readonly severity: string
  count: number
  /** ms, all together */
  total: number
  longest: Episode
}

/** What a run has found. */
export interface RunResult {
  readonly rows: number
  /** lines that became no row */
  readonly rejects: number
  /** alerts by rule */
  readonly alerts: Readonly<Record<string, number>>
  readonly episodes: number
  /** windows by topic */
  readonly windows: Readonly<Record<string, number>>
  /** wall clock */
  readonly seconds: number
  readonly rejectsByReason: Readonly<Record<string, number>>
  readonly rejectExamples: readonly RejectExample[]
  /** how often GPU-Z was started */
  readonly starts: number
  /** pauses in the log that sampling does not explain */
  readonly gaps: number
  readonly firstTs: number | null
  readonly lastTs: number | null
  /** longest first in each, most episodes first */
  readonly episodesByRule: readonly EpisodeGroup[]
  readonly hottestMinutes: readonly HotMinute[]
  /** Wh by device, where its board power was logged */
  readonly energy: Readonly<Record<string, number>>
  /** rows that came after their window had closed, by the topic of the window */
  readonly late: Readonly<Record<string, number>>
  readonly sensorTroubles: readonly SensorTrouble[]
  /** values and records that a statement could not work with */
  readonly errors: readonly CountedError[]
}

const ALERTS = 'gpu.alerts'
const EPISODES = 'gpu.episodes'
const MINUTES = 'gpu.stats.1m'
const HOTTEST = 3

/** Collects what a run is summed up by, from topics that have few records and, of the alerts, from one column. */
export class RunSummary {
  readonly #engine: KsqlEngine
  readonly #alerts = new Map<string, number>()
  readonly #windows = new Map<string, number>()
  readonly #groups = new Map<string, EpisodeGroup>()
  readonly #energy = new Map<string, number>()
  #hottest: HotMinute[] = []

  /** @param engine with all statements executed */
  constructor(engine: KsqlEngine) {
    this.#engine = engine
    const topics = new Set(engine.topics().map((t) => t.name))
    const subscribe = (topic: string, subscriber: Subscriber): void => {
      if (topics.has(topic)) engine.topic(topic).subscribe(subscriber)
    }
    subscribe(ALERTS, (batch, source) => this.#countAlerts(batch, source))
    subscribe(MINUTES, (batch, source) => this.#takeMinutes(batch, source))
    for (const { topic, windowType } of engine.sources()) {
      if (windowType === null || topic === EPISODES) continue
      this.#windows.set(topic, 0)
      subscribe(topic, (batch) => this.#windows.set(topic, (this.#windows.get(topic) ?? 0) + newWindows(batch)))
    }
  }

  /** An episode that is over. */
  add(episode: Episode): void {
    const { rule, severity } = episode
    const group = this.#groups.get(rule)
    if (group === undefined) {
      this.#groups.set(rule, { rule, severity, count: 1, total: lengthOf(episode), longest: episode })
      return
    }
    group.count++
    group.total += lengthOf(episode)
    if (lengthOf(episode) > lengthOf(group.longest)) group.longest = episode
  }

  result(totals: LogTotals, rows: number, seconds: number): RunResult {
    const groups = [...this.#groups.values()].sort((a, b) => b.count - a.count)
    const late = new Map<string, number>()
    for (const { sinkTopic, lateRows } of this.#engine.queries()) if (lateRows > 0) late.set(sinkTopic, lateRows)
    return {
      rows,
      rejects: totals.rejected,
      alerts: Object.fromEntries([...this.#alerts].sort(([a], [b]) => (a < b ? -1 : 1))),
      episodes: groups.reduce((sum, group) => sum + group.count, 0),
      windows: Object.fromEntries(this.#windows),
      seconds,
      rejectsByReason: totals.rejects,
      rejectExamples: totals.rejectExamples,
      starts: totals.starts,
      gaps: totals.gaps,
      firstTs: totals.firstTs,
      lastTs: totals.lastTs,
      episodesByRule: groups,
      hottestMinutes: this.#hottest,
      energy: Object.fromEntries(this.#energy),
      late: Object.fromEntries(late),
      sensorTroubles: totals.troubles,
      errors: this.#engine.errors.all(),
    }
  }

  #countAlerts(batch: Batch, source: Source): void {
    const index = dataColumns(source).findIndex((c) => c.name === 'RULE')
    const rules = batch.columns[index].data as readonly string[]
    const counts = this.#alerts
    for (let i = 0; i < batch.count; i++) counts.set(rules[i], (counts.get(rules[i]) ?? 0) + 1)
  }

  #takeMinutes(batch: Batch, source: Source): void {
    const layout = dataColumns(source)
    const value = (name: string, row: number): unknown => {
      const index = layout.findIndex((c) => c.name === name)
      return index < 0 ? null : readValue(batch.columns[index], row, layout[index].type)
    }
    for (let row = 0; row < batch.count; row++) {
      const device = String(value('DEVICE', row))
      const energy = value('ENERGY_WH', row)
      if (typeof energy === 'number') this.#energy.set(device, (this.#energy.get(device) ?? 0) + energy)
      const average = value('GPU_TEMPERATURE_AVG', row)
      if (typeof average !== 'number') continue
      if (this.#hottest.length === HOTTEST && average <= this.#hottest[HOTTEST - 1].average) continue
      const max = value('GPU_TEMPERATURE_MAX', row)
      const start = batch.windowStart?.[row] ?? batch.rowtime[row]
      this.#hottest.push({ device, start, average, max: typeof max === 'number' ? max : null })
      this.#hottest = this.#hottest.sort((a, b) => b.average - a.average).slice(0, HOTTEST)
    }
  }
}

/** An extended session is a tombstone and a new row: no more windows than before. */
function newWindows({ count, tombstone }: Batch): number {
  let windows = count
  if (tombstone !== null) for (let i = 0; i < count; i++) if (tombstone[i] === 1) windows -= 2
  return windows
}
