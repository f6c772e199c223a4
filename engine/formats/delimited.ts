import { KsqlError } from '../errors.ts'
import { toText } from '../types/cast.ts'
import { Decimal } from '../types/decimal.ts'
import { parseJavaDouble, parseJavaInt, parseJavaLong } from '../types/java-number.ts'
import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { parseCsv, printCsv } from './csv.ts'
import { exactDecimal } from './exact-decimal.ts'
import type { Format, FormatColumn, FormatOptions, Serde } from './format.ts'
import { checkOptions, unsupportedSchema } from './refusal.ts'
import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from './utf8.ts'

/** Columns as one line of CSV. NULL is an empty field. https://docs.ksqldb.io/en/latest/reference/serialization/#delimited */
export const DELIMITED: Format = {
  name: 'DELIMITED',
  inference: false,
  wrapping: 'unwrap',
  create,
  schemaFor: () => null,
  columnsOf: () => [],
}

/** The character a VALUE_DELIMITER or KEY_DELIMITER names. */
export function parseDelimiter(text: string, property: string): string {
  const refuse = (reason: string) =>
    new KsqlError(
      'semantic',
      `Failed to prepare statement: Configuration ${property} is invalid: ${reason}\nExample valid value: ';'`,
    )
  if (text === 'SPACE') return ' '
  if (text === 'TAB') return '\t'
  if (text.trim() === '') {
    throw refuse(
      "Delimiter cannot be empty, if you meant to have a tab or space for delimiter, please use the special values 'TAB' or 'SPACE'",
    )
  }
  if (text.length > 1) throw refuse(`Invalid delimiter value: '${text}'`)
  return text
}

function create(columns: readonly FormatColumn[], options: FormatOptions): Serde {
  checkOptions('DELIMITED', options)
  const delimiter = parseDelimiter(options.delimiter ?? ',', options.isKey ? 'KEY_DELIMITER' : 'VALUE_DELIMITER')
  const codecs = columns.map((column) => {
    const codec = codecOf(column.type)
    if (codec !== null) return codec
    const reason = `The 'DELIMITED' format does not support type '${column.type.base}', column: \`${column.name}\``
    throw unsupportedSchema('DELIMITED', columns, options, reason)
  })
  return {
    deserialize(bytes) {
      const line = decodeUtf8(bytes)
      const fields = parseCsv(line, delimiter)
      if (fields.length !== codecs.length) {
        throw new Error(
          `Unexpected field count, csvFields: ${fields.length} schemaFields: ${codecs.length} line: ${line}`,
        )
      }
      return codecs.map((codec, i) => {
        const field = fields[i] ?? ''
        return field === '' ? null : codec.parse(field)
      })
    },
    serialize(values) {
      const fields = codecs.map((codec, i) => {
        const value = values[i] ?? null
        return printCsv(value === null ? null : codec.print(value), delimiter, i === 0)
      })
      return encodeUtf8(fields.join(delimiter))
    },
  }
}

interface FieldCodec {
  parse(field: string): SqlValue
  print(value: SqlValue): string
}

/** null for types that have no text of one field. */
function codecOf(type: SqlType): FieldCodec | null {
  switch (type.base) {
    case 'ARRAY':
    case 'MAP':
    case 'STRUCT':
      return null
    case 'STRING':
      return { parse: (field) => field, print: (value) => value as string }
    case 'BOOLEAN':
      return { parse: (field) => field.toLowerCase() === 'true', print: String }
    case 'INTEGER':
      return { parse: (field) => required(parseJavaInt(field), field, 'INTEGER'), print: String }
    case 'BIGINT':
      return { parse: (field) => required(parseJavaLong(field), field, 'BIGINT'), print: String }
    case 'DOUBLE':
      return { parse: (field) => required(parseJavaDouble(field), field, 'DOUBLE'), print: toText(type) }
    case 'DECIMAL':
      return { parse: (field) => exactDecimal(Decimal.parse(field), type), print: toText(type) }
    case 'BYTES':
      return { parse: decodeBase64, print: (value) => encodeBase64(value as Uint8Array) }
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      // days or milliseconds, as in every format
      return { parse: (field) => Number(required(parseJavaLong(field), field, type.base)), print: String }
  }
}

function required<T>(value: T | null, field: string, type: string): T {
  if (value === null) throw new Error(`'${field}' is no ${type}`)
  return value
}
