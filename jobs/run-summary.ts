import { type Batch, type CountedError, dataColumns, type KsqlEngine, readValue, type Source } from '../engine/index.ts'
import { type Episode, lengthOf } from './episode.ts'
import type { LogTotals, RejectExample, SensorTrouble } from './log-totals.ts'
import { type SessionWindow, SessionWindows } from './session-windows.ts'
import type { TimeSpan } from './time-span.ts'
import { WindowCount } from './window-count.ts'

/** A minute of one device. */
export interface HotMinute {
  readonly device: string
  /** ms since 1970-01-01 UTC */
  readonly start: number
  /** GPU temperature, °C */
  readonly average: number
  readonly max: number
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

/** Stretches of one kind of use: idle, light, load. */
export interface ScenarioTotal {
  readonly scenario: string
  count: number
  /** ms, all together */
  total: number
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
  /** those of critical severity first, then by number */
  readonly episodesByRule: readonly EpisodeGroup[]
  readonly sessions: readonly ScenarioTotal[]
  /** hottest first */
  readonly hottestMinutes: readonly HotMinute[]
  /** Wh by device, for those whose board power was logged */
  readonly energy: Readonly<Record<string, number>>
  /** rows that came after their window had closed, by the topic of the window */
  readonly late: Readonly<Record<string, number>>
  readonly sensorTroubles: readonly SensorTrouble[]
  /** values and records that a statement could not work with */
  readonly errors: readonly CountedError[]
}

/** The rows that the statements have seen. */
export interface FedRows extends TimeSpan {
  rows: number
}

const ALERTS = 'gpu.alerts'
const EPISODES = 'gpu.episodes'
const MINUTES = 'gpu.stats.1m'
const SESSIONS = 'gpu.sessions'
/** Gap and grace of the session windows in ksql/06-sessions.ksql. */
export const SESSION_QUIET_MS = 120_000
const HOTTEST = 3

/** Collects what a run is summed up by, from topics that have few records and, of the alerts, from one column. */
export class RunSummary {
  readonly #engine: KsqlEngine
  readonly #alerts = new Map<string, { count: number }>()
  readonly #windows = new Map<string, WindowCount>()
  readonly #groups = new Map<string, EpisodeGroup>()
  readonly #scenarios = new Map<string, ScenarioTotal>()
  readonly #energy = new Map<string, number>()
  readonly #sessions: SessionWindows
  #hottest: HotMinute[] = []

  /** @param engine with all statements executed */
  constructor(engine: KsqlEngine) {
    this.#engine = engine
    this.#sessions = new SessionWindows(['DEVICE', 'SCENARIO'], SESSION_QUIET_MS, {
      opened: () => {},
      closed: (session) => this.#addSession(session),
    })
    for (const { sinkTopic, sinkName } of engine.queries()) {
      const topic = engine.topic(sinkTopic)
      if (sinkTopic === ALERTS) topic.subscribe((batch, source) => this.#countAlerts(batch, source))
      if (sinkTopic === MINUTES) topic.subscribe((batch, source) => this.#takeMinutes(batch, source))
      if (sinkTopic === SESSIONS) topic.subscribe((batch, source) => this.#sessions.take(batch, source))
      if (engine.source(sinkName).window === null || sinkTopic === EPISODES) continue
      const count = new WindowCount()
      this.#windows.set(sinkTopic, count)
      topic.subscribe((batch, source) => count.take(batch, source))
    }
  }

  /** An episode that is over. */
  addEpisode(episode: Episode): void {
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

  result(totals: LogTotals, { rows, first, last }: FedRows, seconds: number): RunResult {
    this.#sessions.end()
    const critical = (group: EpisodeGroup): number => Number(group.severity === 'critical')
    const groups = [...this.#groups.values()].sort((a, b) => critical(b) - critical(a) || b.count - a.count)
    const late = this.#engine.queries().filter((query) => query.lateRows > 0)
    return {
      rows,
      rejects: totals.rejected,
      alerts: Object.fromEntries(
        [...this.#alerts].map(([rule, { count }]) => [rule, count] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
      episodes: groups.reduce((sum, group) => sum + group.count, 0),
      windows: Object.fromEntries([...this.#windows].map(([topic, { count }]) => [topic, count])),
      seconds,
      rejectsByReason: totals.rejects,
      rejectExamples: totals.rejectExamples,
      starts: totals.starts,
      gaps: totals.gaps,
      firstTs: rows === 0 ? null : first,
      lastTs: rows === 0 ? null : last,
      episodesByRule: groups,
      sessions: [...this.#scenarios.values()].sort((a, b) => b.total - a.total),
      hottestMinutes: this.#hottest,
      energy: Object.fromEntries(this.#energy),
      late: Object.fromEntries(late.map(({ sinkTopic, lateRows }) => [sinkTopic, lateRows])),
      sensorTroubles: totals.troubles,
      errors: this.#engine.errors.all(),
    }
  }

  #countAlerts(batch: Batch, source: Source): void {
    const index = dataColumns(source).findIndex((c) => c.name === 'RULE')
    const rules = batch.columns[index].data as readonly string[]
    const counts = this.#alerts
    for (let i = 0; i < batch.count; i++) {
      const known = counts.get(rules[i])
      if (known === undefined) counts.set(rules[i], { count: 1 })
      else known.count++
    }
  }

  #addSession({ value }: SessionWindow): void {
    const scenario = String(value('SCENARIO'))
    const length = Number(value('ENDED')) - Number(value('STARTED'))
    const known = this.#scenarios.get(scenario)
    if (known === undefined) this.#scenarios.set(scenario, { scenario, count: 1, total: length })
    else {
      known.count++
      known.total += length
    }
  }

  #takeMinutes(batch: Batch, source: Source): void {
    const layout = dataColumns(source)
    const reader = (name: string): ((row: number) => unknown) => {
      const index = layout.findIndex((c) => c.name === name)
      return (row) => (index < 0 ? null : readValue(batch.columns[index], row, layout[index].type))
    }
    const [device, energy, average, max] = ['DEVICE', 'ENERGY_WH', 'GT_AVG', 'GT_MAX'].map(reader)
    for (let row = 0; row < batch.count; row++) {
      this.#takeMinute(
        String(device(row)),
        batch.windowStart?.[row] ?? batch.rowtime[row],
        average(row),
        max(row),
        energy(row),
      )
    }
  }

  #takeMinute(device: string, start: number, average: unknown, max: unknown, energy: unknown): void {
    // The sum of minutes without a power reading is 0.
    if (typeof energy === 'number' && energy > 0) this.#energy.set(device, (this.#energy.get(device) ?? 0) + energy)
    if (typeof average !== 'number' || typeof max !== 'number') return
    const coolest = this.#hottest.at(HOTTEST - 1)
    if (coolest !== undefined && average <= coolest.average) return
    this.#hottest.push({ device, start, average, max })
    this.#hottest.sort((a, b) => b.average - a.average).splice(HOTTEST)
  }
}
