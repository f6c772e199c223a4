import { deserialize, serialize } from 'node:v8'
import { Decimal } from '../types/decimal.ts'

/** Bytes of any engine state. Decimals, whose class structured clone would drop, are told apart by a tag. */
export function toBytes(state: unknown): Uint8Array {
  return serialize(pack(state))
}

export function fromBytes(bytes: Uint8Array): unknown {
  return unpack(deserialize(bytes))
}

interface PackedDecimal {
  readonly $decimal: readonly [bigint, number]
}

function pack(value: unknown): unknown {
  if (value instanceof Decimal) return { $decimal: [value.unscaled, value.scale] } satisfies PackedDecimal
  return mapParts(value, pack)
}

function unpack(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && '$decimal' in value) {
    const [unscaled, scale] = (value as PackedDecimal).$decimal
    return new Decimal(unscaled, scale)
  }
  return mapParts(value, unpack)
}

function mapParts(value: unknown, f: (part: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map(f)
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [f(k), f(v)]))
  if (value instanceof Set) return new Set([...value].map(f))
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, f(v)]))
}
