import { type KsqlError, located, type Position, semanticError } from '../errors.ts'
import type { Format, FormatColumn, RegisteredSchema, SchemaRegistry } from '../formats/format.ts'
import { describeColumns } from '../formats/refusal.ts'
import { sameType } from '../types/sql-type.ts'

/** One side of a topic's records, and the schema id its WITH clause names. */
export interface SchemaSide {
  readonly isKey: boolean
  readonly topic: string
  readonly format: Format
  readonly schemaId: number | undefined
  /** a single column is written without a record around it */
  readonly unwrapped: boolean
  readonly at: Position
}

/**
 * The columns of a side of which the statement declares none, from the schema registry: by its schema id, where names keep their case, or the
 * newest schema of the topic. Empty where there is nothing to infer from. Throws KsqlError 'semantic'.
 * https://docs.ksqldb.io/en/latest/operate-and-deploy/schema-inference-with-id/
 */
export function inferColumns(side: SchemaSide, declared: number, registry: SchemaRegistry): FormatColumn[] {
  const { isKey, format, schemaId, at } = side
  if (schemaId !== undefined) {
    refuseIdWithoutInference(side)
    if (declared > 0) {
      throw semanticError(
        `Table elements and ${idProperty(isKey)} cannot both exist for create statement.`,
        at,
        `Drop ${idProperty(isKey)}, or the ${isKey ? 'key' : 'value'} columns.`,
      )
    }
  }
  if (declared > 0 || !format.inference) return []
  const schema = schemaId === undefined ? registry.latest(subjectOf(side)) : registry.byId(schemaId)
  if (schema === null) {
    // a topic without key schema has no key columns
    if (isKey && schemaId === undefined) return []
    throw missingSchema(side)
  }
  return columnsOf(side, schema)
}

/** Refuses a result that the schema named by id has no place for. It may have more columns, at its end. */
export function checkSchemaId(side: SchemaSide, columns: readonly FormatColumn[], registry: SchemaRegistry): void {
  const { isKey, schemaId, at } = side
  if (schemaId === undefined) return
  refuseIdWithoutInference(side)
  const schema = registry.byId(schemaId)
  if (schema === null) throw missingSchema(side)
  const known = columnsOf(side, schema)
  const misplaced = columns.filter((column, i) => {
    const there = known[i]
    return there === undefined || there.name !== column.name || !sameType(there.type, column.type)
  })
  if (misplaced.length === 0) return
  throw semanticError(
    `The following ${isKey ? 'key' : 'value'} columns are changed, missing or reordered: ${describeColumns(misplaced, isKey)}. Schema from schema registry is ${describeColumns(known, isKey)}`,
    at,
    'Select the columns of the schema under its names, in its order.',
  )
}

function columnsOf({ isKey, format, schemaId, unwrapped, at }: SchemaSide, schema: RegisteredSchema): FormatColumn[] {
  try {
    return format.columnsOf(schema.schema, isKey ? 'ROWKEY' : 'ROWVAL', unwrapped, schemaId !== undefined)
  } catch (error) {
    throw located(error, at)
  }
}

function refuseIdWithoutInference({ isKey, format, at }: SchemaSide): void {
  if (format.inference) return
  const property = isKey ? 'KEY_FORMAT' : 'VALUE_FORMAT'
  throw semanticError(
    `${property} should support schema inference when ${idProperty(isKey)} is provided. Current format is ${format.name}.`,
    at,
    `Write ${property}='AVRO', or drop ${idProperty(isKey)}.`,
  )
}

function missingSchema(side: SchemaSide): KsqlError {
  const { isKey, topic, schemaId, at } = side
  const place = schemaId === undefined ? `Subject: ${subjectOf(side)}` : `Schema Id: ${schemaId}`
  return semanticError(
    `Schema for message ${isKey ? 'keys' : 'values'} on topic '${topic}' does not exist in the Schema Registry. ${place}`,
    at,
    schemaId === undefined ? 'Register the schema, or write the columns.' : 'Register the schema, or name another id.',
  )
}

function subjectOf({ isKey, topic }: SchemaSide): string {
  return `${topic}-${isKey ? 'key' : 'value'}`
}

function idProperty(isKey: boolean): string {
  return isKey ? 'KEY_SCHEMA_ID' : 'VALUE_SCHEMA_ID'
}
