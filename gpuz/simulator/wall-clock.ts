import { Zone } from '../zone.ts'

const QUARTER_HOUR = 900_000

/**
 * What a wall clock in an IANA zone shows, as ms since 1970-01-01 00:00 of that clock, for a moment given as ms since
 * 1970-01-01 UTC. The offset is looked up once a quarter of an hour, the finest step at which zones change theirs.
 * @throws UnknownZoneError
 */
export function wallClock(timezone: string): (utcMs: number) => number {
  const zone = new Zone(timezone)
  let quarter = Number.NaN
  let offset = 0
  return (utcMs) => {
    const current = Math.floor(utcMs / QUARTER_HOUR)
    if (current !== quarter) {
      quarter = current
      offset = zone.offsetAt(utcMs)
    }
    return utcMs + offset
  }
}
