const formatters = new Map<string, Intl.DateTimeFormat>()

/** `2026-08-06 19:00:03` as a clock in the zone shows it. @param ms since 1970-01-01 UTC @param zone IANA name */
export function stamp(ms: number, zone: string): string {
  let formatter = formatters.get(zone)
  if (formatter === undefined) {
    // Sweden writes dates as ISO 8601 has them.
    formatter = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
    formatters.set(zone, formatter)
  }
  return formatter.format(ms)
}

/** `2026-08-06` */
export function day(ms: number, zone: string): string {
  return stamp(ms, zone).slice(0, 10)
}

/** `19:00:03` */
export function clock(ms: number, zone: string): string {
  return stamp(ms, zone).slice(11)
}

/** `2026-08-06 19:00:03 to 19:05:31`: the date once where both have it. */
export function stretch(from: number, to: number, zone: string): string {
  const end = stamp(to, zone)
  return `${stamp(from, zone)} to ${day(from, zone) === end.slice(0, 10) ? end.slice(11) : end}`
}
