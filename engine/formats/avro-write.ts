import { Decimal } from '../types/decimal.ts'
import { isInt } from '../types/java-number.ts'
import { formatType, type SqlType, type StructField } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { type AvroSink, bigintToBytes } from './avro-binary.ts'
import { branchName, sqlTypeOf } from './avro-columns.ts'
import { defaultValue } from './avro-default.ts'
import type { AvroField, AvroFixed, AvroPrimitive, AvroRecord, AvroSchema, AvroUnion } from './avro-schema.ts'
import { exactDecimal } from './exact-decimal.ts'
import { encodeUtf8 } from './utf8.ts'

export type AvroWriter = (value: SqlValue, sink: AvroSink) => void

/** Writes a type's values by a schema. Throws for a type the schema does not carry; the writer throws for NULL where the schema has none. */
export function avroWriter(schema: AvroSchema, type: SqlType, path: string): AvroWriter {
  if (schema.kind === 'union') return unionWriter(schema, type, path)
  const write = presentWriter(schema, type, path)
  return (value, sink) => {
    if (value === null) throw new Error(`'${path}' is null, and its Avro schema does not allow it`)
    write(value, sink)
  }
}

function presentWriter(schema: Exclude<AvroSchema, AvroUnion>, type: SqlType, path: string): AvroWriter {
  switch (schema.kind) {
    case 'array': {
      if (type.base === 'MAP' && schema.items.kind === 'record' && schema.items.mapEntry) {
        const entry: SqlType = {
          base: 'STRUCT',
          fields: [
            { name: 'key', type: type.key },
            { name: 'value', type: type.value },
          ],
        }
        const write = avroWriter(schema.items, entry, path)
        return (value, sink) => writeBlocks([...(value as ReadonlyMap<SqlValue, SqlValue>)], sink, write)
      }
      if (type.base !== 'ARRAY') break
      const write = avroWriter(schema.items, type.element, path)
      return (value, sink) => writeBlocks(value as readonly SqlValue[], sink, write)
    }
    case 'map': {
      if (type.base !== 'MAP') break
      const write = avroWriter(schema.values, type.value, path)
      return (value, sink) =>
        writeBlocks([...(value as ReadonlyMap<SqlValue, SqlValue>)], sink, (entry, out) => {
          const [key, item] = entry as readonly SqlValue[]
          out.string(String(key))
          write(item ?? null, out)
        })
    }
    case 'record':
      if (type.base !== 'STRUCT') break
      return recordWriter(schema, type.fields, path)
    case 'enum':
      if (type.base !== 'STRING') break
      return (value, sink) => {
        const index = schema.symbols.indexOf(value as string)
        if (index < 0) throw new Error(`'${path}': the Avro enum ${schema.name} has no symbol '${String(value)}'`)
        sink.int(index)
      }
    default: {
      const write = scalarWriter(schema, type)
      if (write !== null) return write
    }
  }
  throw new Error(`'${path}': the Avro schema says ${schema.kind}, the column is ${formatType(type)}`)
}

function writeBlocks(items: readonly SqlValue[], sink: AvroSink, write: AvroWriter): void {
  if (items.length > 0) {
    sink.int(items.length)
    for (const item of items) write(item, sink)
  }
  sink.int(0)
}

/** Fields the columns lack are written as their default, or null. */
export function recordWriter(record: AvroRecord, columns: readonly StructField[], path: string): AvroWriter {
  const writers = record.fields.map((field) => {
    let index = columns.findIndex((column) => column.name === field.name)
    if (index < 0) index = columns.findIndex((column) => column.name.toUpperCase() === field.name.toUpperCase())
    const column = columns[index]
    if (column === undefined) return { index, write: defaultWriter(field, path) }
    return { index, write: avroWriter(field.type, column.type, path === '' ? field.name : `${path}.${field.name}`) }
  })
  return (value, sink) => {
    const values = value as readonly SqlValue[]
    for (const { index, write } of writers) write(index < 0 ? null : (values[index] ?? null), sink)
  }
}

function defaultWriter(field: AvroField, path: string): AvroWriter {
  if (field.type.kind === 'union') {
    const branch = field.type.branches.findIndex((b) => b.kind === 'null')
    if (branch >= 0) return (_, sink) => sink.int(branch)
  }
  const type = sqlTypeOf(field.type, { fold: false, keepAll: true })
  if (field.default !== undefined && type !== null) {
    const value = defaultValue(field.type, field.default)
    const write = avroWriter(field.type, type, path)
    return (_, sink) => write(value, sink)
  }
  throw new Error(
    `the Avro field '${path}${path === '' ? '' : '.'}${field.name}' has no column, no default, and may not be null`,
  )
}

function unionWriter(schema: AvroUnion, type: SqlType, path: string): AvroWriter {
  const nullBranch = schema.branches.findIndex((branch) => branch.kind === 'null')
  const others = schema.branches.flatMap((branch, index) => (branch.kind === 'null' ? [] : [{ branch, index }]))
  const [only] = others
  if (only !== undefined && others.length === 1) {
    const write = avroWriter(only.branch, type, path)
    return (value, sink) => {
      if (value === null && nullBranch >= 0) return sink.int(nullBranch)
      sink.int(only.index)
      write(value, sink)
    }
  }
  if (type.base !== 'STRUCT') throw new Error(`'${path}': an Avro union of several types needs a STRUCT`)
  const writers = others.map(({ branch, index }) => {
    const name = branchName(branch).toUpperCase()
    const at = type.fields.findIndex((field) => field.name.toUpperCase() === name)
    const field = type.fields[at]
    return { at, index, write: field === undefined ? null : avroWriter(branch, field.type, `${path}.${field.name}`) }
  })
  return (value, sink) => {
    const set =
      value === null ? undefined : writers.find(({ at }) => ((value as readonly SqlValue[])[at] ?? null) !== null)
    if (set === undefined && nullBranch >= 0) return sink.int(nullBranch)
    if (set?.write == null) throw new Error(`'${path}': no branch of the Avro union is set`)
    sink.int(set.index)
    set.write((value as readonly SqlValue[])[set.at] ?? null, sink)
  }
}

function scalarWriter(schema: AvroPrimitive | AvroFixed, type: SqlType): AvroWriter | null {
  switch (schema.kind) {
    case 'boolean':
      return type.base === 'BOOLEAN' ? (v, sink) => sink.byte(v === true ? 1 : 0) : null
    case 'string':
      return type.base === 'STRING' ? (v, sink) => sink.string(v as string) : null
    case 'int':
      return isWhole(type)
        ? (v, sink) => {
            if (!isInt(v as number | bigint)) throw new Error(`${String(v)} does not fit an Avro int`)
            sink.int(Number(v))
          }
        : null
    case 'long':
      return isWhole(type) ? (v, sink) => sink.long(BigInt(v as number | bigint)) : null
    case 'float':
      return isWhole(type) || type.base === 'DOUBLE' ? (v, sink) => sink.float(Number(v)) : null
    case 'double':
      return isWhole(type) || type.base === 'DOUBLE' ? (v, sink) => sink.double(Number(v)) : null
    case 'bytes':
    case 'fixed':
      return blobWriter(schema, type)
    case 'null':
      return null
  }
}

function isWhole(type: SqlType): boolean {
  return ['INTEGER', 'BIGINT', 'DATE', 'TIME', 'TIMESTAMP'].includes(type.base)
}

function blobWriter(schema: AvroPrimitive | AvroFixed, type: SqlType): AvroWriter | null {
  const put = (bytes: Uint8Array, sink: AvroSink, fill: number) => {
    if (schema.kind !== 'fixed') return sink.blob(bytes)
    if (bytes.length > schema.size) throw new Error(`${bytes.length} bytes do not fit the Avro fixed ${schema.name}`)
    sink.raw(new Uint8Array(schema.size - bytes.length).fill(fill))
    sink.raw(bytes)
  }
  if (schema.logical?.name === 'decimal') {
    const { precision, scale } = schema.logical
    if (type.base !== 'DECIMAL' && type.base !== 'INTEGER' && type.base !== 'BIGINT') return null
    return (v, sink) => {
      const decimal = v instanceof Decimal ? v : Decimal.fromInteger(v as number | bigint)
      const { unscaled } = exactDecimal(decimal, { base: 'DECIMAL', precision, scale })
      put(bigintToBytes(unscaled), sink, unscaled < 0n ? 0xff : 0)
    }
  }
  if (type.base === 'BYTES') return (v, sink) => put(v as Uint8Array, sink, 0)
  return type.base === 'STRING' && schema.kind === 'bytes' ? (v, sink) => sink.blob(encodeUtf8(v as string)) : null
}
