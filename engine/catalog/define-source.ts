import { located, type Position, semanticError } from '../errors.ts'
import type { Format, FormatOptions, SchemaRegistry, Serde } from '../formats/format.ts'
import { checkWrapSingleValue, formatByName } from '../formats/index.ts'
import { checkOptions } from '../formats/refusal.ts'
import type { LayoutColumn } from '../plan/nodes.ts'
import { RESERVED_COLUMNS } from '../plan/scope.ts'
import type { ColumnDefinition, CreateSource, TypeName } from '../syntax/ast.ts'
import { formatType, type SqlType } from '../types/sql-type.ts'
import { refuseMapKey } from './map-key.ts'
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
  const declared = statement.columns.map((c) => declareColumn(c, context))
  const hasKey = declared.some((c) => c.role === 'key')
  const hasValue = declared.some((c) => c.role === 'value')
  const columns = [...declared]
  const isTable = statement.source === 'TABLE'
  const keySubject =
    properties.keySchemaId === undefined
      ? context.registry.latest(`${topic}-key`)
      : context.registry.byId(properties.keySchemaId)
  if (!hasKey && keyFormat.inference && keySubject !== null) {
    const inferred = keyFormat.columnsOf(keySubject.schema, 'ROWKEY', true)
    columns.unshift(...inferred.map((c) => ({ ...c, role: 'key' as const, headerKey: null })))
  }
  if (isTable && !columns.some((c) => c.role === 'key')) {
    throw semanticError(
      'Tables require a PRIMARY KEY. Please define the PRIMARY KEY.',
      at,
      'Mark the key column with PRIMARY KEY.',
    )
  }
  if (!hasValue && valueFormat.inference) {
    const valueSubject =
      properties.valueSchemaId === undefined
        ? context.registry.latest(`${topic}-value`)
        : context.registry.byId(properties.valueSchemaId)
    if (valueSubject === null) {
      throw semanticError(
        properties.valueSchemaId === undefined
          ? `Schema for message values on topic '${topic}' does not exist in the Schema Registry. Subject: ${topic}-value`
          : `Schema for message values on topic '${topic}' does not exist in the Schema Registry. Schema id: ${properties.valueSchemaId}`,
        at,
        'Register the schema, or write the columns.',
      )
    }
    const unwrap = properties.wrapSingleValue === false
    const inferred = valueFormat.columnsOf(valueSubject.schema, 'ROWVAL', unwrap)
    columns.push(
      ...inferred
        .filter((c) => !columns.some((known) => known.name === c.name))
        .map((c) => ({ ...c, role: 'value' as const, headerKey: null })),
    )
  }
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

function declareColumn(column: ColumnDefinition, context: DefinitionContext): SourceColumn {
  const role = column.role === 'value' ? 'value' : column.role === 'headers' ? 'headers' : 'key'
  return { name: column.name, type: context.resolveType(column.type), role, headerKey: column.headerKey }
}

function refuseColumnNames(columns: readonly SourceColumn[], placeOf: (column: SourceColumn) => Position): void {
  for (const [i, column] of columns.entries()) {
    if (RESERVED_COLUMNS.includes(column.name)) {
      throw semanticError(
        `'${column.name}' is a reserved column name. You cannot use it as a name for a column.`,
        placeOf(column),
        'Choose another name.',
      )
    }
    if (columns.findIndex((c) => c.name === column.name) < i) {
      throw semanticError(
        `Duplicate column names: ${column.name}`,
        placeOf(column),
        'Give each column a name of its own.',
      )
    }
  }
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

/** The readers and writers of a source's keys and values. */
export function createSerdes(source: Source, registry: SchemaRegistry): { key: Serde; value: Serde } {
  const of = (isKey: boolean): Serde => {
    const { format, columns, options } = sideOf(source, isKey, registry)
    return format.create(columns, options)
  }
  return { key: of(true), value: of(false) }
}

/** Registers the schemas a source's records are written with, where its formats have any. */
export function registerSchemas(source: Source, registry: SchemaRegistry): void {
  for (const isKey of [true, false]) {
    const { format, columns, options } = sideOf(source, isKey, registry)
    const subject = `${source.topic}-${isKey ? 'key' : 'value'}`
    if (!format.inference || columns.length === 0 || options.schemaId !== undefined) continue
    if (!source.derived && registry.latest(subject) !== null) continue
    const schema = format.schemaFor(columns, options)
    if (schema !== null) registry.register(subject, schema, 'AVRO')
  }
}

function sideOf(
  source: Source,
  isKey: boolean,
  registry: SchemaRegistry,
): { format: Format; columns: readonly SourceColumn[]; options: FormatOptions } {
  const side = isKey ? source.keyFormat : source.valueFormat
  const defaultName = isKey && source.derived && side.name === 'AVRO' ? defaultKeySchemaName(source) : undefined
  return {
    format: formatByName(side.name),
    columns: isKey ? keyColumns(source) : valueColumns(source),
    options: {
      delimiter: side.delimiter,
      wrapSingle: side.wrapSingle,
      schemaFullName: side.schemaFullName ?? defaultName,
      schemaId: side.schemaId,
      isKey,
      topic: source.topic,
      registry,
    },
  }
}

/** io.confluent.ksql.avro_schemas.OutputKey for a sink named OUTPUT (shared/ksqldb/KSQL-NOTES.md D). */
function defaultKeySchemaName(source: Source): string {
  const name = source.name.toLowerCase().replace(/(^|_)([a-z0-9])/g, (_, _sep: string, c: string) => c.toUpperCase())
  return `io.confluent.ksql.avro_schemas.${name}Key`
}

function missingValueFormat(at: Position) {
  return semanticError(
    "Statement is missing the 'VALUE_FORMAT' property from the WITH clause. Either provide one or set a default via the 'ksql.persistence.default.format.value' config.",
    at,
    "Add VALUE_FORMAT='JSON', for example.",
  )
}
