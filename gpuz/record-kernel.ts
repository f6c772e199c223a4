// The fast path: code made for one record layout. It reads numbers from their fixed places, four bytes at a time, and proves of every record
// that it has the layout: what stands outside the numbers is compared with the sample, what stands inside must be digits, and a field nobody asked
// for must hold no separator and no line end. The first record that fails ends the run; the general scanner reads that one.
import type { FieldLayout, RecordLayout } from './record-layout.ts'
import { WallClock } from './wall-clock.ts'
import { Zone } from './zone.ts'

/**
 * Reads records from `position` on into the columns, from `row` on, until the bytes or the rows end or a record has another layout.
 * Times in `ts` are UTC as the clock read it.
 * @returns the number of records read
 */
export type RecordKernel = (
  view: DataView,
  position: number,
  end: number,
  columns: readonly (Float64Array | null)[],
  ts: Float64Array,
  row: number,
  rowEnd: number,
  clock: WallClock,
) => number

type Compiled = (...args: [...Parameters<RecordKernel>, typeof leadingDigits, typeof minuteAt]) => number

/** Functions of many columns fall off V8's cliff; GPU-Z has not been seen to print more than 43. */
const MAX_COLUMNS = 64

const SPACES = '0x20202020'
/** `   -`, the bytes of "no reading", as a little-endian word. */
const DASH = '0x2d202020'

/**
 * Compiles a kernel, or returns null where a layout has none.
 * Only numbers get into the source: offsets of the layout and words of its sample.
 * @param wanted which columns are to be read
 */
export function compileKernel(layout: RecordLayout, wanted: readonly boolean[]): RecordKernel | null {
  if (layout.fields.length > MAX_COLUMNS) return null
  const checks: string[] = []
  let fixedFrom = layout.milliseconds ? 23 : 19
  for (const [i, field] of layout.fields.entries()) {
    checks.push(...compareFixed(layout.sample, fixedFrom, Math.max(field.end - 8, field.start)))
    checks.push(...loadNumber(field), ...(wanted[i] ? readNumber(field, `c${i}[row]`) : skipNumber()))
    fixedFrom = field.end
  }
  checks.push(...compareFixed(layout.sample, fixedFrom, layout.length))
  const { length } = layout
  const source = `
    ${layout.fields.map((_, i) => (wanted[i] ? `const c${i} = columns[${i}]` : '')).join(';')}
    const first = row, lastPosition = end - ${length}
    let previous = clock.previous, date = NaN, hour = NaN, minute = NaN
    for (; p <= lastPosition && row < rowEnd; p += ${length}, row++) {
      let bad = 0, all = -1, hi = 0, lo = 0, x = 0, m = 0, t = 0
      const dateNow = v.getFloat64(p, true), hourNow = v.getFloat64(p + 8, true)
      if (dateNow !== date || hourNow !== hour) {
        minute = minuteAt(v, p, clock, previous)
        if (minute !== minute) break
        date = dateNow
        hour = hourNow
      }
      ${readSeconds(layout.milliseconds)}
      ${checks.join('\n      ')}
      if ((bad & 0x80808080) !== 0 || (all & ${SPACES}) !== ${SPACES}) break
      previous = minute + ms
      ts[row] = previous
    }
    return row - first`
  const names = ['v', 'p', 'end', 'columns', 'ts', 'row', 'rowEnd', 'clock', 'leadingDigits', 'minuteAt']
  const compiled = new Function(...names, source) as Compiled
  const kernel: RecordKernel = (view, position, end, columns, ts, row, rowEnd, clock) =>
    compiled(view, position, end, columns, ts, row, rowEnd, clock, leadingDigits, minuteAt)
  rehearse(kernel, layout, wanted)
  return kernel
}

/**
 * Runs a kernel on records of every shape it knows. Without it V8 optimises for the numbers of the first rows, and throws that code away at the
 * first `-` and at the first longer number.
 */
function rehearse(kernel: RecordKernel, layout: RecordLayout, wanted: readonly boolean[]): void {
  const records = ['1', '12345678', '-'].map((digits) => {
    // Not slice: that of a Buffer shares its bytes, and these are the caller's.
    const record = Uint8Array.from(layout.sample)
    for (const { start, end, decimals } of layout.fields) {
      const width = Math.min(8, end - start)
      const point = digits === '-' || !decimals ? '' : `.${'0'.repeat(decimals)}`
      const whole = decimals === null ? '-' : digits.slice(0, decimals === 4 ? 1 : Math.max(1, width - point.length))
      record.set(Buffer.from(`${whole}${point}`.padStart(width).slice(-width), 'latin1'), end - width)
    }
    return new DataView(record.buffer)
  })
  const columns = wanted.map((read) => (read ? new Float64Array(1) : null))
  const clock = new WallClock(new Zone('UTC'))
  // V8 takes no notes of the first calls.
  for (let round = 0; round < 10; round++) {
    for (const record of records) kernel(record, 0, layout.length, columns, new Float64Array(1), 0, 1, clock)
  }
}

/** Compares bytes that are the same in every record, 8 at a time: doubles are equal where their bytes are, NaN and zeros apart, which text is not. */
function compareFixed(sample: Uint8Array, from: number, to: number): string[] {
  const view = new DataView(sample.buffer, sample.byteOffset)
  const checks: string[] = []
  const compare = (type: 'Float64' | 'Int32' | 'Uint8', at: number): void => {
    const value = type === 'Uint8' ? view.getUint8(at) : view[`get${type}`](at, true)
    checks.push(`if (v.get${type}(p + ${at}, true) !== ${value}) break`)
  }
  const [type, size] =
    to - from >= 8 ? (['Float64', 8] as const) : to - from >= 4 ? (['Int32', 4] as const) : (['Uint8', 1] as const)
  for (let at = from; at < to; at += size) compare(type, Math.min(at, to - size))
  return checks
}

/** The number's last 8 bytes: `lo` ends with it, `hi` stands before. Bytes in front of a narrow field are taken as blanks. */
function loadNumber(field: FieldLayout): string[] {
  const width = field.end - field.start
  return [`lo = ${word(field.end - 4, width)}`, `hi = ${word(field.end - 8, width - 4)}`]
}

function word(offset: number, width: number): string {
  if (width <= 0) return SPACES
  const load = `v.getInt32(p + ${offset}, true)`
  if (width >= 4) return load
  const foreign = 2 ** (8 * (4 - width)) - 1
  return `(${load} & ${~foreign}) | ${0x20202020 & foreign}`
}

/** A field nobody asked for: no byte may be a comma, and all must be above the control characters. */
function skipNumber(): string[] {
  return ['lo', 'hi'].map((part) => `x = ${part} ^ 0x2c2c2c2c; bad |= (x - 0x01010101) & ~x; all &= ${part}`)
}

const NO_READING = (target: string): string => `if (lo !== ${DASH} || hi !== ${SPACES}) break; ${target} = NaN`
const FOUR_DIGITS = '(t = (Math.imul(x, 2561) >>> 8) & 0x00ff00ff, (t & 0xff) * 100 + (t >>> 16))'

/** For each number of decimals: what `lo` has in place of zeros, which of its bits must then be 0, and the value of its digits. */
const lowWord = [
  { zeros: '0x30303030', carry: '0x06060606', mask: '0xf0f0f0f0', value: FOUR_DIGITS, digits: 4 },
  {
    zeros: '0x302e3030',
    carry: '0x06000606',
    mask: '0xf0fff0f0',
    value: '((Math.imul(x, 2561) >>> 8) & 0xff) * 10 + (x >>> 24)',
    digits: 3,
  },
  {
    zeros: '0x30302e30',
    carry: '0x06060006',
    mask: '0xf0f0fff0',
    value: '(x & 0xff) * 100 + ((x >>> 16) & 0xff) * 10 + (x >>> 24)',
    digits: 3,
  },
  {
    zeros: '0x3030302e',
    carry: '0x06060600',
    mask: '0xf0f0f0ff',
    value: '((x >>> 8) & 0xff) * 100 + ((x >>> 16) & 0xff) * 10 + (x >>> 24)',
    digits: 3,
  },
  { zeros: '0x30303030', carry: '0x06060606', mask: '0xf0f0f0f0', value: FOUR_DIGITS, digits: 4 },
]

/**
 * Reads a number to `target`: NaN for `-`, else its digits divided by a power of ten, which is the double nearest to the text.
 * Digits are read by arithmetic on four bytes at once: minus '0', a digit is 0 to 9 and stays below 16 when 6 is added.
 */
function readNumber({ decimals }: FieldLayout, target: string): string[] {
  if (decimals === null) return [NO_READING(target)]
  const { zeros, carry, mask, value, digits } = lowWord[decimals]
  const scale = 10 ** decimals
  const scaled = (mantissa: string): string => `${target} = ${decimals === 0 ? mantissa : `(${mantissa}) / ${scale}`}`
  const wrong = `((x | (x + ${carry})) & ${mask}) !== 0`
  const longer = `{ m = leadingDigits(hi); if (m < 0 || ${wrong}) break; ${scaled(`m * ${10 ** digits} + ${value}`)} }`
  const load = `x = lo ^ ${zeros}`
  if (decimals === 4) {
    // The point and the digit in front of it are in `hi`.
    const one = `m = hi ^ 0x2e302020; if ((m & 0xfff0ffff) !== 0 || m > 0x90000 || ${wrong}) { ${NO_READING(target)} }`
    return [load, `${one} else { ${scaled(`(m >>> 16) * 10000 + ${value}`)} }`]
  }
  if (decimals === 3) return [load, `if (hi === ${SPACES}) { ${NO_READING(target)} } else ${longer}`]
  const short = `{ ${NO_READING(target)} } else { ${scaled(value)} }`
  if (decimals === 0) {
    // Blanks in front of the digits, 0x10 here, count as zeros: only in front, exactly blanks, and not all four.
    const blanks = `m = x & 0x10101010; x ^= m`
    const notBlanks = `m === 0x10101010 || (m & ~((m << 8) | 0x10)) !== 0 || (x & (m - (m >>> 4))) !== 0`
    return [load, `if (hi === ${SPACES}) { ${blanks}; if (${notBlanks} || ${wrong}) ${short} } else ${longer}`]
  }
  const blank = decimals === 1 ? 'if ((x & 0xff) === 0x10) x ^= 0x10; ' : ''
  return [load, `if (hi === ${SPACES}) { ${blank}if (${wrong}) ${short} } else ${longer}`]
}

/** Seconds, and their fraction, to `ms`. */
function readSeconds(milliseconds: boolean): string {
  const seconds = `
      x = (v.getInt32(p + 16, true) & 0xffffff) ^ 0x30303a
      if (((x | (x + 0x060600)) & 0xf0f0ff) !== 0) break
      let ms = ((x >>> 8) & 0xff) * 10000 + (x >>> 16) * 1000
      if (ms >= 60000) break`
  if (!milliseconds) return seconds
  return `${seconds}
      x = v.getInt32(p + 19, true) ^ 0x3030302e
      if (((x | (x + 0x06060600)) & 0xf0f0f0ff) !== 0) break
      ms += ((x >>> 8) & 0xff) * 100 + ((x >>> 16) & 0xff) * 10 + (x >>> 24)`
}

/** Digits that end a word of four bytes, blanks in front of them, or -1. */
function leadingDigits(bytes: number): number {
  let x = bytes ^ 0x30303030
  const m = x & 0x10101010
  x ^= m
  if (m === 0x10101010 || (m & ~((m << 8) | 0x10)) !== 0 || (x & (m - (m >>> 4))) !== 0) return -1
  if (((x | (x + 0x06060606)) & 0xf0f0f0f0) !== 0) return -1
  const t = (Math.imul(x, 2561) >>> 8) & 0x00ff00ff
  return (t & 0xff) * 100 + (t >>> 16)
}

/** UTC of the minute that stands at a position as `YYYY-MM-DD HH:MM`, or NaN. */
function minuteAt(view: DataView, at: number, clock: WallClock, previous: number): number {
  const two = (offset: number): number => {
    const tens = view.getUint8(at + offset) - 0x30
    const ones = view.getUint8(at + offset + 1) - 0x30
    return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
  }
  const year = two(0) * 100 + two(2)
  const marks = [4, 7, 10, 13].map((offset) => view.getUint8(at + offset))
  const sum = year + two(5) + two(8) + two(11) + two(14)
  if (Number.isNaN(sum) || String.fromCharCode(...marks) !== '-- :') return Number.NaN
  return clock.minute(year, two(5), two(8), two(11), two(14), previous)
}
