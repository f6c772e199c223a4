import { DAY_MS, daysFromCivil, daysInMonth, isLeapYear } from './calendar.ts'
import type { NumberField, OffsetStyle, PatternNode, TextField } from './date-pattern.ts'
import { type Zone, zone, zoneByText } from './zones.ts'

/** What a text said; fields it did not say are absent. */
export interface ParsedFields {
  /** days since 1970-01-01, missing parts of the date taken from 1970-01-01; null when the text had no part of a date */
  readonly days: number | null
  /** ms of the day, missing parts 0; null when the text had no part of a time */
  readonly time: number | null
  readonly zone: Zone | null
}

type Values = Map<NumberField | TextField, number> & { zone?: Zone }

/** Reads the whole text, or as much as the pattern needs; throws DateTimeParseException's message. */
export function parseNodes(nodes: readonly PatternNode[], text: string, mayGoOn: boolean): ParsedFields {
  const values: Values = new Map()
  const end = parseSequence(nodes, text, 0, values)
  if (end < 0) throw new Error(`Text '${text}' could not be parsed at index ${~end}`)
  if (end < text.length && !mayGoOn)
    throw new Error(`Text '${text}' could not be parsed, unparsed text found at index ${end}`)
  try {
    return { days: resolveDate(values), time: resolveTime(values), zone: values.zone ?? null }
  } catch (cause) {
    throw new Error(`Text '${text}' could not be parsed: ${(cause as Error).message}`, { cause })
  }
}

/** The index behind what was read, or its complement (~index) at the place of failure. */
function parseSequence(nodes: readonly PatternNode[], text: string, start: number, values: Values): number {
  let at = start
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i]
    if (node === undefined) break
    at = node.kind === 'number' ? parseNumber(nodes, i, text, at, values) : parseNode(node, text, at, values)
    if (at < 0) return at
  }
  return at
}

function parseNode(node: PatternNode, text: string, at: number, values: Values): number {
  switch (node.kind) {
    case 'literal':
      return matches(text, at, node.text) ? at + node.text.length : ~at
    case 'fraction': {
      const digits = text.slice(at, at + node.digits)
      if (digits.length < node.digits || !/^\d+$/.test(digits)) return ~at
      values.set('nano', Number(digits.padEnd(9, '0')))
      return at + node.digits
    }
    case 'text':
      return parseName(node.names, node.field, text, at, values)
    case 'offset':
      return parseOffset(node.style, node.zero, text, at, values)
    case 'zone-id':
    case 'zone-name':
      return parseZone(text, at, values)
    case 'optional': {
      const attempt: Values = new Map(values)
      const end = parseSequence(node.nodes, text, at, attempt)
      if (end < 0) return at
      for (const [field, value] of attempt) values.set(field, value)
      if (attempt.zone !== undefined) values.zone = attempt.zone
      return end
    }
    case 'number':
      return ~at
  }
}

function matches(text: string, at: number, wanted: string): boolean {
  return text.slice(at, at + wanted.length).toLowerCase() === wanted.toLowerCase()
}

function parseNumber(nodes: readonly PatternNode[], i: number, text: string, at: number, values: Values): number {
  const node = nodes[i]
  if (node?.kind !== 'number') return ~at
  const sign = /[+-]/.test(text[at] ?? '') && node.max === 19 ? 1 : 0
  if (sign === 1 && text[at] === '-' && node.field !== 'year') return ~at
  const from = at + sign
  let digits = 0
  while (digits < node.max && /\d/.test(text[from + digits] ?? '')) digits++
  // A number of free width leaves the digits that numbers of fixed width right behind it need: yyyyMMdd
  if (node.max > node.min) digits = Math.max(node.min, digits - reserved(nodes, i + 1))
  const shown = text.slice(from, from + digits)
  if (digits < node.min || shown.length < digits || !/^\d+$/.test(shown)) return ~at
  const value = Number(shown) * (text[at] === '-' ? -1 : 1)
  values.set(node.field, node.reduced ? 2000 + value : value)
  return from + digits
}

function reserved(nodes: readonly PatternNode[], start: number): number {
  let digits = 0
  for (let i = start; i < nodes.length; i++) {
    const node = nodes[i]
    if (node?.kind === 'fraction') digits += node.digits
    else if (node?.kind === 'number' && node.min === node.max) digits += node.min
    else break
  }
  return digits
}

function parseName(names: readonly string[], field: TextField, text: string, at: number, values: Values): number {
  let best = -1
  names.forEach((name, index) => {
    if (matches(text, at, name) && name.length > (names[best]?.length ?? 0)) best = index
  })
  if (best < 0) return ~at
  const oneBased = field === 'month' || field === 'weekday' || field === 'quarter'
  values.set(field, oneBased ? best + 1 : best)
  return at + (names[best]?.length ?? 0)
}

function parseOffset(style: OffsetStyle, zero: string, text: string, at: number, values: Values): number {
  const rest = text.slice(at)
  const shapes: Record<OffsetStyle, RegExp> = {
    '+HHmm': /^[+-]\d{2}(?:\d{2})?/,
    '+HHMM': /^[+-]\d{4}/,
    '+HH:MM': /^[+-]\d{2}:\d{2}/,
    'GMT+H:mm': /^GMT[+-]\d{1,2}(?::\d{2})?/i,
  }
  const match = shapes[style].exec(rest)
  if (match !== null) {
    values.zone = zone(match[0].replace(/^GMT/i, ''))
    return at + match[0].length
  }
  if (!matches(text, at, zero)) return ~at
  values.zone = zone('Z')
  return at + zero.length
}

function parseZone(text: string, at: number, values: Values): number {
  const match = /^(?:[A-Za-z][A-Za-z0-9_/+-]*(?::\d{2})?|[+-]\d{1,2}(?::?\d{2}){0,2})(?: [A-Za-z]+)*/.exec(
    text.slice(at),
  )
  // long names have blanks: try the longest run of words first
  for (let name = match?.[0] ?? ''; name !== ''; name = name.slice(0, Math.max(0, name.lastIndexOf(' ')))) {
    const found = zoneByText(name)
    if (found !== null) {
      values.zone = found
      return at + name.length
    }
  }
  return ~at
}

function resolveDate(values: Values): number | null {
  const year = yearOf(values)
  const month = values.get('month') ?? quarterStart(values)
  const day = values.get('day')
  const ofYear = values.get('dayOfYear')
  if (year === undefined && month === undefined && day === undefined && ofYear === undefined) return null
  const y = year ?? 1970
  if (ofYear !== undefined && month === undefined) {
    check('DayOfYear', ofYear, 1, isLeapYear(y) ? 366 : 365)
    return daysFromCivil(y, 1, 1) + ofYear - 1
  }
  check('MonthOfYear', month ?? 1, 1, 12)
  check('DayOfMonth', day ?? 1, 1, 31)
  // java.time's smart resolving: 31 April is 30 April
  return daysFromCivil(y, month ?? 1, Math.min(day ?? 1, daysInMonth(y, month ?? 1)))
}

function yearOf(values: Values): number | undefined {
  const ofEra = values.get('yearOfEra')
  if (ofEra === undefined) return values.get('year')
  return values.get('era') === 0 ? 1 - ofEra : ofEra
}

function quarterStart(values: Values): number | undefined {
  const quarter = values.get('quarter')
  return quarter === undefined ? undefined : quarter * 3 - 2
}

function resolveTime(values: Values): number | null {
  const ofDay = values.get('milliOfDay') ?? nanosToMillis(values.get('nanoOfDay'))
  if (ofDay !== undefined) {
    check('MilliOfDay', ofDay, 0, DAY_MS - 1)
    return ofDay
  }
  const hour = hourOf(values)
  const minute = values.get('minute')
  const second = values.get('second')
  const nano = values.get('nano')
  if (hour === undefined && minute === undefined && second === undefined && nano === undefined) return null
  check('HourOfDay', hour ?? 0, 0, 23)
  check('MinuteOfHour', minute ?? 0, 0, 59)
  check('SecondOfMinute', second ?? 0, 0, 59)
  return (hour ?? 0) * 3_600_000 + (minute ?? 0) * 60_000 + (second ?? 0) * 1000 + (nanosToMillis(nano) ?? 0)
}

function nanosToMillis(nanos: number | undefined): number | undefined {
  return nanos === undefined ? undefined : Math.floor(nanos / 1_000_000)
}

function hourOf(values: Values): number | undefined {
  const hour = values.get('hour')
  if (hour !== undefined) return hour
  const clock = values.get('clockHour')
  if (clock !== undefined) {
    check('ClockHourOfDay', clock, 1, 24)
    return clock % 24
  }
  const half = values.get('clockHourOfAmPm')
  if (half !== undefined) check('ClockHourOfAmPm', half, 1, 12)
  const ofAmPm = half === undefined ? values.get('hourOfAmPm') : half % 12
  if (ofAmPm === undefined) return undefined
  check('HourOfAmPm', ofAmPm, 0, 11)
  const ampm = values.get('ampm')
  if (ampm === undefined) throw new Error('an hour of 1 to 12 needs AM or PM')
  return ofAmPm + ampm * 12
}

function check(field: string, value: number, low: number, high: number): void {
  if (value < low || value > high) {
    throw new Error(`Invalid value for ${field} (valid values ${low} - ${high}): ${value}`)
  }
}
