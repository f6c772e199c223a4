/** A time zone as java.time sees it: offsets by instant, and the short and long names of English speakers. */
export interface Zone {
  readonly id: string
  /** ms east of UTC at an instant (ms since 1970 UTC) */
  offsetAt(utc: number): number
  nameAt(utc: number, style: 'short' | 'long'): string
}

const HOUR = 3_600_000
const OFFSET_ID = /^(?:(UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?|(UTC|GMT|UT|Z))$/

/** Abbreviations in use, by the long name that Unicode CLDR gives the zone, with a zone that keeps that time. */
const ABBREVIATIONS: readonly (readonly [short: string, long: string, zone: string])[] = [
  // the first of two equal abbreviations is the one that is read
  ['PST', 'Pacific Standard Time', 'America/Los_Angeles'],
  ['PDT', 'Pacific Daylight Time', 'America/Los_Angeles'],
  ['MST', 'Mountain Standard Time', 'America/Denver'],
  ['MDT', 'Mountain Daylight Time', 'America/Denver'],
  ['CST', 'Central Standard Time', 'America/Chicago'],
  ['CDT', 'Central Daylight Time', 'America/Chicago'],
  ['EST', 'Eastern Standard Time', 'America/New_York'],
  ['EDT', 'Eastern Daylight Time', 'America/New_York'],
  ['AST', 'Atlantic Standard Time', 'America/Halifax'],
  ['ADT', 'Atlantic Daylight Time', 'America/Halifax'],
  ['NST', 'Newfoundland Standard Time', 'America/St_Johns'],
  ['NDT', 'Newfoundland Daylight Time', 'America/St_Johns'],
  ['AKST', 'Alaska Standard Time', 'America/Anchorage'],
  ['AKDT', 'Alaska Daylight Time', 'America/Anchorage'],
  ['HST', 'Hawaii-Aleutian Standard Time', 'Pacific/Honolulu'],
  ['HDT', 'Hawaii-Aleutian Daylight Time', 'America/Adak'],
  ['BRT', 'Brasilia Standard Time', 'America/Sao_Paulo'],
  ['ART', 'Argentina Standard Time', 'America/Argentina/Buenos_Aires'],
  ['GMT', 'Greenwich Mean Time', 'Europe/London'],
  ['BST', 'British Summer Time', 'Europe/London'],
  ['IST', 'India Standard Time', 'Asia/Kolkata'],
  ['IST', 'Irish Standard Time', 'Europe/Dublin'],
  ['WET', 'Western European Standard Time', 'Europe/Lisbon'],
  ['WEST', 'Western European Summer Time', 'Europe/Lisbon'],
  ['CET', 'Central European Standard Time', 'Europe/Paris'],
  ['CEST', 'Central European Summer Time', 'Europe/Paris'],
  ['EET', 'Eastern European Standard Time', 'Europe/Helsinki'],
  ['EEST', 'Eastern European Summer Time', 'Europe/Helsinki'],
  ['MSK', 'Moscow Standard Time', 'Europe/Moscow'],
  ['SAST', 'South Africa Standard Time', 'Africa/Johannesburg'],
  ['PKT', 'Pakistan Standard Time', 'Asia/Karachi'],
  ['CST', 'China Standard Time', 'Asia/Shanghai'],
  ['HKT', 'Hong Kong Standard Time', 'Asia/Hong_Kong'],
  ['SGT', 'Singapore Standard Time', 'Asia/Singapore'],
  ['JST', 'Japan Standard Time', 'Asia/Tokyo'],
  ['KST', 'Korean Standard Time', 'Asia/Seoul'],
  ['AWST', 'Australian Western Standard Time', 'Australia/Perth'],
  ['ACST', 'Australian Central Standard Time', 'Australia/Adelaide'],
  ['ACDT', 'Australian Central Daylight Time', 'Australia/Adelaide'],
  ['AEST', 'Australian Eastern Standard Time', 'Australia/Sydney'],
  ['AEDT', 'Australian Eastern Daylight Time', 'Australia/Sydney'],
  ['NZST', 'New Zealand Standard Time', 'Pacific/Auckland'],
  ['NZDT', 'New Zealand Daylight Time', 'Pacific/Auckland'],
]
const shortByLong = new Map(ABBREVIATIONS.map(([short, long]) => [long, short]))
const zoneByName = new Map(
  [...ABBREVIATIONS]
    .reverse()
    .flatMap(([short, long, id]) => [[short, id] as const, [long.toUpperCase(), id] as const]),
)

const zones = new Map<string, Zone>()

/** A zone by id: `UTC`, `Z`, `+0200`, `+02:00`, `GMT+2`, `Europe/Berlin`. Throws java.time's message for others. */
export function zone(id: string): Zone {
  const known = zones.get(id)
  if (known !== undefined) return known
  const created = fixedZone(id) ?? regionZone(id)
  zones.set(id, created)
  return created
}

/** A zone by what stands in a text: an id or an abbreviation such as PST, in any case; null for anything else. */
export function zoneByText(text: string): Zone | null {
  const region = zoneByName.get(text.toUpperCase())
  try {
    return zone(region ?? text)
  } catch {
    return null
  }
}

/** The instant of a wall-clock time. In a gap the clock is moved on by the gap, in an overlap the earlier offset counts, as in ZonedDateTime.of. */
export function localToUtc(local: number, place: Zone): number {
  const before = place.offsetAt(local - 24 * HOUR)
  const after = place.offsetAt(local + 24 * HOUR)
  if (before === after || place.offsetAt(local - before) === before) return local - before
  return place.offsetAt(local - after) === after ? local - after : local - before
}

/** `+02:00` and its kin. */
export function formatOffset(offset: number, colon: boolean): string {
  const minutes = Math.trunc(Math.abs(offset) / 60_000)
  const hh = String(Math.trunc(minutes / 60)).padStart(2, '0')
  const mm = String(minutes % 60).padStart(2, '0')
  return `${offset < 0 ? '-' : '+'}${hh}${colon ? ':' : ''}${mm}`
}

function fixedZone(id: string): Zone | null {
  const match = OFFSET_ID.exec(id)
  if (match === null) return null
  const size = Number(match[3] ?? 0) * HOUR + Number(match[4] ?? 0) * 60_000 + Number(match[5] ?? 0) * 1000
  if (size > 18 * HOUR) throw new Error(`Zone offset not in valid range: -18:00 to +18:00: ${id}`)
  const offset = match[2] === '-' ? -size : size
  const prefix = match[1] ?? match[6]
  const name = size === 0 ? (prefix ?? 'Z') : `${prefix ?? ''}${formatOffset(offset, true)}`
  return { id: name, offsetAt: () => offset, nameAt: () => name }
}

function regionZone(id: string): Zone {
  let format: Intl.DateTimeFormat
  try {
    if (!/^[A-Za-z]/.test(id)) throw new RangeError(id)
    format = new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName: 'longOffset' })
  } catch (cause) {
    throw new Error(`Unknown time-zone ID: ${id}`, { cause })
  }
  const long = new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName: 'long' })
  const short = new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName: 'short' })
  let cachedFrom = Number.NaN
  let cachedOffset = 0
  return {
    id,
    offsetAt(utc) {
      // Zones change their offset at whole quarters of an hour since 1970; Intl is slow, records are near each other.
      const from = Math.floor(utc / 900_000)
      if (from !== cachedFrom) {
        cachedOffset = parseIntlOffset(zoneNameOf(format, utc))
        cachedFrom = from
      }
      return cachedOffset
    },
    nameAt(utc, style) {
      const name = zoneNameOf(long, utc)
      return style === 'long' ? name : (shortByLong.get(name) ?? zoneNameOf(short, utc))
    },
  }
}

function zoneNameOf(format: Intl.DateTimeFormat, utc: number): string {
  return format.formatToParts(utc).find((part) => part.type === 'timeZoneName')?.value ?? ''
}

/** `GMT`, `GMT+02:00`, `GMT-07:52:58` */
function parseIntlOffset(text: string): number {
  const match = /([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(text)
  if (match === null) return 0
  const size = Number(match[2]) * HOUR + Number(match[3]) * 60_000 + Number(match[4] ?? 0) * 1000
  return match[1] === '-' ? -size : size
}
