import { Decimal } from '../types/decimal.ts'
import {
  doubleToInt,
  doubleToLong,
  longToInt,
  parseJavaDouble,
  parseJavaInt,
  parseJavaLong,
} from '../types/java-number.ts'
import type { DecimalType, MapType, SqlType, StructField } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { exactDecimal } from './exact-decimal.ts'
import { type JsonNode, type JsonObject, LosslessNumber, NumberTextNeeded } from './json-parse.ts'
import { decodeBase64 } from './utf8.ts'

/** Reads a JSON value as a value of a type, with ksqlDB's coercions: numbers from texts, texts from anything. Throws where there is none. */
export function jsonReader(type: SqlType): (node: JsonNode) => SqlValue {
  const read = presentReader(type)
  return (node) => (node === null ? null : read(node))
}

function presentReader(type: SqlType): (node: JsonNode) => SqlValue {
  switch (type.base) {
    case 'BOOLEAN':
      return (node) => (typeof node === 'boolean' ? node : fail(node, type))
    case 'INTEGER':
      return (node) => {
        if (typeof node === 'number') return doubleToInt(node)
        if (typeof node === 'string') return parseJavaInt(node) ?? fail(node, type)
        return longToInt(integerOf(node, type))
      }
    case 'BIGINT':
      return (node) => {
        if (typeof node === 'number') return doubleToLong(node)
        return BigInt.asIntN(
          64,
          typeof node === 'string' ? (parseJavaLong(node) ?? fail(node, type)) : integerOf(node, type),
        )
      }
    case 'DOUBLE':
      return (node) => {
        if (typeof node === 'number') return node
        if (typeof node === 'string') return parseJavaDouble(node) ?? fail(node, type)
        return node instanceof LosslessNumber ? Number(node.value) : fail(node, type)
      }
    case 'DECIMAL':
      return (node) => readDecimal(node, type)
    case 'STRING':
      return (node) => (typeof node === 'string' ? node : jsonText(node))
    case 'BYTES':
      return (node) => (typeof node === 'string' ? decodeBase64(node) : fail(node, type))
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return (node) => {
        if (typeof node === 'number' && Number.isInteger(node)) return node
        if (typeof node === 'string') return Number(parseJavaLong(node) ?? fail(node, type))
        return Number(integerOf(node, type))
      }
    case 'ARRAY': {
      const read = jsonReader(type.element)
      return (node) => (Array.isArray(node) ? node.map(read) : fail(node, type))
    }
    case 'MAP':
      return mapReader(type)
    case 'STRUCT':
      return fieldReader(type.fields)
  }
}

function mapReader(type: MapType): (node: JsonNode) => SqlValue {
  const read = jsonReader(type.value)
  return (node) => {
    if (!isObject(node)) return fail(node, type)
    const map = new Map<SqlValue, SqlValue>()
    for (const [name, value] of Object.entries(node)) map.set(name, read(value))
    return map
  }
}

/** Reads an object's fields in the order of the columns: an equal name wins, else the first that is equal in another case. Absent fields are NULL. */
export function fieldReader(fields: readonly StructField[]): (node: JsonNode) => SqlValue[] {
  const readers = fields.map((field) => jsonReader(field.type))
  const exact = new Map(fields.map((field, i) => [field.name, i]))
  const folded = new Map<string, number[]>()
  fields.forEach((field, i) => {
    const name = field.name.toUpperCase()
    folded.set(name, [...(folded.get(name) ?? []), i])
  })
  return (node) => {
    if (!isObject(node)) return fail(node, { base: 'STRUCT', fields })
    const found: JsonNode[] = new Array<JsonNode>(fields.length).fill(null)
    const taken = new Uint8Array(fields.length)
    for (const name in node) {
      const value = node[name] ?? null
      const index = exact.get(name)
      if (index !== undefined) {
        found[index] = value
        taken[index] = 1
        continue
      }
      for (const other of folded.get(name.toUpperCase()) ?? []) {
        if (taken[other] === 0) {
          found[other] = value
          taken[other] = 1
        }
      }
    }
    return found.map((value, i) => readers[i]?.(value) ?? null)
  }
}

function readDecimal(node: JsonNode, type: DecimalType): Decimal {
  if (typeof node === 'number') return exactDecimal(Decimal.parse(String(node)), type)
  if (typeof node === 'string') return exactDecimal(Decimal.parse(node), type)
  return node instanceof LosslessNumber ? exactDecimal(Decimal.parse(node.value), type) : fail(node, type)
}

function integerOf(node: JsonNode, type: SqlType): bigint {
  if (!(node instanceof LosslessNumber)) return fail(node, type)
  return Decimal.parse(node.value).toBigInt()
}

/** The text a STRING column gets from a JSON value that is no string: compact JSON, numbers as they were written. */
function jsonText(node: JsonNode): string {
  if (node === null || typeof node === 'boolean') return String(node)
  if (typeof node === 'number') throw new NumberTextNeeded()
  if (node instanceof LosslessNumber) {
    return /^-?\d+$/.test(node.value) ? node.value : Decimal.parse(node.value).toString()
  }
  if (typeof node === 'string') return JSON.stringify(node)
  if (Array.isArray(node)) return `[${node.map(jsonText).join(',')}]`
  return `{${Object.entries(node)
    .map(([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`)
    .join(',')}}`
}

function isObject(node: JsonNode): node is JsonObject {
  return typeof node === 'object' && node !== null && !Array.isArray(node) && !(node instanceof LosslessNumber)
}

function fail(node: JsonNode, type: SqlType): never {
  const shown = node instanceof LosslessNumber ? node.value : JSON.stringify(node)
  throw new Error(`cannot read ${shown.slice(0, 200)} as ${type.base}`)
}
