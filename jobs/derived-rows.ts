import type { KsqlEngine } from '../engine/index.ts'
import type { TableColumns, TableRows } from '../store/checkpoint.ts'
import { EPISODE_QUIET_MS, type Episode, episodeOf } from './episode.ts'
import { SESSION_QUIET_MS } from './run-summary.ts'
import { SessionRows, value } from './session-rows.ts'
import { type SavedSession, SessionWindows } from './session-windows.ts'
import { TopicColumns } from './topic-columns.ts'
import { TopicRows } from './topic-rows.ts'

/** An episode and its number in the store. */
export interface NumberedEpisode extends Episode {
  readonly id: number
  readonly open: boolean
}

/** Give each episode, and each session, a number of its own. */
export interface Ids {
  readonly episode: () => number
  readonly session: () => number
}

export interface DerivedOptions {
  readonly ids: Ids
  readonly onEpisode: (kind: 'opened' | 'changed' | 'closed', episode: NumberedEpisode) => void
}

export interface SavedDerived {
  readonly episodes: readonly SavedSession[]
  readonly sessions: readonly SavedSession[]
}

const METRICS = ['gt', 'ct', 'bp', 'gl'].flatMap((m) => ['n', 'min', 'max', 'avg', 'sd'].map((part) => `${m}_${part}`))
const STATISTICS = ['device', 'started', 'ended', 'n', ...METRICS, 'energy_wh']

/** What the statements of ksql/ derive, as rows for the store: episodes, sessions, statistics, anomalies. */
export class DerivedRows {
  readonly #engine: KsqlEngine
  readonly #episodes: SessionWindows
  readonly #sessions: SessionWindows
  readonly #replaced: readonly { drain(): TableRows }[]
  readonly #appended: readonly TopicColumns[]

  /** @param engine with the statements of ksql/ executed */
  constructor(engine: KsqlEngine, { ids, onEpisode }: DerivedOptions) {
    this.#engine = engine
    const episodes = new SessionRows(
      'episodes',
      ['device', 'rule', 'severity', 'sensor', 'started', 'ended', 'count', 'peak', 'bound'],
      (session) => {
        const { device, rule, severity, sensor, started, ended, count, peak, bound } = episodeOf(session)
        return [device, rule, severity, sensor, started, ended, count, peak, bound]
      },
    )
    this.#episodes = new SessionWindows(
      ['DEVICE', 'RULE'],
      EPISODE_QUIET_MS,
      {
        opened: (session) => onEpisode('opened', { ...episodeOf(session), id: session.id, open: true }),
        changed: (session) => {
          episodes.changed(session)
          onEpisode('changed', { ...episodeOf(session), id: session.id, open: true })
        },
        closed: (session) => {
          episodes.closed(session)
          onEpisode('closed', { ...episodeOf(session), id: session.id, open: false })
        },
        joined: (id) => episodes.joined(id),
      },
      ids.episode,
    )
    const sessions = new SessionRows(
      'sessions',
      ['device', 'scenario', 'started', 'ended', 'n', 'load_avg', 'temperature_max', 'energy_wh'],
      (session) =>
        ['DEVICE', 'SCENARIO', 'STARTED', 'ENDED', 'N', 'LOAD_AVG', 'TEMPERATURE_MAX', 'ENERGY_WH'].map((column) =>
          value(session, column),
        ),
    )
    this.#sessions = new SessionWindows(
      ['DEVICE', 'SCENARIO'],
      SESSION_QUIET_MS,
      {
        opened: () => {},
        changed: (session) => sessions.changed(session),
        closed: (session) => sessions.closed(session),
        joined: (id) => sessions.joined(id),
      },
      ids.session,
    )
    engine.topic('gpu.episodes').subscribe((batch, source) => this.#episodes.take(batch, source))
    engine.topic('gpu.sessions').subscribe((batch, source) => this.#sessions.take(batch, source))
    // minutes come once, when they are over; hours and days as they grow
    const minutes = this.#topic('gpu.stats.1m', new TopicColumns('stats_1m', STATISTICS))
    const hours = this.#topic('gpu.stats.1h', new TopicRows('stats_1h', STATISTICS, ['device', 'started']))
    const days = this.#topic('gpu.stats.1d', new TopicRows('stats_1d', STATISTICS, ['device', 'started']))
    const anomalies = ['device', 'started', 'kind', 'sensor', 'reading', 'mean', 'deviation', 'score']
    this.#replaced = [episodes, sessions, hours, days]
    this.#appended = [minutes, this.#topic('gpu.anomalies', new TopicColumns('anomalies', anomalies))]
  }

  /** Stream time has come to `time`, ms: episodes that are over are closed. Sessions go by the time of the minutes they are made of, which come later. */
  advance(time: number): void {
    this.#episodes.advance(time)
  }

  /** The input has ended. */
  end(): void {
    this.#episodes.end()
    this.#sessions.end()
  }

  /** What has come since the last call. */
  drain(): { readonly tables: TableRows[]; readonly appended: TableColumns[] } {
    const tables = this.#replaced.map((part) => part.drain())
    const appended = this.#appended.map((part) => part.drain())
    return {
      tables: tables.filter(({ rows, removed = [] }) => rows.length + removed.length > 0),
      appended: appended.filter(({ count }) => count > 0),
    }
  }

  save(): SavedDerived {
    return { episodes: this.#episodes.save(), sessions: this.#sessions.save() }
  }

  load({ episodes, sessions }: SavedDerived): void {
    this.#episodes.load(episodes, this.#engine.source('GPU_EPISODES'))
    this.#sessions.load(sessions, this.#engine.source('GPU_SESSIONS'))
  }

  #topic<Rows extends TopicRows | TopicColumns>(name: string, rows: Rows): Rows {
    this.#engine.topic(name).subscribe((batch, source) => rows.take(batch, source))
    return rows
  }
}
