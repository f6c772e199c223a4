import { Zone } from '../gpuz/zone.ts'
import type { ZoneClock } from './api.ts'

/** Longer than a page stays open. */
const AHEAD_MS = 2 * 365 * 86_400_000

/** The offsets of a zone since 1970. Rules of later than two years from now are not in it. @param id IANA name @throws UnknownZoneError */
export function zoneClock(id: string): ZoneClock {
  return { id, offsets: new Zone(id).offsets(0, Date.now() + AHEAD_MS) }
}
