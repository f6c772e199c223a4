/**
 * A seeded source of chance: the same seed gives the same numbers on every machine.
 * Mulberry32 by Tommy Ettinger (public domain): 32 bits of state, passes gjrand; enough for a simulation, not for secrets.
 */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.next()
  }

  /** Bell-shaped, mean 0, variance 1, never beyond ±3: a sensor's noise has no long tails. */
  noise(): number {
    return (this.next() + this.next() + this.next() - 1.5) * 2
  }
}
