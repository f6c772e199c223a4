import { systemTimezone, Zone } from '../gpuz/zone.ts'

export { systemTimezone }

/**
 * Checks the name of a time zone.
 * @throws UnknownZoneError, which offers the nearest names
 */
export function checkTimezone(name: string): string {
  return new Zone(name).id
}
