import type { ZoneClock } from '../api.ts'

// Intl would do all this by a zone's name, but its first use takes the browser as long as a chart does.

const MINUTE = 60_000

/** `2026-08-06 19:00:03` as a clock in the zone shows it. @param ms since 1970-01-01 UTC */
export function stamp(ms: number, zone: ZoneClock): string {
  const [date, time] = new Date(ms + offsetAt(ms, zone)).toISOString().split('T')
  return `${date} ${time.slice(0, 8)}`
}

/** `2026-08-06` */
export function day(ms: number, zone: ZoneClock): string {
  return stamp(ms, zone).split(' ')[0]
}

/** `19:00:03` */
export function clock(ms: number, zone: ZoneClock): string {
  return stamp(ms, zone).split(' ')[1]
}

/** `2026-08-06 19:00:03 to 19:05:31`: the date once where both have it. */
export function stretch(from: number, to: number, zone: ZoneClock): string {
  const end = day(from, zone) === day(to, zone) ? clock(to, zone) : stamp(to, zone)
  return `${stamp(from, zone)} to ${end}`
}

/** A date whose local parts, in the zone of the browser, are those of the log's zone; an hour later where the browser's zone skips that hour. */
export function wallClock(ms: number, zone: ZoneClock): Date {
  const date = new Date(ms)
  return new Date(ms + offsetAt(ms, zone) + date.getTimezoneOffset() * MINUTE)
}

function offsetAt(ms: number, { offsets }: ZoneClock): number {
  const at = offsets.findLast(({ since }) => since <= ms) ?? offsets[0]
  return at.offset
}
