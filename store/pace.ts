import type { DuckDBConnection } from '@duckdb/node-api'
import { bound, type DeviceSpan, IN_SPAN } from './span.ts'
import { numbers } from './sql.ts'

/** How far apart the readings of a log are. */
export interface Pace {
  /** rows looked at: all of the span where there are at most as many as asked for, else one more than that */
  readonly rows: number
  /** ms, the median of the steps between them; 0 with fewer than two rows */
  readonly step: number
}

/** Less is no pause: GPU-Z skips a beat now and then. In ms. */
const LEAST_PAUSE = 5_000

/** Enough to know a pace by. */
const SAMPLE = 2_000

/** Looks at the rows of a span that were written first, no more than `most` and one: costs the same in a span of any length. */
export async function paceOf(connection: DuckDBConnection, span: DeviceSpan, most = SAMPLE): Promise<Pace> {
  const sql = `SELECT epoch_ms(ts)::DOUBLE FROM readings WHERE ${IN_SPAN} LIMIT ${most + 1}`
  const [times] = (await numbers(connection, sql, bound(span))) as number[][]
  times.sort((a, b) => a - b)
  const steps = times.slice(1).map((time, index) => time - times[index])
  steps.sort((a, b) => a - b)
  return { rows: times.length, step: steps[Math.floor(steps.length / 2)] ?? 0 }
}

/**
 * Neighbouring points further apart than this have a pause of the log between them. In ms.
 * @param bucket ms of a bucket, 0 where every reading is a point
 */
export function pauseAfter(step: number, bucket: number): number {
  return Math.max(3 * bucket, 3 * step, LEAST_PAUSE)
}

/** The longest time that one reading speaks for, in ms: the card may have been off after it. */
export function longestStep(step: number): number {
  return Math.max(step, LEAST_PAUSE)
}
