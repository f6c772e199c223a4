const INT_MIN = -0x8000_0000
const INT_MAX = 0x7fff_ffff
const LONG_MIN = -(2n ** 63n)
const LONG_MAX = 2n ** 63n - 1n

const JAVA_DOUBLE = /^[+-]?(?:NaN|Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)$/
const JAVA_INTEGER = /^[+-]?\d+$/

/**
 * Double.toString: `1.0`, `1.0E7`, `1.0E-4`, `NaN`, the shortest digits that read back as the same double (as Java 19 and later choose them).
 * https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/lang/Double.html#toString(double)
 */
export function javaDoubleToString(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) {
    const text = String(value)
    return text.includes('.') ? text : `${text}.0`
  }
  const text = value.toExponential()
  // Java prints two digits at least, and picks the nearest of those: 4.9E-324, not 5E-324
  const [mantissa, exponent] = (text.includes('.') ? text : value.toExponential(1)).split('e')
  return `${mantissa}E${Number(exponent)}`
}

/** Double.parseDouble without hexadecimal forms: surrounding blanks and a trailing d or f are allowed. null where Java would throw. */
export function parseJavaDouble(text: string): number | null {
  const trimmed = text.trim()
  return JAVA_DOUBLE.test(trimmed) ? Number(trimmed.replace(/[fFdD]$/, '')) : null
}

/** Integer.parseInt; null where Java would throw (blanks, points, beyond 32 bits). */
export function parseJavaInt(text: string): number | null {
  if (!JAVA_INTEGER.test(text)) return null
  const value = Number(text)
  return value >= INT_MIN && value <= INT_MAX ? value + 0 : null
}

/** Long.parseLong; null where Java would throw. */
export function parseJavaLong(text: string): bigint | null {
  if (!JAVA_INTEGER.test(text)) return null
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
  return value >= LONG_MIN && value <= LONG_MAX ? value : null
}

export function isInt(value: number | bigint): boolean {
  return value >= INT_MIN && value <= INT_MAX && (typeof value === 'bigint' || Number.isInteger(value))
}

export function isLong(value: bigint): boolean {
  return value >= LONG_MIN && value <= LONG_MAX
}

/** Java's (int) of a long: the low 32 bits. */
export function longToInt(value: bigint): number {
  return Number(BigInt.asIntN(32, value))
}

export function wrapLong(value: bigint): bigint {
  return BigInt.asIntN(64, value)
}

/** Java's (int) of a double: towards zero, saturating, NaN is 0. */
export function doubleToInt(value: number): number {
  if (Number.isNaN(value)) return 0
  return Math.trunc(Math.min(Math.max(value, INT_MIN), INT_MAX)) + 0
}

/** Java's (long) of a double: towards zero, saturating, NaN is 0. */
export function doubleToLong(value: number): bigint {
  if (Number.isNaN(value)) return 0n
  if (value >= 2 ** 63) return LONG_MAX
  if (value <= -(2 ** 63)) return LONG_MIN
  return BigInt(Math.trunc(value))
}
