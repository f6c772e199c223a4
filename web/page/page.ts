import type { ViewName } from '../address.ts'
import type { EpisodeInfo, Range, State } from '../api.ts'
import type { LiveEvent } from '../model.ts'
import { ask, messageOf } from './ask.ts'
import { connect } from './connection.ts'
import { Context, type View, type ViewMaker } from './context.ts'
import { el } from './dom.ts'
import { LogDrop } from './drop.ts'
import { Shell } from './shell.ts'
import { alertsView } from './views/alerts.ts'
import { chartsView } from './views/charts.ts'
import { nowView } from './views/now.ts'
import { patternsView } from './views/patterns.ts'
import { pipelineView } from './views/pipeline.ts'
import { sessionsView } from './views/sessions.ts'
import { sqlView } from './views/sql.ts'

const MAKERS: Readonly<Record<ViewName, ViewMaker>> = {
  now: nowView,
  charts: chartsView,
  alerts: alertsView,
  sessions: sessionsView,
  patterns: patternsView,
  sql: sqlView,
  pipeline: pipelineView,
}
/** The state changes often while a log is read: it is asked for at most this often. */
const STATE_MS = 500
/** The first charts come before what is new. */
const CONNECT_MS = 150

/** Shows the view that the address names, and hands it what the server tells. */
export class Page {
  readonly #context: Context
  readonly #shell: Shell
  #shown: ViewName | null = null
  #view: View | null = null
  #stateTimer = 0
  /** episodes told of since all were last asked for: the answer may be older */
  #toldMeanwhile: Map<number, EpisodeInfo> | null = null

  /** @param firstRange what the server sent along for the first charts */
  constructor(state: State, firstRange: Range | null) {
    this.#context = new Context(state, firstRange, () => this.#update())
    const drop = new LogDrop(this.#context)
    this.#shell = new Shell(this.#context, drop.opener)
    document.body.append(drop.element)
  }

  start(): void {
    this.#update()
    setTimeout(() => this.#connect(), CONNECT_MS)
    setInterval(() => this.#tick(), 1_000)
    // Canvases do not follow the style sheet by themselves.
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
      this.#shown = null
      this.#update()
    })
  }

  #connect(): void {
    connect({
      onEvent: (event) => this.#take(event),
      onLost: () => {
        this.#context.lostAt ??= Date.now()
        this.#tick()
      },
      onConnected: () => {
        this.#context.lostAt = null
        // The state may be from before the connection: what was told in between was missed.
        this.#askState()
        void this.#askAlerts()
      },
    })
  }

  #update(): void {
    const { address, state } = this.#context
    this.#shell.update()
    if (state.devices.length === 0 && address.view !== 'pipeline' && address.view !== 'sql') this.#showNothing()
    else if (this.#shown !== address.view) {
      this.#view?.close?.()
      this.#shown = address.view
      this.#view = MAKERS[address.view](this.#context)
      this.#shell.main.replaceChildren(this.#view.element)
      scrollTo(0, 0)
    }
    this.#view?.update()
  }

  #showNothing(): void {
    this.#view?.close?.()
    this.#view = null
    this.#shown = null
    const { progress } = this.#context.state.pipeline
    const reads = progress !== null && progress < 1
    const text = reads
      ? 'A log is being read: it appears here by itself.'
      : 'No readings yet. Drop a GPU-Z log, or a zip of one, on this page; or open one with the button above.'
    this.#shell.main.replaceChildren(el('p', { class: 'empty' }, text))
  }

  #take(event: LiveEvent): void {
    const context = this.#context
    if (event.event === 'devices') {
      this.#askState()
      return
    }
    if (event.event === 'readings' && !context.take(event.data)) {
      this.#askState()
      return
    }
    if (event.event === 'limits') context.state = { ...context.state, limits: event.data }
    if (event.event === 'pipeline') {
      const { progress } = context.state.pipeline
      const isRead = progress !== null && progress !== event.data.progress
      if (isRead || (event.data.rows > 0 && context.state.devices.length === 0)) this.#askState()
      context.state = { ...context.state, pipeline: event.data }
      this.#shell.showProgress()
    }
    if (event.event === 'episode') this.#takeEpisode(event.data)
    this.#view?.event?.(event)
    this.#shell.tick()
  }

  #takeEpisode(episode: EpisodeInfo): void {
    this.#toldMeanwhile?.set(episode.id, episode)
    const others = this.#context.openEpisodes.filter(({ id }) => id !== episode.id)
    const isNew = others.length === this.#context.openEpisodes.length
    this.#context.openEpisodes = episode.open ? [episode, ...others] : others
    this.#shell.showAlerts()
    if (episode.severity === 'info') return
    if (episode.open && isNew)
      this.#shell.announce(`${episode.severity}: ${episode.title}, ${episode.device}. ${episode.evidence}`)
    else if (!episode.open && !isNew) this.#shell.announce(`over: ${episode.title}, ${episode.device}`)
  }

  #tick(): void {
    this.#shell.tick()
    this.#view?.tick?.()
  }

  async #askAlerts(): Promise<void> {
    const told = new Map<number, EpisodeInfo>()
    this.#toldMeanwhile = told
    try {
      const episodes = await ask<EpisodeInfo[]>('episodes')
      const newest = [...told.values(), ...episodes.filter(({ id }) => !told.has(id))]
      this.#context.openEpisodes = newest.filter(({ open }) => open)
      this.#update()
    } catch (error) {
      this.#shell.announce(messageOf(error))
    } finally {
      if (this.#toldMeanwhile === told) this.#toldMeanwhile = null
    }
  }

  #askState(): void {
    if (this.#stateTimer !== 0) return
    this.#stateTimer = window.setTimeout(async () => {
      this.#stateTimer = 0
      try {
        const before = this.#context.state
        const state = await ask<State>('state')
        // What was told meanwhile is newer than the answer.
        const { pipeline, limits } = this.#context.state
        this.#context.state = {
          ...state,
          ...(pipeline === before.pipeline ? {} : { pipeline }),
          ...(limits === before.limits ? {} : { limits }),
        }
        this.#update()
      } catch (error) {
        this.#shell.announce(messageOf(error))
      }
    }, STATE_MS)
  }
}
