import { located, type Position, semanticError } from '../errors.ts'
import { formatByName } from '../formats/index.ts'
import type { Properties } from '../syntax/ast.ts'
import { formatExpression, hint } from '../syntax/index.ts'
import { parseDuration } from './duration.ts'
import type { KeyWindow, TimestampColumn, WindowType } from './source.ts'

/** A WITH clause, read and checked; undefined where a property is not given. */
export interface WithClause {
  readonly topic: string | undefined
  readonly partitions: number | undefined
  readonly replicas: number | undefined
  readonly keyFormat: string | undefined
  readonly valueFormat: string | undefined
  readonly keyDelimiter: string | undefined
  readonly valueDelimiter: string | undefined
  readonly wrapSingleValue: boolean | undefined
  readonly timestamp: TimestampColumn | undefined
  readonly window: KeyWindow | undefined
  readonly keySchemaId: number | undefined
  readonly valueSchemaId: number | undefined
  readonly keySchemaFullName: string | undefined
  readonly valueSchemaFullName: string | undefined
}

const NAMES = [
  'KAFKA_TOPIC',
  'PARTITIONS',
  'REPLICAS',
  'RETENTION_MS',
  'CLEANUP_POLICY',
  'FORMAT',
  'KEY_FORMAT',
  'VALUE_FORMAT',
  'KEY_DELIMITER',
  'VALUE_DELIMITER',
  'WRAP_SINGLE_VALUE',
  'TIMESTAMP',
  'TIMESTAMP_FORMAT',
  'WINDOW_TYPE',
  'WINDOW_SIZE',
  'KEY_SCHEMA_ID',
  'VALUE_SCHEMA_ID',
  'KEY_SCHEMA_FULL_NAME',
  'VALUE_SCHEMA_FULL_NAME',
  'VALUE_AVRO_SCHEMA_FULL_NAME',
  'KEY_PROTOBUF_NULLABLE_REPRESENTATION',
  'VALUE_PROTOBUF_NULLABLE_REPRESENTATION',
  'SOURCE_CONNECTOR',
  'SOURCED_BY_CONNECTOR',
]

/** https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-reference/create-stream/#stream-properties */
export function readWithClause(properties: Properties): WithClause {
  for (const [name, { at }] of properties) {
    if (!NAMES.includes(name)) {
      throw semanticError(
        `Failed to prepare statement: Invalid config variable(s) in the WITH clause: ${name}`,
        at,
        hint(name, NAMES, 'Known properties'),
      )
    }
  }
  const reader = new Reader(properties)
  const format = reader.format('FORMAT')
  for (const side of ['KEY_FORMAT', 'VALUE_FORMAT']) {
    if (format !== undefined && properties.has(side)) {
      throw semanticError(
        `Cannot supply both '${side}' and 'FORMAT' properties, as 'FORMAT' sets both key and value formats. Either use just 'FORMAT', or use 'KEY_FORMAT' and 'VALUE_FORMAT'.`,
        properties.get(side)?.at,
        `Drop FORMAT or ${side}.`,
      )
    }
  }
  return {
    topic: reader.text('KAFKA_TOPIC'),
    partitions: reader.positive('PARTITIONS'),
    replicas: reader.positive('REPLICAS'),
    keyFormat: reader.format('KEY_FORMAT') ?? format,
    valueFormat: reader.format('VALUE_FORMAT') ?? format,
    keyDelimiter: reader.delimiter('KEY_DELIMITER'),
    valueDelimiter: reader.delimiter('VALUE_DELIMITER'),
    wrapSingleValue: reader.boolean('WRAP_SINGLE_VALUE'),
    timestamp: readTimestamp(reader),
    window: readWindow(reader),
    keySchemaId: reader.positive('KEY_SCHEMA_ID'),
    valueSchemaId: reader.positive('VALUE_SCHEMA_ID'),
    keySchemaFullName: reader.text('KEY_SCHEMA_FULL_NAME'),
    valueSchemaFullName: reader.text('VALUE_SCHEMA_FULL_NAME') ?? reader.text('VALUE_AVRO_SCHEMA_FULL_NAME'),
  }
}

class Reader {
  private readonly properties: Properties

  constructor(properties: Properties) {
    this.properties = properties
  }

  at(name: string): Position | undefined {
    return this.properties.get(name)?.at
  }

  text(name: string): string | undefined {
    const e = this.properties.get(name)?.value
    if (e === undefined) return undefined
    return e.kind === 'string' ? e.value : formatExpression(e)
  }

  /** the name of a known format */
  format(name: string): string | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    try {
      return formatByName(text).name
    } catch (error) {
      throw located(error, this.at(name))
    }
  }

  positive(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (!Number.isInteger(value) || value < 1) {
      throw semanticError(
        `Failed to prepare statement: Invalid value ${text} for property ${name}: must be a whole number of at least 1.`,
        this.at(name),
        `Write ${name}=1 or more.`,
      )
    }
    return value
  }

  boolean(name: string): boolean | undefined {
    const text = this.text(name)?.toLowerCase()
    if (text === undefined) return undefined
    if (text !== 'true' && text !== 'false') {
      throw semanticError(
        `Failed to prepare statement: Invalid value ${text} for property ${name}: must be true or false.`,
        this.at(name),
        `Write ${name}=true or ${name}=false.`,
      )
    }
    return text === 'true'
  }

  delimiter(name: string): string | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    if (text.trim() === '') {
      throw semanticError(
        `Failed to prepare statement: Configuration ${name} is invalid: Delimiter cannot be empty, if you meant to have a tab or space for delimiter, please use the special values 'TAB' or 'SPACE'\nExample valid value: ';'`,
        this.at(name),
        `Write ${name}=';' or the like.`,
      )
    }
    if (text.length > 1 && text !== 'TAB' && text !== 'SPACE') {
      throw semanticError(
        `Failed to prepare statement: Configuration ${name} is invalid: Invalid delimiter value: '${text}'. Delimiter must be a single character or TAB,SPACE\nExample valid value: ';'`,
        this.at(name),
        `Write ${name}=';' or the like.`,
      )
    }
    return text
  }
}

/** Column names in properties are folded as identifiers are. */
function foldName(text: string): string {
  return text.startsWith('`') && text.endsWith('`') ? text.slice(1, -1).replaceAll('``', '`') : text.toUpperCase()
}

function readTimestamp(reader: Reader): TimestampColumn | undefined {
  const column = reader.text('TIMESTAMP')
  if (column === undefined) return undefined
  return { column: foldName(column), format: reader.text('TIMESTAMP_FORMAT') ?? null }
}

function readWindow(reader: Reader): KeyWindow | undefined {
  const type = reader.text('WINDOW_TYPE')?.toUpperCase()
  const size = reader.text('WINDOW_SIZE')
  if (type === undefined) {
    if (size !== undefined) {
      throw semanticError(
        "'WINDOW_SIZE' should only be set for windowed sources.",
        reader.at('WINDOW_SIZE'),
        'Add WINDOW_TYPE.',
      )
    }
    return undefined
  }
  if (type !== 'TUMBLING' && type !== 'HOPPING' && type !== 'SESSION') {
    throw semanticError(
      `Failed to prepare statement: Configuration WINDOW_TYPE is invalid: Unknown window type: '${type}'`,
      reader.at('WINDOW_TYPE'),
      'Use TUMBLING, HOPPING or SESSION.',
    )
  }
  if (type === 'SESSION') return { type: type satisfies WindowType, size: null }
  if (size === undefined) {
    throw semanticError(
      "Tumbling and hopping window types require 'WINDOW_SIZE' to be provided in the WITH clause. For example: 'WINDOW_SIZE'='10 SECONDS'",
      reader.at('WINDOW_TYPE'),
      "Add WINDOW_SIZE='10 SECONDS' or the like.",
    )
  }
  return { type, size: parseDuration(size, reader.at('WINDOW_SIZE')) }
}
