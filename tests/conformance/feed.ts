import { AvroSink } from '../../engine/formats/avro-binary.ts'
import { naturalType } from '../../engine/formats/avro-read.ts'
import { type AvroSchema, nullableOf, parseAvroSchema } from '../../engine/formats/avro-schema.ts'
import { avroWriter } from '../../engine/formats/avro-write.ts'
import { type JsonNode, type JsonObject, LosslessNumber } from '../../engine/formats/json-parse.ts'
import { KAFKA } from '../../engine/formats/kafka.ts'
import { decodeBase64, encodeUtf8 } from '../../engine/formats/utf8.ts'
import { Decimal } from '../../engine/types/decimal.ts'
import { doubleToInt } from '../../engine/types/java-number.ts'
import type { SqlType } from '../../engine/types/sql-type.ts'
import type { SqlValue } from '../../engine/types/values.ts'
import type { Side } from './sides.ts'

/** The bytes a case's JSON stands for on one side of a topic (QTT-FORMAT.md 1.3); null for JSON null. */
export function encode(node: JsonNode | undefined, side: Side): Uint8Array | null {
  if (node === undefined || node === null) return null
  switch (side.format) {
    case 'DELIMITED':
    case 'NONE':
      return encodeUtf8(typeof node === 'string' ? node : jsonText(node))
    case 'KAFKA':
      return encodeKafka(node, side)
    case 'AVRO':
      return encodeAvro(node, side)
    default:
      return encodeUtf8(jsonText(node))
  }
}

function encodeKafka(node: JsonNode, side: Side): Uint8Array | null {
  const [column] = side.columns
  if (column === undefined) return encodeUtf8(typeof node === 'string' ? node : jsonText(node))
  return KAFKA.create([column], { isKey: true, topic: side.subject, registry: side.registry }).serialize([
    toValue(node, column.type),
  ])
}

/** By the latest schema under the topic's subject, as the registry's own serializer would. */
function encodeAvro(node: JsonNode, side: Side): Uint8Array {
  const registered = side.registry.latest(side.subject)
  if (registered === null) throw new Error(`no schema is registered under ${side.subject}`)
  const schema = parseAvroSchema(registered.schema)
  const type = naturalType(schema)
  if (type === null) throw new Error(`the schema of ${side.subject} has no values`)
  const sink = new AvroSink()
  sink.byte(0)
  sink.bigEndian32(registered.id)
  avroWriter(schema, type, '')(withDefaults(toValue(node, type), schema), sink)
  return sink.take()
}

/** Fields the JSON left out take the schema's default where they may not be null. */
function withDefaults(value: SqlValue, schema: AvroSchema): SqlValue {
  const record = nullableOf(schema) ?? schema
  if (record.kind !== 'record' || value === null) return value
  const type = naturalType(record)
  if (type?.base !== 'STRUCT') return value
  return (value as readonly SqlValue[]).map((item, i) => {
    const field = record.fields[i]
    const fieldType = type.fields[i]?.type
    if (field === undefined || fieldType === undefined) return item
    if (item !== null) return withDefaults(item, field.type)
    return field.default === undefined || field.default === null ? null : toValue(field.default as JsonNode, fieldType)
  })
}

/** A JSON value as a value of a type, with the coercions of the registry's converters. */
export function toValue(node: JsonNode, type: SqlType): SqlValue {
  if (node === null || node === undefined) return null
  switch (type.base) {
    case 'BOOLEAN':
      return typeof node === 'boolean' ? node : String(node) === 'true'
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
      return doubleToInt(Number(text(node)))
    case 'TIMESTAMP':
      return Number(text(node))
    case 'BIGINT':
      return BigInt.asIntN(64, Decimal.parse(text(node)).toBigInt())
    case 'DOUBLE':
      return Number(text(node))
    case 'DECIMAL':
      return Decimal.parse(text(node)).setScale(type.scale, 'UNNECESSARY')
    case 'STRING':
      return text(node)
    case 'BYTES':
      return decodeBase64(text(node))
    case 'ARRAY':
      return (node as readonly JsonNode[]).map((item) => toValue(item, type.element))
    case 'MAP':
      return new Map(
        Object.entries(node as JsonObject).map(([key, item]) => [toValue(key, type.key), toValue(item, type.value)]),
      )
    case 'STRUCT':
      return type.fields.map((field) => toValue(fieldOf(node as JsonObject, field.name), field.type))
  }
}

function fieldOf(node: JsonObject, name: string): JsonNode {
  if (name in node) return node[name] ?? null
  const folded = Object.keys(node).find((key) => key.toUpperCase() === name.toUpperCase())
  return folded === undefined ? null : (node[folded] ?? null)
}

function text(node: JsonNode): string {
  if (node instanceof LosslessNumber) return node.value
  return typeof node === 'object' ? jsonText(node) : String(node)
}

/** JSON with every number as it was written. */
export function jsonText(node: JsonNode): string {
  if (node instanceof LosslessNumber) return node.value
  if (Array.isArray(node)) return `[${node.map(jsonText).join(',')}]`
  if (typeof node === 'object' && node !== null) {
    return `{${Object.entries(node)
      .map(([name, value]) => `${JSON.stringify(name)}:${jsonText(value)}`)
      .join(',')}}`
  }
  return JSON.stringify(node)
}
