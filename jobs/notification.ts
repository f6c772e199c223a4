import { randomUUID } from 'node:crypto'
import type { EpisodeInfo } from '../web/api.ts'
import { durationText } from './duration-text.ts'

/** What a webhook is told of an episode: the body of the request, as JSON. */
export interface Notification {
  /** of this notification, the same however often it is sent: a receiver knows a repetition by it */
  readonly id: string
  readonly kind: 'opened' | 'closed'
  /** the whole in a line for a person */
  readonly text: string
  /** as GET /api/episodes has it; times in ms since 1970-01-01 UTC */
  readonly episode: EpisodeInfo
}

/** An opening seen later than this is history: a back-filled log must not flood a channel. */
const NEWS_MS = 600_000

/** Whether an episode that has just been seen is still worth telling. Both times ms since 1970-01-01 UTC. */
export function isNews(started: number, now: number): boolean {
  return now - started <= NEWS_MS
}

export function notificationOf(kind: 'opened' | 'closed', episode: EpisodeInfo): Notification {
  return { id: randomUUID(), kind, text: kind === 'opened' ? openedText(episode) : closedText(episode), episode }
}

function openedText(episode: EpisodeInfo): string {
  const { evidence, todo } = episode
  return `${headline(episode)}: ${evidence}${todo === '' ? '' : `. ${todo}`}`
}

function closedText(episode: EpisodeInfo): string {
  const { started, ended, evidence } = episode
  const length = started === ended ? 'one reading' : durationText(ended - started)
  return `Over after ${length}: ${headline(episode)}: ${evidence}`
}

function headline({ severity, title, device }: EpisodeInfo): string {
  return `${severity === 'critical' ? 'CRITICAL ' : ''}${title} on ${device}`
}
