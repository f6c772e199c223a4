import { KsqlError } from '../errors.ts'
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimalType,
  INTEGER,
  mapType,
  type SqlType,
  STRING,
  type StructField,
  structType,
  TIME,
  TIMESTAMP,
} from '../types/sql-type.ts'
import { type AvroRecord, type AvroSchema, nullableOf } from './avro-schema.ts'
import type { FormatColumn } from './format.ts'

const NAMESPACE = 'io.confluent.ksql.avro_schemas'

/** Full name of the records ksqlDB writes unless VALUE_AVRO_SCHEMA_FULL_NAME says otherwise. */
export const DEFAULT_RECORD_NAME = `${NAMESPACE}.KsqlDataSourceSchema`

/** How field names become column names: `fold` makes them upper case, as inference does; `keepAll` keeps fields without a SQL type, as UNREADABLE. */
export interface Naming {
  readonly fold: boolean
  readonly keepAll: boolean
}

/** What a reader holds for a field ksqlDB has no type for; no column can be made of it. */
const UNREADABLE: SqlType = structType([])

/**
 * The SQL type an Avro schema is read as; null for what ksqlDB leaves out (null alone, a record inside itself).
 * Rules: Kafka Connect's AvroData under ksqlDB's schema translator.
 */
export function sqlTypeOf(schema: AvroSchema, naming: Naming, outer: readonly AvroSchema[] = []): SqlType | null {
  if (outer.includes(schema)) return null
  switch (schema.kind) {
    case 'null':
      return null
    case 'boolean':
      return BOOLEAN
    case 'int':
      return schema.logical?.name === 'date' ? DATE : schema.logical?.name === 'time-millis' ? TIME : INTEGER
    case 'long':
      return schema.logical?.name === 'timestamp-millis' ? TIMESTAMP : BIGINT
    case 'float':
    case 'double':
      return DOUBLE
    case 'string':
    case 'enum':
      return STRING
    case 'bytes':
    case 'fixed':
      return schema.logical?.name === 'decimal' ? decimalType(schema.logical.precision, schema.logical.scale) : BYTES
    case 'array': {
      if (schema.items.kind === 'record' && schema.items.mapEntry) return mapEntryType(schema.items, naming, outer)
      const element = sqlTypeOf(schema.items, naming, outer)
      return element && arrayType(element)
    }
    case 'map': {
      const value = sqlTypeOf(schema.values, naming, outer)
      return value && mapType(STRING, value)
    }
    case 'record': {
      const fields = recordColumns(schema, naming, outer)
      return fields.length === 0 ? null : structType(fields)
    }
    case 'union': {
      const inner = nullableOf(schema)
      if (inner !== null) return sqlTypeOf(inner, naming, outer)
      const fields = unionFields(schema.branches, naming, outer)
      return fields.length === 0 ? null : structType(fields)
    }
  }
}

/** The fields of a record that have a SQL type. */
export function recordColumns(record: AvroRecord, naming: Naming, outer: readonly AvroSchema[] = []): StructField[] {
  return record.fields.flatMap((field) =>
    typedField(field.name, sqlTypeOf(field.type, naming, [...outer, record]), naming),
  )
}

/** A union of more than one type besides null is a STRUCT of a field a branch, of which one is set. */
function unionFields(branches: readonly AvroSchema[], naming: Naming, outer: readonly AvroSchema[]): StructField[] {
  return branches
    .filter((branch) => branch.kind !== 'null')
    .flatMap((branch) => typedField(branchName(branch), sqlTypeOf(branch, naming, outer), naming))
}

function typedField(name: string, type: SqlType | null, naming: Naming): StructField[] {
  const known = type ?? (naming.keepAll ? UNREADABLE : null)
  return known === null ? [] : [{ name: naming.fold ? name.toUpperCase() : name, type: known }]
}

export function branchName(branch: AvroSchema): string {
  return 'name' in branch ? branch.name.slice(branch.name.lastIndexOf('.') + 1) : branch.kind
}

function mapEntryType(entry: AvroRecord, naming: Naming, outer: readonly AvroSchema[]): SqlType | null {
  const [key, value] = ['key', 'value'].map((name) => entry.fields.find((field) => field.name === name)?.type)
  const keyType = key && sqlTypeOf(key, naming, outer)
  const valueType = value && sqlTypeOf(value, naming, outer)
  return keyType && valueType ? mapType(keyType, valueType) : null
}

/** The schema ksqlDB registers for columns: upper-case names as they are, every field nullable. Throws KsqlError for names Avro does not take. */
export function avroSchemaOf(
  columns: readonly FormatColumn[],
  unwrap: boolean,
  fullName = DEFAULT_RECORD_NAME,
): string {
  const name = fullName.slice(fullName.lastIndexOf('.') + 1)
  const namespace = fullName.includes('.') ? fullName.slice(0, fullName.lastIndexOf('.')) : undefined
  const [single] = columns
  if (unwrap && single !== undefined) return JSON.stringify(typeJson(single.type, name, namespace))
  return JSON.stringify(recordJson(columns, name, namespace))
}

function recordJson(fields: readonly StructField[], name: string, namespace: string | undefined): object {
  for (const field of fields) checkName(field.name)
  return {
    type: 'record',
    name,
    ...(namespace === undefined ? {} : { namespace }),
    fields: fields.map((field) => ({
      name: field.name,
      type: ['null', typeJson(field.type, `${name}_${field.name}`, namespace)],
      default: null,
    })),
  }
}

function typeJson(type: SqlType, name: string, namespace: string | undefined): object | string {
  switch (type.base) {
    case 'BOOLEAN':
    case 'DOUBLE':
    case 'STRING':
    case 'BYTES':
      return type.base.toLowerCase()
    case 'INTEGER':
      return 'int'
    case 'BIGINT':
      return 'long'
    case 'DATE':
      return { type: 'int', logicalType: 'date' }
    case 'TIME':
      return { type: 'int', logicalType: 'time-millis' }
    case 'TIMESTAMP':
      return { type: 'long', logicalType: 'timestamp-millis' }
    case 'DECIMAL':
      return { type: 'bytes', logicalType: 'decimal', precision: type.precision, scale: type.scale }
    case 'ARRAY':
      return { type: 'array', items: ['null', typeJson(type.element, name, namespace)] }
    case 'MAP':
      // ksqlDB's map keys may be null, so Connect writes entries instead of an Avro map
      return {
        type: 'array',
        items: {
          ...recordJson(
            [
              { name: 'key', type: type.key },
              { name: 'value', type: type.value },
            ],
            name,
            namespace,
          ),
          'connect.internal.type': 'MapEntry',
        },
      }
    case 'STRUCT':
      return recordJson(type.fields, name, namespace)
  }
}

function checkName(name: string): void {
  const bad = /^[^A-Za-z_]/.test(name)
    ? 'Illegal initial character'
    : /[^A-Za-z0-9_]/.test(name)
      ? 'Illegal character in'
      : null
  if (bad !== null) {
    throw new KsqlError('semantic', `Schema is not compatible with Avro: ${bad}: ${name}`, {
      fix: 'Avro names have letters, digits and underscores only and start with no digit: rename the column with AS.',
    })
  }
}
