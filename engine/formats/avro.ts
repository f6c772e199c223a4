import type { SqlValue } from '../types/values.ts'
import { AvroCursor, AvroSink } from './avro-binary.ts'
import { avroSchemaOf, recordColumns, sqlTypeOf } from './avro-columns.ts'
import { columnsReader } from './avro-read.ts'
import { type AvroSchema, nullableOf, parseAvroSchema } from './avro-schema.ts'
import { type AvroWriter, avroWriter, recordWriter } from './avro-write.ts'
import type { Format, FormatColumn, FormatOptions, Serde } from './format.ts'
import { checkOptions, hasNonStringMapKey, isUnwrapped, unsupportedSchema } from './refusal.ts'

/**
 * Avro behind Confluent's wire format: a zero byte, the schema's id as four bytes, then the data.
 * https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
 */
export const AVRO: Format = { name: 'AVRO', inference: true, wrapping: 'both', create, schemaFor, columnsOf }

const HEADER_BYTES = 5

export function subjectOf(options: FormatOptions): string {
  return `${options.topic}-${options.isKey ? 'key' : 'value'}`
}

function schemaFor(columns: readonly FormatColumn[], options: FormatOptions): string {
  return avroSchemaOf(columns, isUnwrapped(columns, options), options.schemaFullName)
}

function columnsOf(schema: string, singleName: string, unwrap: boolean, keepCase = false): FormatColumn[] {
  const naming = { fold: !keepCase, keepAll: false }
  const parsed = parseAvroSchema(schema)
  const record = nullableOf(parsed) ?? parsed
  if (record.kind === 'record' && !unwrap) return recordColumns(record, naming)
  const type = sqlTypeOf(parsed, naming)
  return type === null ? [] : [{ name: singleName, type }]
}

function create(columns: readonly FormatColumn[], options: FormatOptions): Serde {
  checkOptions('AVRO', options)
  if (columns.some((column) => hasNonStringMapKey(column.type))) {
    throw unsupportedSchema('AVRO', columns, options, 'Avro only supports MAPs with STRING keys')
  }
  const unwrap = isUnwrapped(columns, options)
  const schema = schemaFor(columns, options)
  const readers = new Map<number, (cursor: AvroCursor) => SqlValue[]>()
  const sink = new AvroSink()
  let writing: { id: number; write: AvroWriter } | null = null

  function startWriting(): { id: number; write: AvroWriter } {
    const id = options.schemaId ?? options.registry.register(subjectOf(options), schema, 'AVRO')
    return { id, write: rowWriter(registered(id, options), columns, unwrap) }
  }

  return {
    deserialize(bytes) {
      if (bytes.length < HEADER_BYTES || bytes[0] !== 0)
        throw new Error('no Confluent Avro: the magic byte 0 is missing')
      const id = new DataView(bytes.buffer, bytes.byteOffset).getInt32(1)
      let read = readers.get(id)
      if (read === undefined) {
        read = columnsReader(registered(id, options), columns, unwrap)
        readers.set(id, read)
      }
      return read(new AvroCursor(bytes, HEADER_BYTES))
    },
    serialize(values) {
      if (unwrap && (values[0] ?? null) === null) return null
      writing ??= startWriting()
      sink.reset()
      sink.byte(0)
      sink.bigEndian32(writing.id)
      writing.write(values, sink)
      return sink.take()
    },
  }
}

function registered(id: number, options: FormatOptions): AvroSchema {
  const entry = options.registry.byId(id)
  if (entry === null) throw new Error(`the schema registry has no schema ${id} (topic ${options.topic})`)
  if (entry.type !== 'AVRO') throw new Error(`schema ${id} is ${entry.type}, not AVRO (topic ${options.topic})`)
  return parseAvroSchema(entry.schema)
}

function rowWriter(schema: AvroSchema, columns: readonly FormatColumn[], unwrap: boolean): AvroWriter {
  const [single] = columns
  if (unwrap && single !== undefined) {
    const write = avroWriter(schema, single.type, single.name)
    return (values, sink) => write((values as readonly SqlValue[])[0] ?? null, sink)
  }
  if (schema.kind !== 'record') throw new Error(`the columns need an Avro record, the schema is ${schema.kind}`)
  return recordWriter(schema, columns, '')
}
