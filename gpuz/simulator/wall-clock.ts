const QUARTER_HOUR = 900_000

/**
 * What a wall clock in an IANA zone shows, as ms since 1970-01-01 00:00 of that clock, for a moment given as ms since
 * 1970-01-01 UTC. The offset is looked up once a quarter of an hour, the finest step at which zones change theirs.
 * @throws RangeError for a zone that does not exist
 */
export function wallClock(timezone: string): (utcMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' })
  let quarter = Number.NaN
  let offset = 0
  return (utcMs) => {
    const current = Math.floor(utcMs / QUARTER_HOUR)
    if (current !== quarter) {
      quarter = current
      offset = offsetOf(format, utcMs)
    }
    return utcMs + offset
  }
}

function offsetOf(format: Intl.DateTimeFormat, utcMs: number): number {
  const name = format.formatToParts(utcMs).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  const match = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name)
  if (match === null) throw new RangeError(`cannot read the offset "${name}" that Intl gives`)
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match
  const ms = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -ms : ms
}
