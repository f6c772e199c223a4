import { adviceFor, evidenceOf } from '../jobs/advice.ts'
import { durationText } from '../jobs/duration-text.ts'
import type { Episode } from '../jobs/run.ts'
import type { WallClock } from './time-text.ts'

/** Episodes of one rule that are told one by one when they are history; the summary has all. */
const TOLD = 3

export interface EpisodeEvent {
  readonly kind: 'opened' | 'closed'
  readonly episode: Episode
  readonly live: boolean
}

/**
 * Tells a person of episodes. What happens now is told when it opens and when it is over; what lies in the past is told once,
 * as a whole, and only the first few of each rule and device, so that a long log does not drown the terminal. What to do is said once a rule.
 */
export class EpisodeTeller {
  readonly #clock: WallClock
  readonly #told = new Map<string, number>()
  readonly #advised = new Set<string>()

  constructor(clock: WallClock) {
    this.#clock = clock
  }

  /** The lines to print; none for what is not worth one. */
  tell({ kind, episode, live }: EpisodeEvent): string[] {
    if (live) return kind === 'opened' ? this.#opened(episode) : this.#closed(episode)
    if (kind === 'opened') return []
    const key = JSON.stringify([episode.device, episode.rule])
    const told = (this.#told.get(key) ?? 0) + 1
    this.#told.set(key, told)
    if (told <= TOLD) return this.#closed(episode)
    return told === TOLD + 1
      ? [`  more of "${adviceFor(episode.rule).title}" on ${episode.device}: see the summary`]
      : []
  }

  #opened(episode: Episode): string[] {
    const { started, device } = episode
    return [`${this.#clock.at(started)}  ${device}  ${what(episode)}: ${evidenceOf(episode)}`, ...this.#advice(episode)]
  }

  #closed(episode: Episode): string[] {
    const { started, ended, device } = episode
    const when = `${this.#clock.at(started)} to ${this.#clock.until(started, ended)}`
    return [
      `${when}  ${device}  ${what(episode)} ${started === ended ? 'in' : 'for'} ${lasting(episode)}: ${evidenceOf(episode)}`,
      ...this.#advice(episode),
    ]
  }

  #advice({ rule }: Episode): string[] {
    const { todo } = adviceFor(rule)
    if (todo === '' || this.#advised.has(rule)) return []
    this.#advised.add(rule)
    return [`  → ${todo}`]
  }
}

function what({ rule, severity }: Episode): string {
  return `${severity === 'critical' ? 'CRITICAL ' : ''}${adviceFor(rule).title}`
}

/** How long an episode has lasted. */
export function lasting({ started, ended }: Episode): string {
  return started === ended ? 'one reading' : durationText(ended - started)
}
