import { located, type Position, semanticError } from '../errors.ts'
import type { SchemaRegistry } from '../formats/format.ts'
import { checkWrapSingleValue, formatByName } from '../formats/index.ts'
import { checkOptions } from '../formats/refusal.ts'
import type { LayoutColumn } from '../plan/nodes.ts'
import type { CreateSource, TypeName } from '../syntax/ast.ts'
import { formatType, type SqlType } from '../types/sql-type.ts'
import { declareColumns, refuseColumnNames } from './declare-columns.ts'
import { refuseMapKey } from './map-key.ts'
import { checkSchemaId, inferColumns } from './schema-inference.ts'
import { createSerdes } from './serdes.ts'
import {
  keyColumns,
  type SideFormat,
  type Source,
  type SourceColumn,
  type TimestampColumn,
  valueColumns,
} from './source.ts'
import { readWithClause, type WithClause } from './with-clause.ts'

export interface DefinitionContext {
  readonly registry: SchemaRegistry
  /** session properties by lower-case name */
  readonly properties: ReadonlyMap<string, string>
  resolveType(name: TypeName): SqlType
}

const DEFAULT_KEY_FORMAT = 'ksql.persistence.default.format.key'
const DEFAULT_VALUE_FORMAT = 'ksql.persistence.default.format.value'
const WRAP_DEFAULT = 'ksql.persistence.wrap.single.values'

/** CREATE STREAM/TABLE with columns, or without: then they come from the schema registry. Throws KsqlError 'semantic'. */
export function defineSource(
  statement: CreateSource,
  context: DefinitionContext,
): { source: Source; properties: WithClause } {
  const properties = readWithClause(statement.properties)
  const { at } = statement
  if (properties.topic === undefined) {
    throw semanticError(
      'Failed to prepare statement: Missing required property "KAFKA_TOPIC" which has no default value.',
      at,
      "Add WITH (KAFKA_TOPIC='…').",
    )
  }
  const topic = properties.topic
  const keyName = properties.keyFormat ?? context.properties.get(DEFAULT_KEY_FORMAT) ?? 'KAFKA'
  const valueName = properties.valueFormat ?? context.properties.get(DEFAULT_VALUE_FORMAT)
  if (valueName === undefined) throw missingValueFormat(at)
  const keyFormat = formatByName(keyName)
  const valueFormat = formatByName(valueName)
  checkOptions(keyFormat.name, { delimiter: properties.keyDelimiter, schemaFullName: properties.keySchemaFullName })
  checkOptions(valueFormat.name, {
    delimiter: properties.valueDelimiter,
    schemaFullName: properties.valueSchemaFullName,
  })
  const declared = declareColumns(statement.columns, context.resolveType)
  const columns = [...declared]
  const infer = (role: 'key' | 'value') => {
    const isKey = role === 'key'
    const side = {
      isKey,
      topic,
      format: isKey ? keyFormat : valueFormat,
      schemaId: isKey ? properties.keySchemaId : properties.valueSchemaId,
      unwrapped: isKey || properties.wrapSingleValue === false,
      at: statement.properties.get(isKey ? 'KEY_SCHEMA_ID' : 'VALUE_SCHEMA_ID')?.at ?? at,
    }
    const inferred = inferColumns(side, declared.filter((c) => c.role === role).length, context.registry)
    return inferred.map((c): SourceColumn => ({ ...c, role, headerKey: null }))
  }
  columns.unshift(...infer('key'))
  if (statement.source === 'TABLE' && !columns.some((c) => c.role === 'key')) {
    throw semanticError(
      'Tables require a PRIMARY KEY. Please define the PRIMARY KEY.',
      at,
      'Mark the key column with PRIMARY KEY.',
    )
  }
  columns.push(...infer('value').filter((c) => !columns.some((known) => known.name === c.name)))
  refuseColumnNames(columns, (c) => statement.columns[declared.indexOf(c)]?.at ?? at)
  const source: Source = {
    name: statement.name,
    kind: statement.source,
    columns: [...columns.filter((c) => c.role === 'key'), ...columns.filter((c) => c.role !== 'key')],
    topic,
    keyFormat: side(
      keyFormat.name,
      properties.keyDelimiter,
      undefined,
      properties.keySchemaFullName,
      properties.keySchemaId,
    ),
    valueFormat: side(
      valueFormat.name,
      properties.valueDelimiter,
      wrapping(properties, columns.filter((c) => c.role === 'value').length, valueFormat.name, context),
      properties.valueSchemaFullName,
      properties.valueSchemaId,
    ),
    window: properties.window ?? null,
    timestamp: properties.timestamp ?? null,
    readOnly: statement.readOnly,
    derived: false,
    statement: statement.text,
  }
  if (source.window !== null && keyColumns(source).length === 0) {
    throw semanticError('Windowed sources require a key column.', at, 'Declare a KEY column, or drop WINDOW_TYPE.')
  }
  if (valueColumns(source).length === 0 && valueFormat.name !== 'NONE' && declared.length === 0)
    throw semanticError(
      'No columns supplied.',
      at,
      'Declare columns, or use a format whose schema is in the schema registry.',
    )
  checkTimestamp(source, statement.properties.get('TIMESTAMP')?.at ?? at)
  checkFormats(source, context, at)
  return { source, properties }
}

/** The stream or table a CREATE … AS SELECT makes: what WITH leaves open is taken over from the leftmost source. */
export function defineSink(
  statement: {
    readonly name: string
    readonly kind: 'STREAM' | 'TABLE'
    readonly text: string
    readonly at: Position
    readonly with: WithClause
    readonly timestampAt: Position | undefined
  },
  result: { readonly layout: readonly LayoutColumn[]; readonly window: Source['window'] },
  left: Source,
  context: DefinitionContext,
): Source {
  const { with: properties, at } = statement
  const columns = result.layout.map((c): SourceColumn => ({ ...c, headerKey: null }))
  const hasKey = columns.some((c) => c.role === 'key')
  const inherited =
    left.keyFormat.name === 'NONE' ? (context.properties.get(DEFAULT_KEY_FORMAT) ?? 'KAFKA') : left.keyFormat.name
  if (properties.keyFormat !== undefined) formatByName(properties.keyFormat)
  if (!hasKey && properties.keyFormat !== undefined && properties.keyFormat !== 'NONE') {
    throw semanticError('Key format specified for stream without key columns.', at, 'Drop KEY_FORMAT.')
  }
  const keyName = hasKey ? formatByName(properties.keyFormat ?? inherited).name : 'NONE'
  const valueName = formatByName(properties.valueFormat ?? left.valueFormat.name).name
  const keyDelimiter =
    properties.keyDelimiter ?? (keyName === left.keyFormat.name ? left.keyFormat.delimiter : undefined)
  const valueDelimiter =
    properties.valueDelimiter ?? (valueName === left.valueFormat.name ? left.valueFormat.delimiter : undefined)
  const prefix = context.properties.get('ksql.output.topic.name.prefix') ?? ''
  const source: Source = {
    name: statement.name,
    kind: statement.kind,
    columns,
    topic: properties.topic ?? `${prefix}${statement.name}`,
    keyFormat: side(keyName, keyDelimiter, undefined, properties.keySchemaFullName, properties.keySchemaId),
    valueFormat: side(
      valueName,
      valueDelimiter,
      wrapping(properties, columns.filter((c) => c.role === 'value').length, valueName, context),
      properties.valueSchemaFullName,
      properties.valueSchemaId,
    ),
    window: result.window,
    timestamp: properties.timestamp ?? null,
    readOnly: false,
    derived: true,
    statement: statement.text,
  }
  checkTimestamp(source, statement.timestampAt ?? at)
  for (const isKey of [true, false]) {
    const { name, schemaId, wrapSingle } = isKey ? source.keyFormat : source.valueFormat
    const written = isKey ? keyColumns(source) : valueColumns(source)
    const unwrapped = written.length === 1 && (isKey || wrapSingle === false)
    const side = { isKey, topic: source.topic, format: formatByName(name), schemaId, unwrapped, at }
    checkSchemaId(side, written, context.registry)
  }
  checkFormats(source, context, at)
  return source
}

function side(
  name: string,
  delimiter: string | undefined,
  wrapSingle: boolean | undefined,
  schemaFullName: string | undefined,
  schemaId: number | undefined,
): SideFormat {
  return { name, delimiter, wrapSingle, schemaFullName, schemaId }
}

function wrapping(
  properties: WithClause,
  count: number,
  formatName: string,
  context: DefinitionContext,
): boolean | undefined {
  const format = formatByName(formatName)
  if (properties.wrapSingleValue !== undefined) {
    checkWrapSingleValue(format, count, properties.wrapSingleValue)
    return properties.wrapSingleValue
  }
  const preset = context.properties.get(WRAP_DEFAULT)
  if (preset === undefined || count !== 1 || format.wrapping !== 'both') return undefined
  return preset.toLowerCase() === 'true'
}

/** WITH (TIMESTAMP='…') must name a column. */
export function refuseUnknownTimestamp(column: string, names: readonly string[], at: Position): void {
  if (names.includes(column)) return
  throw semanticError(
    `The TIMESTAMP column set in the WITH clause does not exist in the schema: '${column}'`,
    at,
    `Columns: ${names.join(', ')}.`,
  )
}

const TIMESTAMP_TYPES = ['BIGINT', 'TIMESTAMP', 'STRING']

function checkTimestamp(source: Source, at: Position): void {
  const timestamp: TimestampColumn | null = source.timestamp
  if (timestamp === null) return
  const column = source.columns.find((c) => c.name === timestamp.column)
  if (column === undefined) {
    const names = source.columns.map((c) => c.name)
    refuseUnknownTimestamp(timestamp.column, names, at)
    return
  }
  if (!TIMESTAMP_TYPES.includes(column.type.base)) {
    throw semanticError(
      `Timestamp column, ${column.name}, should be LONG(INT64), TIMESTAMP, or a String with a timestamp_format specified.`,
      at,
      `It is ${formatType(column.type)}.`,
    )
  }
  if (column.type.base === 'STRING' && timestamp.format === null) {
    throw semanticError(
      `A String timestamp field has been specified without also specifying the 'TIMESTAMP_FORMAT'`,
      at,
      "Add TIMESTAMP_FORMAT='yyyy-MM-dd HH:mm:ss' or the like.",
    )
  }
  if (column.type.base !== 'STRING' && timestamp.format !== null) {
    throw semanticError(
      `'TIMESTAMP_FORMAT' set, but timestamp column was not of type String. Got: ${column.type.base}`,
      at,
      'Drop TIMESTAMP_FORMAT.',
    )
  }
}

function checkFormats(source: Source, context: DefinitionContext, at: Position): void {
  for (const column of keyColumns(source)) refuseMapKey(column.name, column.type, at)
  try {
    createSerdes(source, context.registry)
  } catch (error) {
    throw located(error, at)
  }
}

function missingValueFormat(at: Position) {
  return semanticError(
    "Statement is missing the 'VALUE_FORMAT' property from the WITH clause. Either provide one or set a default via the 'ksql.persistence.default.format.value' config.",
    at,
    "Add VALUE_FORMAT='JSON', for example.",
  )
}
