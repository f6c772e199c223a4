import type { Zone } from './zone.ts'

/**
 * Stamps of a log to UTC. All paths of the reader share one, since what a doubled hour means depends on the row before.
 * The UTC of a minute is kept: the rows of a minute cost one addition.
 */
export class WallClock {
  /** UTC of the last accepted row as its clock read it, NaN before the first. */
  previous = Number.NaN
  readonly #zone: Zone
  #minute = Number.NaN
  #utc = Number.NaN

  constructor(zone: Zone) {
    this.#zone = zone
  }

  /**
   * UTC in ms of the start of a local minute, or NaN if there is no such date.
   * @param previous UTC of the row before as its clock read it
   */
  minute(year: number, month: number, day: number, hour: number, minute: number, previous: number): number {
    if (hour > 23 || minute > 59 || month < 1 || month > 12 || day < 1 || year < 1970) return Number.NaN
    const local = Date.UTC(year, month - 1, day, hour, minute)
    if (local === this.#minute) return this.#utc
    if (new Date(local).getUTCDate() !== day) return Number.NaN
    this.#minute = local
    this.#utc = this.#zone.toUtc(local, previous)
    return this.#utc
  }
}
