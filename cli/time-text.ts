/** How instants are written for people: by the wall clock of a zone, as the log itself has them. */
export class WallClock {
  readonly #format: Intl.DateTimeFormat

  /** @param timezone IANA name, known to the runtime */
  constructor(timezone: string) {
    // Swedish writes dates as GPU-Z does: 2024-04-20 13:02:09.
    this.#format = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' })
  }

  /** @param ms since 1970-01-01 UTC */
  at(ms: number): string {
    return this.#format.format(ms)
  }

  /** The end of a stretch that began at `from`: without the date when it is the same. */
  until(from: number, to: number): string {
    const [begin, end] = [this.at(from), this.at(to)]
    return begin.slice(0, 10) === end.slice(0, 10) ? end.slice(11) : end
  }
}
