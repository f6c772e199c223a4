import { DAY_MS, daysFromCivil, daysInMonth } from './calendar.ts'
import { datePattern } from './date-pattern.ts'
import { localToUtc, zone } from './zones.ts'

/**
 * Texts of DATE (days since 1970-01-01), TIME (ms of the day) and TIMESTAMP (ms since 1970 UTC), with Java's patterns.
 * A zone is an id such as `UTC`, `+0200` or `Europe/Berlin`; a zone inside the text wins over it. Everything here throws on texts that do not fit.
 */

const ISO_TIMESTAMP = datePattern("yyyy-MM-dd'T'HH:mm:ss.SSS")
const ISO_DATE = datePattern('yyyy-MM-dd')
const UTC = zone('UTC')

const PARTIAL =
  /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:T(?:(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?)?)?)?)?(Z|[+-]\d{2}:?\d{2})?$/i
const PARTIAL_TIME = /^(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?)?$/

export function formatTimestamp(utc: number, pattern: string, zoneId = 'UTC'): string {
  const place = zone(zoneId)
  return datePattern(pattern).format(utc + place.offsetAt(utc), utc, place)
}

/** Parts the text lacks are those of 1970-01-01T00:00:00. */
export function parseTimestamp(text: string, pattern: string, zoneId = 'UTC'): number {
  const fields = datePattern(pattern).parse(text)
  return localToUtc((fields.days ?? 0) * DAY_MS + (fields.time ?? 0), fields.zone ?? zone(zoneId))
}

export function formatDate(days: number, pattern: string): string {
  const local = days * DAY_MS
  return datePattern(pattern).format(local, local, UTC)
}

/** As ksqlDB's PARSE_DATE: the text may go on behind the pattern, patterns that give a time of day are refused. */
export function parseDate(text: string, pattern: string): number {
  const fields = datePattern(pattern).parseStart(text)
  if (fields.time !== null) throw new Error(`Date format contains time field: ${pattern}`)
  return fields.days ?? 0
}

export function formatTime(time: number, pattern: string): string {
  return datePattern(pattern).format(time, time, UTC)
}

/** Refuses patterns that give a date, as ksqlDB's PARSE_TIME does. */
export function parseTime(text: string, pattern: string): number {
  const fields = datePattern(pattern).parse(text)
  if (fields.days !== null) throw new Error(`Time format contains date field: ${pattern}`)
  return fields.time ?? 0
}

/**
 * `2020`, `2020-01`, `2020-01-01`, `2020-01-01T10`, … `2020-01-01T10:00:00.000+0100`: what ksqlDB takes where a STRING meets a TIMESTAMP or ROWTIME.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-reference/select-pull-query/
 */
export function parsePartialTimestamp(text: string): number {
  const match = PARTIAL.exec(text.trim())
  if (match === null) {
    throw new Error(
      `Failed to parse timestamp '${text}': Required format is: "yyyy-MM-dd'T'HH:mm:ss.SSS", with an optional numeric 4-digit timezone, for example: '2020-05-26T23.59.58.000' or with tz: '2020-05-26T23.59.58.000+0200'. Partials are also supported, for example "2020-05-26"`,
    )
  }
  const [, year, month, day, hour, minute, second, fraction, offset] = match
  const local = civilDays(text, Number(year), month, day) * DAY_MS + clock(text, hour, minute, second, fraction)
  return localToUtc(local, offset === undefined ? UTC : zone(offset.toUpperCase()))
}

/** `2020`, `2020-01`, `2020-01-01`, in days; a time of day is refused. */
export function parsePartialDate(text: string): number {
  const match = PARTIAL.exec(text.trim())
  if (match === null || match[4] !== undefined || match[8] !== undefined) {
    throw new Error(
      `Failed to parse date '${text}': Required format is: "yyyy-MM-dd", partials are also supported, for example "2020-05"`,
    )
  }
  return civilDays(text, Number(match[1]), match[2], match[3])
}

/** `10`, `10:15`, `10:15:30`, `10:15:30.123`, in ms of the day. */
export function parsePartialTime(text: string): number {
  const match = PARTIAL_TIME.exec(text.trim())
  if (match === null) {
    throw new Error(
      `Failed to parse time '${text}': Required format is: "HH:mm:ss.SSS", partials are also supported, for example "10:15"`,
    )
  }
  return clock(text, match[1], match[2], match[3], match[4])
}

/** As CAST(timestamp AS VARCHAR): 2020-01-01T10:00:00.000 */
export function timestampToText(utc: number): string {
  return ISO_TIMESTAMP.format(utc, utc, UTC)
}

/** As CAST(date AS VARCHAR): 2020-01-01 */
export function dateToText(days: number): string {
  return ISO_DATE.format(days * DAY_MS, days * DAY_MS, UTC)
}

/** As CAST(time AS VARCHAR), LocalTime.toString: 10:15, 10:15:30, 10:15:30.500 */
export function timeToText(time: number): string {
  const pattern = time % 1000 !== 0 ? 'HH:mm:ss.SSS' : time % 60_000 !== 0 ? 'HH:mm:ss' : 'HH:mm'
  return formatTime(time, pattern)
}

function civilDays(text: string, year: number, month = '1', day = '1'): number {
  const m = Number(month)
  const d = Number(day)
  if (m < 1 || m > 12 || d < 1 || d > daysInMonth(year, m)) throw new Error(`Failed to parse '${text}': no such date`)
  return daysFromCivil(year, m, d)
}

function clock(text: string, hour = '0', minute = '0', second = '0', fraction = '0'): number {
  const [h, m, s] = [Number(hour), Number(minute), Number(second)]
  if (h > 23 || m > 59 || s > 59) throw new Error(`Failed to parse '${text}': no such time of day`)
  return h * 3_600_000 + m * 60_000 + s * 1000 + Math.floor(Number(fraction.padEnd(9, '0')) / 1_000_000)
}
