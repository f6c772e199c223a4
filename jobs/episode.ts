import type { SqlValue } from '../engine/index.ts'
import type { SessionWindow } from './session-windows.ts'

/** A stretch of time during which a rule was broken: what a person is told about, once. */
export interface Episode {
  readonly device: string
  readonly rule: string
  readonly severity: string
  readonly sensor: string
  /** event time of the first and the last alert, ms since 1970-01-01 UTC */
  readonly started: number
  readonly ended: number
  /** alerts in it */
  readonly count: number
  /** the worst reading, and the limit it broke; null where a rule has none */
  readonly peak: number | null
  readonly bound: number | null
}

/**
 * When an episode is over: 30 seconds without an alert, and 10 seconds of grace, as the session windows of
 * ksql/04-episodes.ksql have it. In ms.
 */
export const EPISODE_QUIET_MS = 40_000

/** An episode from its row in the table of episodes. */
export function episodeOf({ started, ended, value }: SessionWindow): Episode {
  return {
    device: text(value('DEVICE')),
    rule: text(value('RULE')),
    severity: text(value('SEVERITY')),
    sensor: text(value('SENSOR')),
    started,
    ended,
    count: number(value('N')) ?? 0,
    peak: number(value('PEAK')),
    bound: number(value('BOUND')),
  }
}

/** ms from the first alert to the last. */
export function lengthOf({ started, ended }: Episode): number {
  return ended - started
}

function text(value: SqlValue): string {
  return value === null ? '' : String(value)
}

function number(value: SqlValue): number | null {
  return value === null ? null : Number(value)
}
