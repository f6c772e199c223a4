import { toText } from '../types/cast.ts'
import { type Conversion, identity, nestedConversion } from '../types/coercion.ts'
import { Decimal } from '../types/decimal.ts'
import { doubleToInt, doubleToLong, longToInt } from '../types/java-number.ts'
import { formatType, isNumeric, isTemporal, type SqlType, type StructField, sameType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { type AvroCursor, bytesToBigint } from './avro-binary.ts'
import { sqlTypeOf } from './avro-columns.ts'
import type { AvroArray, AvroRecord, AvroSchema, AvroUnion } from './avro-schema.ts'
import { exactDecimal } from './exact-decimal.ts'

export type AvroReader = (cursor: AvroCursor) => SqlValue

/** The type of the values `avroReader` reads: names as in the schema, fields of every kind. */
export function naturalType(schema: AvroSchema): SqlType | null {
  return sqlTypeOf(schema, { fold: false, keepAll: true })
}

/** Reads a schema's data as values of its natural type. */
export function avroReader(schema: AvroSchema, known: Map<AvroSchema, AvroReader> = new Map()): AvroReader {
  const made = known.get(schema)
  if (made !== undefined) return made
  // A record may hold itself: later readers find this one and call what it stands for.
  let reader: AvroReader = () => null
  known.set(schema, (cursor) => reader(cursor))
  reader = readerOf(schema, known)
  known.set(schema, reader)
  return reader
}

function readerOf(schema: AvroSchema, known: Map<AvroSchema, AvroReader>): AvroReader {
  switch (schema.kind) {
    case 'null':
      return () => null
    case 'boolean':
      return (cursor) => cursor.byte() === 1
    case 'int':
      return (cursor) => cursor.int()
    case 'long':
      return schema.logical?.name === 'timestamp-millis' ? (cursor) => Number(cursor.long()) : (cursor) => cursor.long()
    case 'float':
      return (cursor) => cursor.float()
    case 'double':
      return (cursor) => cursor.double()
    case 'string':
      return (cursor) => cursor.string()
    case 'enum':
      return (cursor) => schema.symbols[cursor.int()] ?? null
    case 'bytes':
    case 'fixed': {
      const read: (cursor: AvroCursor) => Uint8Array =
        schema.kind === 'fixed' ? (cursor) => cursor.fixed(schema.size) : (cursor) => cursor.blob()
      if (schema.logical?.name !== 'decimal') return read
      const { scale } = schema.logical
      return (cursor) => new Decimal(bytesToBigint(read(cursor)), scale)
    }
    case 'array':
      return arrayReader(schema, known)
    case 'map': {
      const value = avroReader(schema.values, known)
      return (cursor) => {
        const map = new Map<SqlValue, SqlValue>()
        cursor.blocks(() => map.set(cursor.string(), value(cursor)))
        return map
      }
    }
    case 'record': {
      const readers = schema.fields.map((field) => avroReader(field.type, known))
      return (cursor) => readers.map((read) => read(cursor))
    }
    case 'union':
      return unionReader(schema, known)
  }
}

function arrayReader(schema: AvroArray, known: Map<AvroSchema, AvroReader>): AvroReader {
  if (schema.items.kind === 'record' && schema.items.mapEntry) return entriesReader(schema.items, known)
  const item = avroReader(schema.items, known)
  return (cursor) => {
    const items: SqlValue[] = []
    cursor.blocks(() => items.push(item(cursor)))
    return items
  }
}

function entriesReader(entry: AvroRecord, known: Map<AvroSchema, AvroReader>): AvroReader {
  const readers = entry.fields.map((field) => avroReader(field.type, known))
  const keyAt = entry.fields.findIndex((field) => field.name === 'key')
  const valueAt = entry.fields.findIndex((field) => field.name === 'value')
  return (cursor) => {
    const map = new Map<SqlValue, SqlValue>()
    cursor.blocks(() => {
      const fields = readers.map((read) => read(cursor))
      map.set(fields[keyAt] ?? null, fields[valueAt] ?? null)
    })
    return map
  }
}

function unionReader(schema: AvroUnion, known: Map<AvroSchema, AvroReader>): AvroReader {
  const readers = schema.branches.map((branch) => avroReader(branch, known))
  const branch = (cursor: AvroCursor): [index: number, value: SqlValue] => {
    const index = cursor.int()
    const read = readers[index]
    if (read === undefined) throw new RangeError(`an Avro union of ${readers.length} branches has no branch ${index}`)
    return [index, read(cursor)]
  }
  const others = schema.branches.flatMap((b, i) => (b.kind === 'null' ? [] : [i]))
  const optional = schema.branches.length === 2 && schema.branches.some((b) => b.kind === 'null')
  if (optional) return (cursor) => branch(cursor)[1]
  return (cursor) => {
    const [index, value] = branch(cursor)
    return schema.branches[index]?.kind === 'null' ? null : others.map((i) => (i === index ? value : null))
  }
}

/**
 * Reads a writer's record into a row of columns: fields by name in any case, absent ones NULL, numbers and texts coerced to the column's type.
 * The writer's schema may be any: it need not have been made by ksqlDB.
 */
export function columnsReader(
  schema: AvroSchema,
  columns: readonly StructField[],
  unwrap: boolean,
): (cursor: AvroCursor) => SqlValue[] {
  const read = avroReader(schema)
  const natural = naturalType(schema)
  if (unwrap) {
    const convert = columns.map((column) => fromNatural(natural, column.type))
    return (cursor) => {
      const value = read(cursor)
      return convert.map((c) => c(value))
    }
  }
  if (natural?.base !== 'STRUCT') throw new Error(`the columns need an Avro record, the schema is ${schema.kind}`)
  const convert = fromNatural(natural, { base: 'STRUCT', fields: columns })
  return (cursor) => (convert(read(cursor)) as SqlValue[] | null) ?? columns.map(() => null)
}

/** From the type a schema is read as to the type of a column. Throws for pairs that ksqlDB does not deserialize. */
function fromNatural(from: SqlType | null, to: SqlType): Conversion {
  const conversion = from === null ? null : tryFromNatural(from, to)
  if (conversion === null) {
    throw new Error(`cannot read Avro data of type ${from === null ? 'null' : formatType(from)} as ${formatType(to)}`)
  }
  return conversion
}

function tryFromNatural(from: SqlType, to: SqlType): Conversion | null {
  if (sameType(from, to)) return identity
  const present = presentConversion(from, to)
  if (present !== null) return (v) => (v === null ? null : present(v))
  return nestedConversion(
    from.base === 'STRUCT' && to.base === 'STRUCT' ? foldNames(from, to) : from,
    to,
    tryFromNatural,
  )
}

/** The struct with its fields named as the column's are, where they differ only in case. */
function foldNames(from: SqlType & { base: 'STRUCT' }, to: SqlType & { base: 'STRUCT' }): SqlType {
  const exact = new Set(to.fields.map((field) => field.name))
  return {
    base: 'STRUCT',
    fields: from.fields.map((field) => {
      if (exact.has(field.name)) return field
      const folded = to.fields.find(
        (f) => f.name.toUpperCase() === field.name.toUpperCase() && !from.fields.some((other) => other.name === f.name),
      )
      return { name: folded?.name ?? field.name, type: field.type }
    }),
  }
}

function presentConversion(from: SqlType, to: SqlType): Conversion | null {
  const number = isNumeric(from) || isTemporal(from)
  switch (to.base) {
    case 'STRING':
      return number || from.base === 'BOOLEAN' ? toText(from) : null
    case 'INTEGER':
      return number ? (v) => narrowToInt(v) : null
    case 'BIGINT':
      return number ? (v) => widenToLong(v) : null
    case 'DOUBLE':
      return number ? (v) => (v instanceof Decimal ? v.toNumber() : Number(v)) : null
    case 'DECIMAL':
      if (from.base === 'DECIMAL') return (v) => exactDecimal(v as Decimal, to)
      if (from.base === 'DOUBLE') return (v) => exactDecimal(Decimal.fromDouble(v as number), to)
      return number ? (v) => exactDecimal(Decimal.fromInteger(v as number | bigint), to) : null
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      return from.base === 'INTEGER' || from.base === 'BIGINT' ? (v) => Number(v) : null
    default:
      return null
  }
}

function narrowToInt(value: SqlValue): number {
  if (typeof value === 'bigint') return longToInt(value)
  return value instanceof Decimal ? longToInt(value.toBigInt()) : doubleToInt(value as number)
}

function widenToLong(value: SqlValue): bigint {
  if (typeof value === 'bigint') return value
  return value instanceof Decimal ? BigInt.asIntN(64, value.toBigInt()) : doubleToLong(value as number)
}
