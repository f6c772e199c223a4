import { setTimeout as sleep } from 'node:timers/promises'
import type { RowsInColumns } from '../engine/index.ts'
import { sliceRows } from './merge-by-time.ts'

export interface Clock {
  /** ms, from any start */
  readonly now: () => number
  /** @throws when `signal` is aborted */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>
}

const MACHINE: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) => sleep(ms, undefined, { signal }),
}

/** Rows that fall due within this time go together. */
const TICK_MS = 20
/** Event time: GPU-Z was off, or the machine asleep. Nobody wants to watch that. */
const LONGEST_PAUSE_MS = 60_000

/**
 * Gives rows out at `speed` times the pace at which they were logged. Pauses of more than a minute in the log count as a minute.
 */
export async function* paced(
  batches: AsyncIterable<RowsInColumns>,
  speed: number,
  signal: AbortSignal,
  { now, wait }: Clock = MACHINE,
): AsyncGenerator<RowsInColumns, void, undefined> {
  let due = now()
  let previous = Number.NaN
  for await (const rows of batches) {
    let from = 0
    for (let i = 0; i < rows.count; i++) {
      const time = rows.rowtime[i]
      const step = Number.isNaN(previous) ? 0 : time - previous
      previous = time
      due += Math.min(LONGEST_PAUSE_MS, Math.max(0, step)) / speed
      const early = due - now()
      if (early <= TICK_MS) continue
      if (i > from) yield sliceRows(rows, from, i)
      from = i
      try {
        await wait(early, signal)
      } catch (error) {
        if (signal.aborted) return
        throw error
      }
    }
    if (from < rows.count) yield sliceRows(rows, from, rows.count)
  }
}
