// The general path: any layout, one pass over the bytes of a record. A hot kernel: fields are read where they stand, without a string or an
// object per field, which is why one function does the work of several.
import type { LogHeader } from './header.ts'
import { type DateOrder, parseStamp } from './stamp-text.ts'
import type { WallClock } from './wall-clock.ts'

/** Why a line that is neither header nor blank did not become a row. */
export type RejectReason = 'no-date' | 'ambiguous-date' | 'no-such-date' | 'field-count' | 'unfinished' | 'too-long'

/** A field that is neither a number nor a mark for "no reading". */
export interface UnreadableValue {
  readonly column: number
  readonly text: string
}

const BLANK = 0x20
const DASH = 0x2d
const DOT = 0x2e
const NO_VALUES: readonly UnreadableValue[] = []

/** Reads records under one header into columns. */
export class RecordScanner {
  /** Why the last record was not read. */
  reason: RejectReason = 'no-date'
  detail = ''
  /** Whether the last record ended in a separator. */
  closed = false
  /** Values of the last record that were no numbers; they are read as "no reading". */
  unreadable: readonly UnreadableValue[] = NO_VALUES
  /** What the dates of re-saved logs have shown so far. */
  dateOrder: DateOrder | null = null
  #odd: UnreadableValue[] = []
  readonly #header: LogHeader
  readonly #separator: number
  readonly #clock: WallClock

  constructor(header: LogHeader, clock: WallClock) {
    this.#header = header
    this.#separator = header.separator === 'blanks' ? 0x09 : header.separator.charCodeAt(0)
    this.#clock = clock
  }

  /**
   * Reads one record, without its line end.
   * @param columns where the values of each column go, at `row`; null for columns nobody asked for
   * @returns UTC of the row as its clock read it, or NaN with `reason` and `detail` set
   */
  scan(bytes: Uint8Array, start: number, end: number, columns: readonly (Float64Array | null)[], row: number): number {
    if (this.#header.separator !== 'blanks') return this.#scan(bytes, start, end, columns, row)
    const tabbed = tabsForBlanks(bytes.subarray(start, end))
    return this.#scan(tabbed, 0, tabbed.length, columns, row)
  }

  #scan(bytes: Uint8Array, start: number, end: number, columns: readonly (Float64Array | null)[], row: number): number {
    const separator = this.#separator
    const count = columns.length
    if (this.#odd.length > 0) this.#odd = []
    let p = start
    while (p < end && bytes[p] !== separator) p++
    const dateEnd = p
    let c = 0
    // Each turn starts on the separator in front of field c.
    for (; c < count && p < end; c++) {
      p++
      const column = columns[c]
      if (column === null) {
        while (p < end && bytes[p] !== separator) p++
        continue
      }
      const fieldStart = p
      let byte = p < end ? bytes[p] : separator
      while (byte === BLANK) byte = ++p < end ? bytes[p] : separator
      const numberStart = p
      let negative = false
      if (byte === DASH) {
        negative = true
        byte = ++p < end ? bytes[p] : separator
      }
      let mantissa = 0
      let digits = 0
      while (byte >= 0x30 && byte <= 0x39) {
        mantissa = mantissa * 10 + (byte - 0x30)
        digits++
        byte = ++p < end ? bytes[p] : separator
      }
      let scale = 1
      if (byte === DOT && digits > 0) {
        byte = ++p < end ? bytes[p] : separator
        while (byte >= 0x30 && byte <= 0x39) {
          mantissa = mantissa * 10 + (byte - 0x30)
          digits++
          scale *= 10
          byte = ++p < end ? bytes[p] : separator
        }
      }
      const textEnd = p
      while (byte === BLANK) byte = ++p < end ? bytes[p] : separator
      // Up to 15 digits both parts are exact doubles, so their quotient is the double nearest to the text, as Number(text) is.
      if (byte === separator && digits > 0 && digits <= 15) {
        const value = mantissa / scale
        column[row] = negative ? -value : value
      } else if (byte === separator && digits === 0 && textEnd - numberStart === (negative ? 1 : 0)) {
        column[row] = Number.NaN
      } else {
        while (p < end && bytes[p] !== separator) p++
        column[row] = this.#otherText(latin1(bytes, fieldStart, p), c)
      }
    }
    this.unreadable = this.#odd.length > 0 ? this.#odd : NO_VALUES
    if (c < count || !this.#closes(bytes, start, p, end)) return this.#wrongCount(bytes, start, end)
    return this.#stamp(bytes, start, dateEnd)
  }

  /** Whether a record may end here, behind its last field: the line's end, or one more separator and blanks. */
  #closes(bytes: Uint8Array, start: number, at: number, end: number): boolean {
    let p = at
    if (p < end) {
      p++
      while (p < end && (bytes[p] === BLANK || bytes[p] === 0x09) && bytes[p] !== this.#separator) p++
      this.closed = true
      return p === end
    }
    this.closed = false
    if (!this.#header.trailing) return true
    // Lines of this log end in a separator. A blank last field is one that ends in it, and a field before is missing.
    for (p = at - 1; p > start && bytes[p] !== this.#separator; p--) if (bytes[p] !== BLANK) return true
    return false
  }

  #wrongCount(bytes: Uint8Array, start: number, end: number): number {
    let fields = 1
    for (let p = start; p < end; p++) if (bytes[p] === this.#separator) fields++
    if (fields > 1 && latin1(bytes, bytes.lastIndexOf(this.#separator, end - 1) + 1, end).trim() === '') fields--
    const wanted = this.#header.columns.length + 1
    return this.#reject('field-count', `${fields} fields where the header has ${wanted}`)
  }

  /** GPU-Z's own form from the bytes; any other from the text. */
  #stamp(bytes: Uint8Array, start: number, end: number): number {
    let first = start
    let last = end
    while (first < last && bytes[first] <= BLANK) first++
    while (last > first && bytes[last - 1] <= BLANK) last--
    const length = last - first
    const year = digitsAt(bytes, first, 4)
    const month = digitsAt(bytes, first + 5, 2)
    const day = digitsAt(bytes, first + 8, 2)
    const hour = digitsAt(bytes, first + 11, 2)
    const minute = digitsAt(bytes, first + 14, 2)
    const second = digitsAt(bytes, first + 17, 2)
    const ms = length === 23 ? digitsAt(bytes, first + 20, 3) : 0
    const own =
      (length === 19 || (length === 23 && bytes[first + 19] === DOT)) &&
      bytes[first + 4] === DASH &&
      bytes[first + 7] === DASH &&
      bytes[first + 10] === BLANK &&
      bytes[first + 13] === 0x3a &&
      bytes[first + 16] === 0x3a &&
      year + month + day + hour + minute + second + ms >= 0
    if (own) return this.#utc(bytes, first, last, year, month, day, hour, minute, second * 1000 + ms)
    const parsed = parseStamp(latin1(bytes, first, last).replace(/^(?:\u00ef\u00bb\u00bf)?"?|"$/gu, ''), this.dateOrder)
    if (parsed === null)
      return this.#reject('no-date', `"${latin1(bytes, first, Math.min(last, first + 40))}" is no date and time`)
    if (parsed === 'ambiguous')
      return this.#reject(
        'ambiguous-date',
        `"${latin1(bytes, first, last)}" may be day or month first; store dates as yyyy-mm-dd hh:mm:ss`,
      )
    this.dateOrder = parsed.order
    const { stamp } = parsed
    return this.#utc(bytes, first, last, stamp.year, stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.ms)
  }

  #utc(
    bytes: Uint8Array,
    first: number,
    last: number,
    y: number,
    mo: number,
    d: number,
    h: number,
    mi: number,
    ms: number,
  ): number {
    const utc = ms < 60_000 ? this.#clock.minute(y, mo, d, h, mi, this.#clock.previous) + ms : Number.NaN
    return Number.isNaN(utc) ? this.#reject('no-such-date', `"${latin1(bytes, first, last)}" is on no calendar`) : utc
  }

  /** Numbers in the forms of other programs: quoted, with a decimal comma, with an exponent or with very many digits. */
  #otherText(field: string, column: number): number {
    const text = field
      .trim()
      .replace(/^"(.*)"$/u, '$1')
      .trim()
    if (text === '' || text === '-') return Number.NaN
    const plain = this.#separator === 0x2c ? text : text.replace(/^([+-]?\d+),(\d+)$/u, '$1.$2')
    if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu.test(plain)) return Number(plain)
    this.#odd.push({ column, text })
    return Number.NaN
  }

  #reject(reason: RejectReason, detail: string): number {
    this.reason = reason
    this.detail = detail
    return Number.NaN
  }
}

function digitsAt(bytes: Uint8Array, at: number, count: number): number {
  let value = 0
  for (let i = at; i < at + count; i++) {
    const digit = bytes[i] - 0x30
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.max(0, end - start)).toString('latin1')
}

// The date itself holds a blank.
function tabsForBlanks(record: Uint8Array): Uint8Array {
  const [date = '', time = '', ...values] = Buffer.from(record)
    .toString('latin1')
    .trim()
    .split(/[ \t]+/u)
  return Buffer.from([`${date} ${time}`, ...values].join('\t'), 'latin1')
}
