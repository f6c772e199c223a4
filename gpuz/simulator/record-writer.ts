/** A column as GPU-Z prints it: the header text with its unit, and how many decimals its values have. */
export interface LogColumn {
  readonly header: string
  readonly decimals: number
}

const SPACE = 0x20
const COMMA = 0x2c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const CR = 0x0d
const LF = 0x0a

const DATE_HEADER = '        Date        '
const DAY_MS = 86_400_000

interface Field {
  /** index behind the last digit, from the start of the record */
  readonly end: number
  readonly start: number
  readonly decimals: number
  readonly scale: number
}

/**
 * Writes records as GPU-Z 2.x lays them out (read off the untouched logs of shared/gpuz/FORMAT.md): a field is as wide as
 * its header plus a blank on either side, values are right-aligned with three blanks behind them, every line ends in a
 * comma and CRLF, and the degree sign is the single byte 0xB0. So every record of a log, header included, has one length,
 * and a record can be written over the last one in place.
 */
export class RecordWriter {
  /** The header line, ready to write. */
  readonly header: Uint8Array
  /** Bytes of a record, line end included. */
  readonly width: number
  readonly #fields: readonly Field[]
  readonly #template: Uint8Array
  #day = Number.NaN

  constructor(columns: readonly LogColumn[]) {
    const text = `${DATE_HEADER},${columns.map((column) => ` ${column.header} ,`).join('')}\r\n`
    this.header = Buffer.from(text, 'latin1')
    this.width = this.header.length
    this.#template = new Uint8Array(this.width).fill(SPACE)
    this.#template.set(Buffer.from('0000-00-00 00:00:00 ,', 'latin1'))
    let at = DATE_HEADER.length + 1
    this.#fields = columns.map(({ header, decimals }) => {
      const start = at
      at += header.length + 3
      this.#template[at - 1] = COMMA
      return { start, end: at - 4, decimals, scale: 10 ** decimals }
    })
    this.#template[this.width - 2] = CR
    this.#template[this.width - 1] = LF
  }

  /**
   * Writes one record into `target` at `offset`.
   * @param localMs wall-clock time as ms since 1970-01-01 00:00 of that wall clock; printed in whole seconds, as GPU-Z does
   * @param values one a column, in the order given; NaN prints `-`, GPU-Z's word for "no reading"
   * @throws RangeError when a value is wider than its column
   */
  write(target: Uint8Array, offset: number, localMs: number, values: Float64Array): void {
    this.#stamp(localMs)
    target.set(this.#template, offset)
    const fields = this.#fields
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i]
      const value = values[i]
      let at = offset + field.end
      if (Number.isNaN(value)) {
        target[at - 1] = MINUS
        continue
      }
      let digits = Math.round(Math.abs(value) * field.scale)
      const negative = value < 0 && digits > 0
      const least = field.decimals > 0 ? field.decimals + 2 : 1
      const pointAt = at - field.decimals - 1
      const first = at - least
      while (digits > 0 || at > first) {
        at--
        if (at === pointAt && field.decimals > 0) {
          target[at] = POINT
          continue
        }
        const rest = Math.floor(digits / 10)
        target[at] = ZERO + digits - rest * 10
        digits = rest
      }
      if (negative) target[--at] = MINUS
      if (at <= offset + field.start)
        throw new RangeError(`${value} does not fit column ${i}; GPU-Z prints no such value`)
    }
  }

  #stamp(localMs: number): void {
    const template = this.#template
    const day = Math.floor(localMs / DAY_MS)
    if (day !== this.#day) {
      this.#day = day
      template.set(Buffer.from(new Date(day * DAY_MS).toISOString().slice(0, 10), 'latin1'))
    }
    const second = Math.floor((localMs - day * DAY_MS) / 1000)
    const hour = Math.floor(second / 3600)
    twoDigits(template, 11, hour)
    twoDigits(template, 14, Math.floor(second / 60) - hour * 60)
    twoDigits(template, 17, second % 60)
  }
}

function twoDigits(target: Uint8Array, at: number, value: number): void {
  const tens = Math.floor(value / 10)
  target[at] = ZERO + tens
  target[at + 1] = ZERO + value - tens * 10
}
