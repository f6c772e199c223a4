import { civilFromDays, DAY_MS, dayOfWeek, dayOfYear } from './calendar.ts'
import { type ParsedFields, parseNodes } from './date-parse.ts'
import { formatOffset, type Zone } from './zones.ts'

/**
 * java.time.format.DateTimeFormatter patterns, English names. Not carried: week-based fields (Y, w, W, e, c), B, g, v and padding (p).
 * https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/time/format/DateTimeFormatter.html#patterns
 */
export interface DatePattern {
  readonly pattern: string
  /** @param local wall-clock ms since 1970 @param utc the instant, for zone texts */
  format(local: number, utc: number, zone: Zone): string
  /** The fields a text gives, letters in any case; throws with the place where the text leaves the pattern. */
  parse(text: string): ParsedFields
  /** The same of a text that may go on behind the pattern. */
  parseStart(text: string): ParsedFields
}

export type NumberField =
  | 'year'
  | 'yearOfEra'
  | 'month'
  | 'quarter'
  | 'day'
  | 'dayOfYear'
  | 'hour'
  | 'clockHour'
  | 'hourOfAmPm'
  | 'clockHourOfAmPm'
  | 'minute'
  | 'second'
  | 'nano'
  | 'milliOfDay'
  | 'nanoOfDay'

export type TextField = 'month' | 'weekday' | 'ampm' | 'era' | 'quarter'

export type PatternNode =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'number'
      readonly field: NumberField
      readonly min: number
      readonly max: number
      readonly reduced: boolean
    }
  | { readonly kind: 'fraction'; readonly digits: number }
  | { readonly kind: 'text'; readonly field: TextField; readonly names: readonly string[] }
  | { readonly kind: 'offset'; readonly style: OffsetStyle; readonly zero: string }
  | { readonly kind: 'zone-id' }
  | { readonly kind: 'zone-name'; readonly style: 'short' | 'long' }
  | { readonly kind: 'optional'; readonly nodes: readonly PatternNode[] }

export type OffsetStyle = '+HHmm' | '+HHMM' | '+HH:MM' | 'GMT+H:mm'

const MONTHS = 'January February March April May June July August September October November December'.split(' ')
const DAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ')
const short = (names: readonly string[]) => names.map((name) => name.slice(0, 3))
const narrow = (names: readonly string[]) => names.map((name) => name.slice(0, 1))

/** letter → field and its width limits: one letter alone takes up to `max` digits, more letters exactly that many */
const NUMBERS: Readonly<Record<string, readonly [field: NumberField, max: number, letters: number]>> = {
  d: ['day', 19, 2],
  D: ['dayOfYear', 19, 3],
  H: ['hour', 19, 2],
  k: ['clockHour', 19, 2],
  K: ['hourOfAmPm', 19, 2],
  h: ['clockHourOfAmPm', 19, 2],
  m: ['minute', 19, 2],
  s: ['second', 19, 2],
  n: ['nano', 19, 19],
  A: ['milliOfDay', 19, 19],
  N: ['nanoOfDay', 19, 19],
}

const cache = new Map<string, DatePattern>()

/** Compiles a pattern once. Throws java.time's message for letters it does not have. */
export function datePattern(pattern: string): DatePattern {
  const known = cache.get(pattern)
  if (known !== undefined) return known
  const nodes = compile(pattern)
  const compiled: DatePattern = {
    pattern,
    format: (local, utc, zone) => formatNodes(nodes, { local, utc, zone }),
    parse: (text) => parseNodes(nodes, text, false),
    parseStart: (text) => parseNodes(nodes, text, true),
  }
  // Patterns may come from a column: a cache that only grows would be a leak.
  if (cache.size > 1000) cache.clear()
  cache.set(pattern, compiled)
  return compiled
}

function compile(pattern: string): PatternNode[] {
  const open: PatternNode[][] = [[]]
  let at = 0
  const push = (node: PatternNode) => open[open.length - 1]?.push(node)
  while (at < pattern.length) {
    const char = pattern[at] ?? ''
    if (/[A-Za-z]/.test(char)) {
      const start = at
      while (pattern[at] === char) at++
      push(letters(char, at - start, pattern))
    } else if (char === "'") {
      const [text, next] = quoted(pattern, at)
      push({ kind: 'literal', text })
      at = next
    } else {
      if (char === '[') open.push([])
      else if (char === ']') {
        const nodes = open.pop()
        if (nodes === undefined || open.length === 0)
          throw new Error('Pattern invalid as it contains ] without previous [')
        push({ kind: 'optional', nodes })
      } else if ('{}#'.includes(char)) {
        throw new Error(`Pattern includes reserved character: '${char}'`)
      } else push({ kind: 'literal', text: char })
      at++
    }
  }
  // an optional section may stay open to the end
  while (open.length > 1) {
    const nodes = open.pop() ?? []
    push({ kind: 'optional', nodes })
  }
  return open[0] ?? []
}

function quoted(pattern: string, start: number): [text: string, next: number] {
  let text = ''
  for (let at = start + 1; at < pattern.length; at++) {
    if (pattern[at] !== "'") text += pattern[at]
    else if (pattern[at + 1] === "'") {
      text += "'"
      at++
    } else return [text === '' ? "'" : text, at + 1]
  }
  throw new Error(`Pattern ends with an incomplete string literal: ${pattern}`)
}

function letters(letter: string, count: number, pattern: string): PatternNode {
  const number = NUMBERS[letter]
  if (number !== undefined) {
    const [field, max, most] = number
    if (count > most) throw new Error(`Too many pattern letters: ${letter}`)
    return { kind: 'number', field, min: count, max: count === 1 ? max : count, reduced: false }
  }
  switch (letter) {
    case 'y':
    case 'u': {
      const field = letter === 'y' ? 'yearOfEra' : 'year'
      if (count === 2) return { kind: 'number', field, min: 2, max: 2, reduced: true }
      return { kind: 'number', field, min: count, max: 19, reduced: false }
    }
    case 'M':
    case 'L':
      if (count < 3) return { kind: 'number', field: 'month', min: count, max: count === 1 ? 19 : 2, reduced: false }
      return { kind: 'text', field: 'month', names: byWidth(MONTHS, letter, count) }
    case 'E':
      return { kind: 'text', field: 'weekday', names: byWidth(DAYS, letter, Math.max(count, 3)) }
    case 'Q':
    case 'q':
      if (count < 3) return { kind: 'number', field: 'quarter', min: count, max: count === 1 ? 19 : 2, reduced: false }
      return {
        kind: 'text',
        field: 'quarter',
        names: count === 3 ? ['Q1', 'Q2', 'Q3', 'Q4'] : ['1st quarter', '2nd quarter', '3rd quarter', '4th quarter'],
      }
    case 'a':
      if (count > 1) break
      return { kind: 'text', field: 'ampm', names: ['AM', 'PM'] }
    case 'G':
      return { kind: 'text', field: 'era', names: count === 4 ? ['Before Christ', 'Anno Domini'] : ['BC', 'AD'] }
    case 'S':
      if (count > 9) break
      return { kind: 'fraction', digits: count }
    case 'X':
    case 'x':
    case 'Z':
    case 'O':
      return offset(letter, count)
    case 'V':
      if (count !== 2) break
      return { kind: 'zone-id' }
    case 'z':
      if (count > 4) break
      return { kind: 'zone-name', style: count === 4 ? 'long' : 'short' }
    default:
      throw new Error(`Unknown pattern letter: ${letter}`)
  }
  throw new Error(`Too many pattern letters: ${letter} (in '${pattern}')`)
}

function byWidth(names: readonly string[], letter: string, count: number): readonly string[] {
  if (count > 5) throw new Error(`Too many pattern letters: ${letter}`)
  return count === 3 ? short(names) : count === 4 ? names : narrow(names)
}

function offset(letter: string, count: number): PatternNode {
  if (letter === 'O' || (letter === 'Z' && count === 4)) return { kind: 'offset', style: 'GMT+H:mm', zero: 'GMT' }
  if (letter === 'Z') {
    return count <= 3
      ? { kind: 'offset', style: '+HHMM', zero: '+0000' }
      : { kind: 'offset', style: '+HH:MM', zero: 'Z' }
  }
  if (count > 5) throw new Error(`Too many pattern letters: ${letter}`)
  const style: OffsetStyle = count === 1 ? '+HHmm' : count % 2 === 0 ? '+HHMM' : '+HH:MM'
  if (letter === 'X') return { kind: 'offset', style, zero: 'Z' }
  return { kind: 'offset', style, zero: style === '+HHmm' ? '+00' : style === '+HHMM' ? '+0000' : '+00:00' }
}

interface Moment {
  readonly local: number
  readonly utc: number
  readonly zone: Zone
}

function formatNodes(nodes: readonly PatternNode[], moment: Moment): string {
  let text = ''
  for (const node of nodes) text += formatNode(node, moment)
  return text
}

function formatNode(node: PatternNode, moment: Moment): string {
  switch (node.kind) {
    case 'literal':
      return node.text
    case 'number': {
      const value = numberOf(node.field, moment.local)
      const shown = node.reduced ? Math.abs(value) % 100 : value
      const digits = String(Math.abs(shown)).padStart(node.min, '0')
      if (shown < 0) return `-${digits}`
      return node.field.startsWith('year') && node.min >= 4 && digits.length > node.min ? `+${digits}` : digits
    }
    case 'fraction':
      return String(millisOf(moment.local)).padStart(3, '0').padEnd(9, '0').slice(0, node.digits)
    case 'text':
      return node.names[textIndex(node.field, moment.local)] ?? ''
    case 'offset':
      return offsetText(node.style, node.zero, moment.zone.offsetAt(moment.utc))
    case 'zone-id':
      return moment.zone.id
    case 'zone-name':
      return moment.zone.nameAt(moment.utc, node.style)
    case 'optional':
      return formatNodes(node.nodes, moment)
  }
}

function offsetText(style: OffsetStyle, zero: string, value: number): string {
  if (value === 0) return zero
  const text = formatOffset(value, style !== '+HHmm' && style !== '+HHMM')
  if (style === '+HHmm') return text.replace(/00$/, '')
  return style === 'GMT+H:mm' ? `GMT${text.replace(/^([+-])0/, '$1').replace(/:00$/, '')}` : text
}

function millisOf(local: number): number {
  return ((local % 1000) + 1000) % 1000
}

function textIndex(field: TextField, local: number): number {
  const days = Math.floor(local / DAY_MS)
  switch (field) {
    case 'month':
      return civilFromDays(days).month - 1
    case 'weekday':
      return dayOfWeek(days) - 1
    case 'quarter':
      return Math.floor((civilFromDays(days).month - 1) / 3)
    case 'era':
      return civilFromDays(days).year > 0 ? 1 : 0
    case 'ampm':
      return local - days * DAY_MS < DAY_MS / 2 ? 0 : 1
  }
}

function numberOf(field: NumberField, local: number): number {
  const days = Math.floor(local / DAY_MS)
  const time = local - days * DAY_MS
  const hour = Math.floor(time / 3_600_000)
  switch (field) {
    case 'year':
      return civilFromDays(days).year
    case 'yearOfEra': {
      const { year } = civilFromDays(days)
      return year > 0 ? year : 1 - year
    }
    case 'month':
      return civilFromDays(days).month
    case 'quarter':
      return Math.ceil(civilFromDays(days).month / 3)
    case 'day':
      return civilFromDays(days).day
    case 'dayOfYear':
      return dayOfYear(civilFromDays(days))
    case 'hour':
      return hour
    case 'clockHour':
      return hour === 0 ? 24 : hour
    case 'hourOfAmPm':
      return hour % 12
    case 'clockHourOfAmPm':
      return hour % 12 === 0 ? 12 : hour % 12
    case 'minute':
      return Math.floor(time / 60_000) % 60
    case 'second':
      return Math.floor(time / 1000) % 60
    case 'nano':
      return millisOf(local) * 1_000_000
    case 'milliOfDay':
      return time
    case 'nanoOfDay':
      return time * 1_000_000
  }
}
