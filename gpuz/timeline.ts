import { LISTED, type LogReport, type Session } from './report.ts'
import { StampSequence, type StampSequenceState } from './stamp-sequence.ts'
import type { WallClock } from './wall-clock.ts'

/** GPU-Z samples every 0.1 to 10 s. A gap is longer than that, and than five of the steps before it. */
const SLOWEST_SAMPLING = 10_000

/** State of a Timeline; plain JSON. */
export interface TimelineState {
  /** UTC of the last row as its clock read it. */
  readonly previous: number | null
  readonly step: number
  readonly stamps: StampSequenceState
}

/** The rows of a log in time: makes their stamps unique, and notes sessions and gaps in the report. */
export class Timeline {
  readonly #report: LogReport
  readonly #clock: WallClock
  #stamps = new StampSequence()
  #session: Session | null = null
  /** The last step forward between two rows, ms. */
  #step = 1_000

  constructor(report: LogReport, clock: WallClock) {
    this.#report = report
    this.#clock = clock
  }

  /** GPU-Z was started: the rows that follow are a session of their own. */
  startSession(line: number): void {
    const { sessions } = this.#report
    this.#session = { line, rows: 0, firstTs: null, lastTs: null }
    this.#report.sessionCount++
    if (sessions.length < LISTED) sessions.push(this.#session)
  }

  /**
   * Takes rows `from` to `to` into the log. Their stamps are UTC as the clock read it, and become unique.
   * @param line of the first of them; the others stand on the lines behind it
   */
  accept(ts: Float64Array, from: number, to: number, line: number): void {
    const report = this.#report
    let previous = this.#clock.previous
    let first = report.firstTs ?? Number.POSITIVE_INFINITY
    let last = report.lastTs ?? Number.NEGATIVE_INFINITY
    for (let i = from; i < to; i++) {
      const raw = ts[i]
      const step = raw - previous
      if (step > SLOWEST_SAMPLING) this.#noteLongStep(previous, raw, line + i - from, i === from)
      else if (step === 0) report.equalStamps++
      else if (step < 0) report.stepsBack++
      if (step > 0) this.#step = step
      previous = raw
      const stamp = this.#stamps.next(raw)
      ts[i] = stamp
      if (stamp < first) first = stamp
      if (stamp > last) last = stamp
    }
    if (first <= last) {
      report.firstTs = first
      report.lastTs = last
    }
    this.#clock.previous = previous
    report.rows += to - from
    const session = this.#session
    if (session === null) return
    session.rows += to - from
    session.firstTs ??= ts[from]
    session.lastTs = ts[to - 1]
  }

  #noteLongStep(fromTs: number, toTs: number, line: number, first: boolean): void {
    if (toTs - fromTs <= 5 * Math.min(this.#step, SLOWEST_SAMPLING)) return
    this.#report.gapCount++
    const atHeader = first && this.#session?.rows === 0
    if (this.#report.gaps.length < LISTED) this.#report.gaps.push({ line, fromTs, toTs, atHeader })
  }

  snapshot(): TimelineState {
    const { previous } = this.#clock
    return { previous: Number.isNaN(previous) ? null : previous, step: this.#step, stamps: this.#stamps.snapshot() }
  }

  static restore(state: TimelineState, report: LogReport, clock: WallClock): Timeline {
    const timeline = new Timeline(report, clock)
    clock.previous = state.previous ?? Number.NaN
    timeline.#step = state.step
    timeline.#stamps = StampSequence.restore(state.stamps)
    timeline.#session = report.sessionCount > LISTED ? null : (report.sessions.at(-1) ?? null)
    return timeline
  }
}
