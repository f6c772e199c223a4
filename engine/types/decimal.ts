/** java.math.RoundingMode by name; UNNECESSARY throws where digits would be lost. */
export type Rounding = 'HALF_UP' | 'HALF_EVEN' | 'HALF_DOWN' | 'UP' | 'DOWN' | 'CEILING' | 'FLOOR' | 'UNNECESSARY'

const DECIMAL_TEXT = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/**
 * Scales outside this range come from no real value, and powers of ten beyond it would fill the memory: `1E999999999` is an attack, not a number.
 */
const MAX_SCALE = 10_000

/** A decimal number as java.math.BigDecimal holds it: unscaled · 10^-scale. Scale may be negative only in intermediate results. */
export class Decimal {
  readonly unscaled: bigint
  readonly scale: number

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled
    this.scale = scale
  }

  /** Reads `12`, `-1.50`, `.5`, `1E+3` as BigDecimal(String) does: the scale is what was written. Throws on anything else. */
  static parse(text: string): Decimal {
    const match = DECIMAL_TEXT.exec(text)
    const whole = match?.[2] ?? ''
    const fraction = match?.[3] ?? ''
    if (match === null || whole.length + fraction.length === 0) throw new Error(`not a decimal number: '${text}'`)
    const scale = fraction.length - Number(match[4] ?? 0)
    if (Math.abs(scale) > MAX_SCALE) throw new Error(`exponent out of range: '${text}'`)
    const digits = BigInt(whole + fraction)
    return new Decimal(match[1] === '-' ? -digits : digits, scale)
  }

  /** The shortest decimal that reads back as this double, as BigDecimal.valueOf(double): 1 gives 1.0. Throws on NaN and infinities. */
  static fromDouble(value: number): Decimal {
    if (!Number.isFinite(value)) throw new Error(`${value} has no decimal value`)
    const exact = Decimal.parse(String(value))
    return exact.scale < 1 ? exact.setScale(1) : exact
  }

  static fromInteger(value: number | bigint): Decimal {
    return new Decimal(BigInt(value), 0)
  }

  /** Number of decimal digits of the unscaled value; 1 for zero. */
  get precision(): number {
    return magnitude(this.unscaled).toString().length
  }

  get sign(): -1 | 0 | 1 {
    return this.unscaled < 0n ? -1 : this.unscaled === 0n ? 0 : 1
  }

  add(other: Decimal): Decimal {
    const scale = Math.max(this.scale, other.scale)
    return new Decimal(this.unscaledAt(scale) + other.unscaledAt(scale), scale)
  }

  subtract(other: Decimal): Decimal {
    return this.add(other.negate())
  }

  multiply(other: Decimal): Decimal {
    return new Decimal(this.unscaled * other.unscaled, this.scale + other.scale)
  }

  /** The quotient at a given scale. Throws on division by zero. */
  divide(other: Decimal, scale: number, rounding: Rounding = 'HALF_UP'): Decimal {
    if (other.unscaled === 0n) throw new Error('division by zero')
    const shift = scale - this.scale + other.scale
    const dividend = shift > 0 ? this.unscaled * powerOfTen(shift) : this.unscaled
    const divisor = shift < 0 ? other.unscaled * powerOfTen(-shift) : other.unscaled
    return new Decimal(roundedQuotient(dividend, divisor, rounding), scale)
  }

  /** Java's remainder: the sign is the dividend's. Throws on division by zero. */
  remainder(other: Decimal): Decimal {
    if (other.unscaled === 0n) throw new Error('division by zero')
    const scale = Math.max(this.scale, other.scale)
    return new Decimal(this.unscaledAt(scale) % other.unscaledAt(scale), scale)
  }

  negate(): Decimal {
    return new Decimal(-this.unscaled, this.scale)
  }

  abs(): Decimal {
    return this.unscaled < 0n ? this.negate() : this
  }

  /** Negative, zero or positive by numeric value: 1.5 and 1.50 are equal. */
  compare(other: Decimal): number {
    if (this.scale === other.scale) return order(this.unscaled, other.unscaled)
    const scale = Math.max(this.scale, other.scale)
    return order(this.unscaledAt(scale), other.unscaledAt(scale))
  }

  setScale(scale: number, rounding: Rounding = 'HALF_UP'): Decimal {
    if (scale === this.scale) return this
    if (scale > this.scale) return new Decimal(this.unscaledAt(scale), scale)
    return new Decimal(roundedQuotient(this.unscaled, powerOfTen(this.scale - scale), rounding), scale)
  }

  /** At most `digits` significant digits, as BigDecimal.round(new MathContext(digits, rounding)). */
  round(digits: number, rounding: Rounding = 'HALF_UP'): Decimal {
    const excess = this.precision - digits
    if (excess <= 0) return this
    const rounded = this.setScale(this.scale - excess, rounding)
    // 9.99 to two digits is 10.0: one digit more, and a trailing zero to drop
    return rounded.precision > digits ? rounded.setScale(rounded.scale - 1, rounding) : rounded
  }

  stripTrailingZeros(): Decimal {
    if (this.unscaled === 0n) return new Decimal(0n, 0)
    let { unscaled, scale } = this
    while (unscaled % 10n === 0n) {
      unscaled /= 10n
      scale--
    }
    return new Decimal(unscaled, scale)
  }

  /** Can a DECIMAL(precision, scale) hold this value without losing digits on either side? */
  fits(precision: number, scale: number): boolean {
    const { unscaled, scale: own } = this.stripTrailingZeros()
    if (own > scale) return false
    return magnitude(unscaled) * powerOfTen(scale - own) < powerOfTen(precision)
  }

  /** The nearest double. */
  toNumber(): number {
    return Number(`${this.unscaled}e${-this.scale}`)
  }

  /** The whole part, towards zero. */
  toBigInt(): bigint {
    return this.scale <= 0 ? this.unscaled * powerOfTen(-this.scale) : this.unscaled / powerOfTen(this.scale)
  }

  /** Without exponent, all digits of the scale: BigDecimal.toPlainString. ksqlDB writes SQL values so. */
  toPlainString(): string {
    if (this.scale <= 0) return (this.unscaled * powerOfTen(-this.scale)).toString()
    const digits = magnitude(this.unscaled)
      .toString()
      .padStart(this.scale + 1, '0')
    const point = digits.length - this.scale
    return `${this.unscaled < 0n ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
  }

  /** BigDecimal.toString: with an exponent for negative scales and for values below 10^-6. */
  toString(): string {
    const digits = magnitude(this.unscaled).toString()
    const exponent = digits.length - 1 - this.scale
    if (this.scale >= 0 && exponent >= -6) return this.toPlainString()
    const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits
    const sign = this.unscaled < 0n ? '-' : ''
    return exponent === 0 ? `${sign}${mantissa}` : `${sign}${mantissa}E${exponent > 0 ? '+' : ''}${exponent}`
  }

  /** The unscaled value this number has at a scale not below its own. */
  private unscaledAt(scale: number): bigint {
    return scale === this.scale ? this.unscaled : this.unscaled * powerOfTen(scale - this.scale)
  }
}

const powers: bigint[] = Array.from({ length: 64 }, (_, i) => 10n ** BigInt(i))

function powerOfTen(exponent: number): bigint {
  return powers[exponent] ?? 10n ** BigInt(exponent)
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

function order(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function roundedQuotient(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  const quotient = dividend / divisor
  const rest = dividend % divisor
  if (rest === 0n) return quotient
  const negative = dividend < 0n !== divisor < 0n
  const half = order(magnitude(rest) * 2n, magnitude(divisor))
  if (!awayFromZero(rounding, half, negative, quotient)) return quotient
  return negative ? quotient - 1n : quotient + 1n
}

/** @param half the lost part against one half: negative below, zero exactly, positive above */
function awayFromZero(rounding: Rounding, half: number, negative: boolean, quotient: bigint): boolean {
  switch (rounding) {
    case 'HALF_UP':
      return half >= 0
    case 'HALF_DOWN':
      return half > 0
    case 'HALF_EVEN':
      return half > 0 || (half === 0 && quotient % 2n !== 0n)
    case 'UP':
      return true
    case 'DOWN':
      return false
    case 'CEILING':
      return !negative
    case 'FLOOR':
      return negative
    case 'UNNECESSARY':
      throw new Error('rounding necessary')
  }
}
