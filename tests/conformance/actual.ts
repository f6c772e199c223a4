import { AvroCursor } from '../../engine/formats/avro-binary.ts'
import { avroReader, naturalType } from '../../engine/formats/avro-read.ts'
import { parseAvroSchema } from '../../engine/formats/avro-schema.ts'
import { type JsonNode, LosslessNumber, parseLossless } from '../../engine/formats/json-parse.ts'
import { KAFKA } from '../../engine/formats/kafka.ts'
import { decodeUtf8 } from '../../engine/formats/utf8.ts'
import { Decimal } from '../../engine/types/decimal.ts'
import { isInt, isLong, javaDoubleToString } from '../../engine/types/java-number.ts'
import type { SqlType } from '../../engine/types/sql-type.ts'
import type { SqlValue } from '../../engine/types/values.ts'
import type { Side } from './sides.ts'

/** What a topic's bytes say, with the type the comparison needs to know: a double is a number, whole numbers say their width. */
export type Actual =
  | null
  | boolean
  | string
  | number
  | Whole
  | Decimal
  | Uint8Array
  | readonly Actual[]
  | ReadonlyMap<string, Actual>

export interface Whole {
  readonly whole: bigint
  /** 0: wider than 64 bits */
  readonly bits: 32 | 64 | 0
}

export function decode(bytes: Uint8Array | null, side: Side, exactNumbers: boolean): Actual {
  if (bytes === null) return null
  switch (side.format) {
    case 'DELIMITED':
      return decodeUtf8(bytes)
    case 'NONE':
      return decodeUtf8(bytes)
    case 'KAFKA':
      return decodeKafka(bytes, side)
    case 'AVRO':
      return decodeAvro(bytes, side)
    default:
      return fromJson(parseLossless(decodeUtf8(bytes)), exactNumbers)
  }
}

function decodeKafka(bytes: Uint8Array, side: Side): Actual {
  const [column] = side.columns
  if (column === undefined) return decodeUtf8(bytes)
  const serde = KAFKA.create([column], { isKey: true, topic: side.subject, registry: side.registry })
  const [value = null] = serde.deserialize(bytes)
  return column.type.base === 'DOUBLE' && typeof value === 'number'
    ? Decimal.parse(javaDoubleToString(value))
    : fromSql(value, column.type)
}

function decodeAvro(bytes: Uint8Array, side: Side): Actual {
  const id = new DataView(bytes.buffer, bytes.byteOffset).getInt32(1)
  const registered = side.registry.byId(id)
  if (bytes[0] !== 0 || registered === null) throw new Error(`no Confluent Avro, or an unknown schema ${id}`)
  const schema = parseAvroSchema(registered.schema)
  const type = naturalType(schema)
  return type === null ? null : fromSql(avroReader(schema)(new AvroCursor(bytes, 5)), type)
}

function fromJson(node: JsonNode, exactNumbers: boolean): Actual {
  if (node instanceof LosslessNumber) {
    if (/^-?\d+$/.test(node.value)) return whole(BigInt(node.value))
    return exactNumbers ? Decimal.parse(node.value) : Number(node.value)
  }
  if (Array.isArray(node)) return node.map((item) => fromJson(item, exactNumbers))
  if (typeof node !== 'object' || node === null) return node
  return new Map(Object.entries(node).map(([name, value]) => [name, fromJson(value, exactNumbers)]))
}

function whole(value: bigint): Whole {
  return { whole: value, bits: isInt(value) ? 32 : isLong(value) ? 64 : 0 }
}

function fromSql(value: SqlValue, type: SqlType): Actual {
  if (value === null) return null
  switch (type.base) {
    case 'INTEGER':
    case 'DATE':
    case 'TIME':
      return { whole: BigInt(value as number), bits: 32 }
    case 'BIGINT':
    case 'TIMESTAMP':
      return { whole: BigInt(value as number | bigint), bits: 64 }
    case 'ARRAY':
      return (value as readonly SqlValue[]).map((item) => fromSql(item, type.element))
    case 'MAP':
      return new Map(
        [...(value as ReadonlyMap<SqlValue, SqlValue>)].map(([key, item]) => [String(key), fromSql(item, type.value)]),
      )
    case 'STRUCT':
      return new Map(
        type.fields.map((field, i) => [field.name, fromSql((value as readonly SqlValue[])[i] ?? null, field.type)]),
      )
    default:
      return value as boolean | string | number | Decimal | Uint8Array
  }
}

/** For messages: JSON, bytes in base64. */
export function show(actual: Actual): string {
  if (actual === null || typeof actual === 'boolean') return String(actual)
  if (typeof actual === 'string') return JSON.stringify(actual)
  if (typeof actual === 'number') return javaDoubleToString(actual)
  if (actual instanceof Decimal) return actual.toString()
  if (actual instanceof Uint8Array) return `bytes ${Buffer.from(actual).toString('base64')}`
  if ('whole' in actual) return String(actual.whole)
  if (actual instanceof Map) {
    return `{${[...(actual as ReadonlyMap<string, Actual>)].map(([k, v]) => `${JSON.stringify(k)}:${show(v)}`).join(',')}}`
  }
  return `[${(actual as readonly Actual[]).map(show).join(',')}]`
}
