import { durationText } from '../jobs/duration-text.ts'
import { whole } from '../jobs/number-text.ts'

/** How far a piece of long work is. */
export interface ProgressState {
  /** rows worked on so far */
  readonly rows: number
  /** share of the whole, 0 to 1; null where nobody knows the whole */
  readonly share: number | null
}

const REDRAW_MS = 100
const LINE_MS = 5_000
/** Where there is no end to come nearer to, lines only say that it is alive. */
const ENDLESS_LINE_MS = 60_000
const BAR_CELLS = 24

/**
 * Shows progress on stderr: on a terminal a bar that is drawn over, in a pipe a plain line every few seconds, so logs stay
 * readable.
 */
export class ProgressBar {
  readonly #stream: NodeJS.WriteStream
  readonly #label: string
  readonly #now: () => number
  readonly #begun: number
  #shown: number
  #drawn = false

  constructor(label: string, stream: NodeJS.WriteStream = process.stderr, now: () => number = () => performance.now()) {
    this.#label = label
    this.#stream = stream
    this.#now = now
    this.#begun = now()
    this.#shown = this.#begun
  }

  update(state: ProgressState): void {
    const now = this.#now()
    const lineMs = state.share === null ? ENDLESS_LINE_MS : LINE_MS
    if (now - this.#shown < (this.#stream.isTTY ? REDRAW_MS : lineMs)) return
    this.#shown = now
    const text = progressText(this.#label, state, (now - this.#begun) / 1000)
    if (!this.#stream.isTTY) {
      this.#stream.write(`${text}\n`)
      return
    }
    const bar = state.share === null ? '' : `${barOf(state.share)} `
    this.#stream.write(`\r\u001b[K${`${bar}${text}`.slice(0, (this.#stream.columns ?? 80) - 1)}`)
    this.#drawn = true
  }

  /** Takes the bar off the screen; other output may follow. */
  clear(): void {
    if (this.#drawn) this.#stream.write('\r\u001b[K')
    this.#drawn = false
  }
}

/** Label, share, rows, rows a second and time left, as far as they are known. */
export function progressText(label: string, { rows, share }: ProgressState, seconds: number): string {
  const parts = [label]
  if (share !== null) parts.push(`${Math.floor(100 * share)} %`)
  parts.push(`${whole(rows)} rows`)
  if (seconds > 0) parts.push(`${whole(Math.round(rows / seconds))} rows/s`)
  if (share !== null && share > 0) parts.push(`${durationText((1000 * seconds * (1 - share)) / share)} left`)
  return parts.join('  ')
}

function barOf(share: number): string {
  const full = Math.round(BAR_CELLS * Math.min(1, share))
  return `[${'='.repeat(full)}${' '.repeat(BAR_CELLS - full)}]`
}
