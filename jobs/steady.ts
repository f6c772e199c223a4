import { setTimeout as sleep } from 'node:timers/promises'

/** What a look at things that are starting finds; nothing in either: all of them run. */
export interface Look {
  /** in words, what does not run yet */
  readonly waiting: readonly string[]
  /** in words, what has failed */
  readonly failed: readonly string[]
}

const LOOK_MS = 500
/** What has just started may fail with its first record, and what is told as failed may be being started again. */
const LOOKS = 3

/**
 * Looks until all run, or something has failed, for a few looks in a row, or until the time is over.
 * @param timeout ms
 * @returns what was found last
 */
export async function settled(look: () => Promise<Look>, timeout: number): Promise<Look> {
  let [well, ill] = [0, 0]
  for (const until = Date.now() + timeout; ; await sleep(LOOK_MS)) {
    const found = await look()
    const { waiting, failed } = found
    well = waiting.length + failed.length === 0 ? well + 1 : 0
    ill = failed.length > 0 ? ill + 1 : 0
    if (well === LOOKS || ill === LOOKS || Date.now() > until) return found
  }
}

/** @param timeout ms @throws Error with what has failed, or with what does not run after the timeout */
export async function untilRunning(look: () => Promise<Look>, timeout: number): Promise<void> {
  const { waiting, failed } = await settled(look, timeout)
  if (failed.length > 0) throw new Error(failed.join('\n'))
  if (waiting.length > 0) throw new Error(`after ${timeout / 1000} s this does not run yet: ${waiting.join('; ')}`)
}
