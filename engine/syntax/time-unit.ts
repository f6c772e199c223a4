import { semanticError } from '../errors.ts'
import type { Cursor } from './cursor.ts'

/** https://docs.ksqldb.io/en/latest/reference/sql/time/ */
const MILLISECONDS: ReadonlyMap<string, number> = new Map([
  ['MILLISECONDS', 1],
  ['SECONDS', 1_000],
  ['MINUTES', 60_000],
  ['HOURS', 3_600_000],
  ['DAYS', 86_400_000],
])

const NO_FIXED_LENGTH: ReadonlySet<string> = new Set(['MONTHS', 'YEARS'])

const UNITS: readonly string[] = [...MILLISECONDS.keys(), ...NO_FIXED_LENGTH]

/** The unit that a word means, in the plural: DAY and DAYS mean DAYS; null for other words. */
export function timeUnit(word: string): string | null {
  const plural = word.endsWith('S') ? word : `${word}S`
  return UNITS.includes(plural) ? plural : null
}

/** `30 SECONDS`, in ms. */
export function parseDuration(cursor: Cursor): number {
  const { at } = cursor
  const count = cursor.integer()
  const token = cursor.peek()
  const unit = token.kind === 'word' ? timeUnit(token.value) : null
  if (unit === null) throw cursor.unexpected(UNITS)
  const length = MILLISECONDS.get(unit)
  if (length === undefined) {
    throw semanticError(`${unit} have no fixed length and cannot be used here`, token.at, 'Give the time in DAYS')
  }
  cursor.next()
  if (!Number.isSafeInteger(count * length)) throw cursor.error(`Time too long: ${count} ${unit}`, undefined, at)
  return count * length
}

/** ms in the largest unit they are a whole number of: `90 SECONDS`. */
export function durationText(ms: number): string {
  const [unit, length] = [...MILLISECONDS].findLast(([, length]) => ms >= length && ms % length === 0) ?? [
    'MILLISECONDS',
    1,
  ]
  return `${ms / length} ${unit}`
}

export function parsePositiveDuration(cursor: Cursor, what: string): number {
  const { at } = cursor
  const duration = parseDuration(cursor)
  if (duration === 0) throw semanticError(`${what} must be longer than 0`, at, 'Give a longer time')
  return duration
}
