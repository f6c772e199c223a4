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
/** Looks between two words about what is waited for: 10 s. */
const SILENT_LOOKS = 20

export interface WaitOptions {
  /** ms */
  readonly timeout: number
  /** told now and then of what does not run yet */
  readonly onWaiting?: (waiting: readonly string[]) => void
}

/**
 * Looks until all run, or something has failed, for a few looks in a row, or until the time is over.
 * @returns what was found last
 */
export async function settled(look: () => Promise<Look>, { timeout, onWaiting }: WaitOptions): Promise<Look> {
  const until = Date.now() + timeout
  let [well, ill] = [0, 0]
  for (let looks = 1; ; looks++) {
    const found = await look()
    const { waiting, failed } = found
    well = waiting.length + failed.length === 0 ? well + 1 : 0
    ill = failed.length > 0 ? ill + 1 : 0
    if (well === LOOKS || ill === LOOKS || Date.now() > until) return found
    if (looks % SILENT_LOOKS === 0 && waiting.length > 0) onWaiting?.(waiting)
    await sleep(LOOK_MS)
  }
}

/** @throws Error with what has failed, or with what does not run after the timeout */
export async function untilRunning(look: () => Promise<Look>, options: WaitOptions): Promise<void> {
  const { waiting, failed } = await settled(look, options)
  if (failed.length > 0) throw new Error(failed.join('\n'))
  if (waiting.length === 0) return
  throw new Error(
    `after ${options.timeout / 1000} s this does not run yet: ${waiting.join('; ')}\n` +
      'It is submitted, and may still begin: look into the log of its server or worker, then ask gpumon doctor',
  )
}
