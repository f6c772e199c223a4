import type { Decimal } from '../types/decimal.ts'
import { javaDoubleToString } from '../types/java-number.ts'
import type { SqlType, StructField } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'
import { encodeBase64 } from './utf8.ts'

type Write = (value: SqlValue) => string
/** How dates and times are written, where not as numbers. */
export type DateWriters = Partial<Record<SqlType['base'], Write>>

/**
 * The JSON text of a type's values, as ksqlDB writes it: doubles Java's way, NaN and infinities as strings, decimals with their full scale, dates as
 * numbers unless `dates` writes them.
 */
export function jsonWriter(type: SqlType, dates: DateWriters = {}): Write {
  const write = dates[type.base] ?? presentWriter(type, dates)
  return (value) => (value === null ? 'null' : write(value))
}

function presentWriter(type: SqlType, dates: DateWriters): Write {
  switch (type.base) {
    case 'STRING':
      return (value) => JSON.stringify(value)
    case 'DOUBLE':
      return (value) => {
        const text = javaDoubleToString(value as number)
        return Number.isFinite(value) ? text : `"${text}"`
      }
    case 'DECIMAL':
      return (value) => (value as Decimal).toPlainString()
    case 'BYTES':
      return (value) => `"${encodeBase64(value as Uint8Array)}"`
    case 'ARRAY': {
      const write = jsonWriter(type.element, dates)
      return (value) => `[${(value as readonly SqlValue[]).map(write).join(',')}]`
    }
    case 'MAP': {
      const write = jsonWriter(type.value, dates)
      return (value) => {
        const entries: string[] = []
        for (const [key, item] of value as ReadonlyMap<SqlValue, SqlValue>) {
          entries.push(`${JSON.stringify(String(key))}:${write(item)}`)
        }
        return `{${entries.join(',')}}`
      }
    }
    case 'STRUCT': {
      const write = objectWriter(type.fields, dates)
      return (value) => write(value as readonly SqlValue[])
    }
    default:
      return String
  }
}

/** An object with all fields, NULL ones too, in the order of the columns. */
export function objectWriter(
  fields: readonly StructField[],
  dates: DateWriters = {},
): (values: readonly SqlValue[]) => string {
  const writers = fields.map((field) => jsonWriter(field.type, dates))
  const names = fields.map((field, i) => `${i === 0 ? '{' : ','}${JSON.stringify(field.name)}:`)
  return (values) => {
    let text = ''
    for (let i = 0; i < writers.length; i++) text += (names[i] ?? '') + (writers[i]?.(values[i] ?? null) ?? '')
    return text === '' ? '{}' : `${text}}`
  }
}
