import { type JsonNode, type JsonObject, LosslessNumber } from '../../engine/formats/json-parse.ts'
import { Decimal } from '../../engine/types/decimal.ts'
import type { Actual } from './actual.ts'

/** Does what was written equal what the case expects? The rules are QTT-FORMAT.md 2.2. */
export function matches(expected: JsonNode, actual: Actual): boolean {
  if (expected === null) return actual === null
  if (typeof expected === 'boolean') return actual === expected
  if (typeof expected === 'string') return matchesText(expected, actual)
  if (typeof expected === 'number') return matchesNumber(new LosslessNumber(String(expected)), actual)
  if (expected instanceof LosslessNumber) return matchesNumber(expected, actual)
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((item, i) => matches(item, (actual as readonly Actual[])[i] ?? null))
    )
  }
  return matchesObject(expected, actual)
}

function matchesObject(expected: JsonObject, actual: Actual): boolean {
  if (!(actual instanceof Map)) return false
  const fields = actual as ReadonlyMap<string, Actual>
  const names = Object.keys(expected)
  return (
    names.length === fields.size &&
    names.every((name) => {
      const value = fields.has(name) ? fields.get(name) : fields.get(name.toUpperCase())
      return matches(expected[name] ?? null, value ?? null)
    })
  )
}

function matchesText(expected: string, actual: Actual): boolean {
  if (typeof actual === 'string') return actual === expected
  if (actual instanceof Uint8Array) return Buffer.from(actual).toString('base64') === expected
  if (actual instanceof Decimal) {
    try {
      return sameDecimal(Decimal.parse(expected), actual)
    } catch {
      return false
    }
  }
  return false
}

function matchesNumber(expected: LosslessNumber, actual: Actual): boolean {
  if (typeof actual === 'number') return Math.abs(Number(expected.value) - actual) < 1e-6
  const decimal = Decimal.parse(expected.value)
  if (actual instanceof Decimal) {
    if (!/^-?\d+$/.test(expected.value)) return sameDecimal(decimal, actual)
    return actual.scale <= 0 && actual.compare(decimal) === 0
  }
  if (actual === null || typeof actual !== 'object' || !('whole' in actual) || actual.bits === 0) return false
  return BigInt.asIntN(actual.bits, decimal.toBigInt()) === actual.whole
}

function sameDecimal(a: Decimal, b: Decimal): boolean {
  return a.scale === b.scale && a.unscaled === b.unscaled
}
