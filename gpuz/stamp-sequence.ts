/** A stretch of rows whose clock never stepped back by more than STEP_BACK. */
export interface StampRun {
  first: number
  last: number
  /** Every stamp of the run lies in the first `slots` ms of its second; 1000 where stamps have fractions. */
  slots: number
}

/** State of a StampSequence; plain JSON. */
export interface StampSequenceState {
  lastRaw: number | null
  lastGiven: number | null
  recent: number[]
  run: StampRun | null
  runs: StampRun[]
}

/** Stamps of sub-second logs run backwards by up to 0.9 s at each second, clock corrections by a second or two (FORMAT.md, hazards 16 to 18). */
const STEP_BACK = 5_000
/** More than the different ms in 2 × STEP_BACK, and a power of two. */
const RING = 16_384
const MAX_RUNS = 64

/**
 * Makes the stamps of a source unique in the order of its rows, with bounded memory: an equal stamp is moved on by 1 ms, and so is one that was
 * given out before the clock stepped back. A small step back is checked against the stamps of the last seconds. After a large one (a
 * clock set back by an hour, two logs joined in the wrong order) the stretches before it are known by their bounds and by the ms that they
 * used of each second: stamps that fall into such a stretch take the ms after those.
 */
export class StampSequence {
  #lastRaw = Number.NaN
  /** Greatest stamp given in this run. */
  #max = Number.NEGATIVE_INFINITY
  #lastGiven = Number.NEGATIVE_INFINITY
  /** Stamps up to here may meet an older run. */
  #barrier = Number.NEGATIVE_INFINITY
  #run: StampRun | null = null
  #runs: StampRun[] = []
  readonly #ring = new Float64Array(RING)
  #given = 0

  /** The unique stamp for the next row, whose clock read `raw` (UTC, ms). */
  next(raw: number): number {
    if (raw > this.#max && raw > this.#barrier) {
      this.#lastRaw = raw
      return this.#give(raw)
    }
    let stamp = raw
    if (raw < this.#max - STEP_BACK) this.#startRun()
    else if (raw === this.#lastRaw) stamp = this.#lastGiven + 1
    this.#lastRaw = raw
    for (;;) {
      const free = this.#afterOlderRuns(stamp)
      stamp = this.#usedRecently(free) ? free + 1 : free
      if (stamp === free) return this.#give(stamp)
    }
  }

  #give(stamp: number): number {
    this.#lastGiven = stamp
    if (stamp > this.#max) this.#max = stamp
    this.#ring[this.#given++ & (RING - 1)] = stamp
    const slots = Math.min(1000, stamp - 1000 * Math.floor(stamp / 1000) + 1)
    const run = this.#run
    if (run === null) this.#run = { first: stamp, last: stamp, slots }
    else {
      if (stamp > run.last) run.last = stamp
      else if (stamp < run.first) run.first = stamp
      if (slots > run.slots) run.slots = slots
    }
    return stamp
  }

  #startRun(): void {
    if (this.#run !== null) this.#runs.push(this.#run)
    // Joining two runs only widens what counts as used, so it costs exactness of some ms, never uniqueness.
    if (this.#runs.length > MAX_RUNS) {
      const [a, b] = this.#runs.splice(0, 2)
      this.#runs.unshift({
        first: Math.min(a.first, b.first),
        last: Math.max(a.last, b.last),
        slots: Math.max(a.slots, b.slots),
      })
    }
    this.#run = null
    this.#max = Number.NEGATIVE_INFINITY
    this.#given = 0
    this.#barrier = Math.max(...this.#runs.map((run) => run.last))
  }

  /** The first stamp from `stamp` on that no older run can have given. */
  #afterOlderRuns(stamp: number): number {
    let free = stamp
    for (let moved = true; moved; ) {
      moved = false
      for (const run of this.#runs) {
        if (free < run.first || free > run.last) continue
        const second = Math.floor(free / 1000) * 1000
        if (free - second >= run.slots) continue
        free = run.slots < 1000 ? second + run.slots : run.last + 1
        moved = true
      }
    }
    return free
  }

  #usedRecently(stamp: number): boolean {
    for (let i = this.#given - 1; i >= 0 && i >= this.#given - RING; i--) {
      const used = this.#ring[i & (RING - 1)]
      if (used === stamp) return true
      // When `used` was given nothing greater than used + STEP_BACK had been; so nothing before it can be `stamp`.
      if (used < stamp - STEP_BACK) return false
    }
    return false
  }

  /** Everything needed to go on after a restart. */
  snapshot(): StampSequenceState {
    const recent: number[] = []
    for (let i = this.#given - 1; i >= 0 && i >= this.#given - RING; i--) {
      const used = this.#ring[i & (RING - 1)]
      recent.unshift(used)
      if (used < this.#max - 2 * STEP_BACK) break
    }
    const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
    return {
      lastRaw: finite(this.#lastRaw),
      lastGiven: finite(this.#lastGiven),
      recent,
      run: this.#run === null ? null : { ...this.#run },
      runs: this.#runs.map((run) => ({ ...run })),
    }
  }

  static restore(state: StampSequenceState): StampSequence {
    const sequence = new StampSequence()
    sequence.#runs = state.runs.map((run) => ({ ...run }))
    sequence.#barrier = Math.max(Number.NEGATIVE_INFINITY, ...state.runs.map((run) => run.last))
    sequence.#run = state.run === null ? null : { ...state.run }
    sequence.#max = state.run?.last ?? Number.NEGATIVE_INFINITY
    sequence.#lastRaw = state.lastRaw ?? Number.NaN
    sequence.#lastGiven = state.lastGiven ?? Number.NEGATIVE_INFINITY
    for (const used of state.recent) sequence.#ring[sequence.#given++] = used
    return sequence
  }
}
