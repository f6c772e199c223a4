import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import type { Format, FormatColumn, FormatOptions, Serde } from './format.ts'
import { checkOptions, describeColumns, unsupportedSchema } from './refusal.ts'
import { decodeUtf8, encodeUtf8 } from './utf8.ts'

/** One column as Kafka's own serializers write it. https://docs.ksqldb.io/en/latest/reference/serialization/#kafka */
export const KAFKA: Format = {
  name: 'KAFKA',
  inference: false,
  wrapping: 'unwrap',
  create,
  schemaFor: () => null,
  columnsOf: () => [],
}

interface Primitive {
  read(bytes: Uint8Array): SqlValue
  write(value: SqlValue): Uint8Array
}

function create(columns: readonly FormatColumn[], options: FormatOptions): Serde {
  checkOptions('KAFKA', options)
  const [column] = columns
  if (column === undefined) return { deserialize: () => [], serialize: () => null }
  if (columns.length > 1) {
    const got = describeColumns(columns, options.isKey)
    throw unsupportedSchema('KAFKA', columns, options, `The 'KAFKA' format only supports a single field. Got: ${got}`)
  }
  const primitive = primitives[column.type.base]
  if (primitive === undefined) {
    const reason = `The 'KAFKA' format does not support type '${column.type.base}'`
    throw unsupportedSchema('KAFKA', columns, options, reason)
  }
  return {
    deserialize: (bytes) => [primitive.read(bytes)],
    serialize: ([value]) => (value === null || value === undefined ? null : primitive.write(value)),
  }
}

const primitives: Partial<Record<SqlType['base'], Primitive>> = {
  INTEGER: {
    read: (bytes) => view(bytes, 4, 'INTEGER').getInt32(0),
    write: (value) => filled(4, (out) => out.setInt32(0, value as number)),
  },
  BIGINT: {
    read: (bytes) => view(bytes, 8, 'BIGINT').getBigInt64(0),
    write: (value) => filled(8, (out) => out.setBigInt64(0, value as bigint)),
  },
  DOUBLE: {
    read: (bytes) => view(bytes, 8, 'DOUBLE').getFloat64(0),
    write: (value) => filled(8, (out) => out.setFloat64(0, value as number)),
  },
  STRING: { read: decodeUtf8, write: (value) => encodeUtf8(value as string) },
  BYTES: { read: (bytes) => bytes, write: (value) => value as Uint8Array },
}

function view(bytes: Uint8Array, size: number, type: string): DataView {
  if (bytes.length !== size) throw new Error(`a KAFKA ${type} has ${size} bytes, got ${bytes.length}`)
  return new DataView(bytes.buffer, bytes.byteOffset, size)
}

function filled(size: number, fill: (out: DataView) => void): Uint8Array {
  const bytes = new Uint8Array(size)
  fill(new DataView(bytes.buffer))
  return bytes
}
