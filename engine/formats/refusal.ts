import { KsqlError } from '../errors.ts'
import { formatType, type SqlType } from '../types/sql-type.ts'
import type { FormatColumn, FormatOptions } from './format.ts'

/** "`K` INTEGER KEY", as ksqlDB lists columns in messages. */
export function describeColumns(columns: readonly FormatColumn[], isKey: boolean): string {
  return `[${columns.map((c) => `\`${c.name}\` ${formatType(c.type)}${isKey ? ' KEY' : ''}`).join(', ')}]`
}

/** The refusal of columns a format cannot carry, in ksqlDB's words. */
export function unsupportedSchema(
  format: string,
  columns: readonly FormatColumn[],
  options: FormatOptions,
  reason: string,
): KsqlError {
  const features = options.wrapSingle === undefined ? '' : options.wrapSingle ? 'WRAP_SINGLES' : 'UNWRAP_SINGLES'
  return new KsqlError(
    'semantic',
    `${options.isKey ? 'Key' : 'Value'} format does not support schema.\n` +
      `format: ${format}\n` +
      `schema: Persistence{columns=${describeColumns(columns, options.isKey)}, features=[${features}]}\n` +
      `reason: ${reason}`,
  )
}

/** The WITH options only some formats have: a delimiter, a schema's full name. */
export function checkOptions(format: string, options: Pick<FormatOptions, 'delimiter' | 'schemaFullName'>): void {
  if (options.delimiter !== undefined && format !== 'DELIMITED') {
    throw new KsqlError('semantic', `${format} does not support the following configs: [delimiter]`, {
      fix: 'Leave the delimiter out, or use the format DELIMITED.',
    })
  }
  if (options.schemaFullName === undefined) return
  if (format !== 'AVRO') {
    throw new KsqlError('semantic', `${format} does not support the following configs: [fullSchemaName]`, {
      fix: 'Leave the schema name out, or use the format AVRO.',
    })
  }
  if (options.schemaFullName.trim() === '') {
    throw new KsqlError('semantic', 'fullSchemaName cannot be empty. Format configuration: {fullSchemaName=}', {
      fix: 'Name the record, such as com.example.Reading.',
    })
  }
}

/** Is the one column written without a record or object around it? Keys are by default, values are not. */
export function isUnwrapped(columns: readonly FormatColumn[], options: FormatOptions): boolean {
  return columns.length === 1 && (options.wrapSingle === undefined ? options.isKey : !options.wrapSingle)
}

/** Does some part of a type satisfy a test? */
export function someType(type: SqlType, test: (type: SqlType) => boolean): boolean {
  if (test(type)) return true
  switch (type.base) {
    case 'ARRAY':
      return someType(type.element, test)
    case 'MAP':
      return someType(type.key, test) || someType(type.value, test)
    case 'STRUCT':
      return type.fields.some((field) => someType(field.type, test))
    default:
      return false
  }
}

export function hasNonStringMapKey(type: SqlType): boolean {
  return someType(type, (part) => part.base === 'MAP' && part.key.base !== 'STRING')
}
