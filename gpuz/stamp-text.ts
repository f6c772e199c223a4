/** A date as a log prints it, before its time zone. */
export interface Stamp {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  /** Milliseconds within the minute. */
  readonly ms: number
}

/** Which number of `8/09/2020` is the day. Spreadsheets write it by the country of their user. */
export type DateOrder = 'day-first' | 'month-first'

const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?$/u
const spreadsheet =
  /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}),?\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:\s*([AP])M)?$/iu

/**
 * Reads the stamps that are not GPU-Z's own: re-saved by a spreadsheet, with slashes or dots, without seconds, by the twelve-hour clock.
 * @param order the order of day and month that earlier rows have shown, if any
 * @returns the stamp and the order that it shows; `ambiguous` where day and month cannot be told apart; null for no stamp
 */
export function parseStamp(
  text: string,
  order: DateOrder | null,
): { stamp: Stamp; order: DateOrder | null } | 'ambiguous' | null {
  const match = iso.exec(text)
  if (match !== null) {
    const [, year, month, day, hour, minute, second, fraction] = match
    return { stamp: stampOf(year, month, day, Number(hour), minute, second, fraction), order }
  }
  const parts = spreadsheet.exec(text)
  if (parts === null) return null
  const [, first, mark, second, year, hourText, minute, seconds, fraction, half] = parts
  const shown = orderShown(Number(first), Number(second), mark) ?? order
  if (shown === null && first !== second && Number(first) !== Number(second)) return 'ambiguous'
  const dayFirst = shown === 'day-first'
  const clock = Number(hourText)
  if (half !== undefined && (clock < 1 || clock > 12)) return null
  const hour = half === undefined ? clock : (clock % 12) + (half.toUpperCase() === 'P' ? 12 : 0)
  return {
    stamp: stampOf(year, dayFirst ? second : first, dayFirst ? first : second, hour, minute, seconds, fraction),
    order: shown,
  }
}

// Dates with dots are written day first wherever they are in use.
function orderShown(first: number, second: number, mark: string): DateOrder | null {
  if (mark === '.' || first > 12) return 'day-first'
  return second > 12 ? 'month-first' : null
}

function stampOf(
  year: string,
  month: string,
  day: string,
  hour: number,
  minute: string,
  second: string | undefined,
  fraction: string | undefined,
): Stamp {
  const ms = Number(second ?? 0) * 1000 + Number((fraction ?? '').padEnd(3, '0').slice(0, 3))
  return { year: Number(year), month: Number(month), day: Number(day), hour, minute: Number(minute), ms }
}
