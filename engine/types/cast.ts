import { KsqlError } from '../errors.ts'
import { DAY_MS } from './calendar.ts'
import { type Conversion, coercer, identity, nestedConversion } from './coercion.ts'
import {
  dateToText,
  parsePartialDate,
  parsePartialTime,
  parsePartialTimestamp,
  timestampToText,
  timeToText,
} from './datetime.ts'
import { Decimal } from './decimal.ts'
import { fitDecimal } from './decimal-type.ts'
import {
  doubleToInt,
  doubleToLong,
  javaDoubleToString,
  longToInt,
  parseJavaDouble,
  parseJavaInt,
  parseJavaLong,
} from './java-number.ts'
import { type DecimalType, formatType, type SqlType, type StructType, sameType } from './sql-type.ts'
import type { SqlValue } from './values.ts'

/**
 * The explicit CAST from one type to another. Throws KsqlError 'semantic' for pairs ksqlDB does not cast; the conversion itself throws for
 * values that do not fit (the column is NULL then).
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-reference/scalar-functions/#cast
 */
export function caster(from: SqlType, to: SqlType): Conversion {
  const conversion = tryCaster(from, to)
  if (conversion === null) {
    throw new KsqlError('semantic', `Cast of ${formatType(from)} to ${formatType(to)} is not supported`, {
      fix: 'Take a part of the value, or a function that converts it.',
    })
  }
  return conversion
}

function tryCaster(from: SqlType, to: SqlType): Conversion | null {
  if (sameType(from, to)) return identity
  const convert = primitiveCast(from, to)
  if (convert !== null) return (v) => (v === null ? null : convert(v))
  return nestedConversion(from, to, tryCaster)
}

function primitiveCast(from: SqlType, to: SqlType): Conversion | null {
  switch (to.base) {
    case 'STRING':
      return from.base === 'BYTES' ? null : toText(from)
    case 'BOOLEAN':
      return from.base === 'STRING' ? (v) => parseBoolean(v as string) : null
    case 'INTEGER':
      return toInteger(from)
    case 'BIGINT':
      return toBigint(from)
    case 'DOUBLE':
      return from.base === 'STRING' ? (v) => parsed(parseJavaDouble(v as string), v, to) : coercer(from, to)
    case 'DECIMAL':
      return toDecimal(from, to)
    case 'TIMESTAMP':
      if (from.base === 'STRING') return (v) => parsePartialTimestamp(v as string)
      return from.base === 'DATE' ? (v) => (v as number) * DAY_MS : null
    case 'DATE':
      if (from.base === 'STRING') return (v) => parsePartialDate(v as string)
      return from.base === 'TIMESTAMP' ? (v) => Math.floor((v as number) / DAY_MS) : null
    case 'TIME':
      if (from.base === 'STRING') return (v) => parsePartialTime(v as string)
      return from.base === 'TIMESTAMP' ? (v) => (((v as number) % DAY_MS) + DAY_MS) % DAY_MS : null
    default:
      return null
  }
}

function toInteger(from: SqlType): Conversion | null {
  switch (from.base) {
    case 'BIGINT':
      return (v) => longToInt(v as bigint)
    case 'DOUBLE':
      return (v) => doubleToInt(v as number)
    case 'DECIMAL':
      return (v) => longToInt((v as Decimal).toBigInt())
    case 'STRING':
      return (v) => parsed(parseJavaInt((v as string).trim()), v, from)
    default:
      return null
  }
}

function toBigint(from: SqlType): Conversion | null {
  switch (from.base) {
    case 'INTEGER':
      return (v) => BigInt(v as number)
    case 'DOUBLE':
      return (v) => doubleToLong(v as number)
    case 'DECIMAL':
      return (v) => BigInt.asIntN(64, (v as Decimal).toBigInt())
    case 'STRING':
      return (v) => parsed(parseJavaLong((v as string).trim()), v, from)
    default:
      return null
  }
}

function toDecimal(from: SqlType, to: DecimalType): Conversion | null {
  switch (from.base) {
    case 'INTEGER':
    case 'BIGINT':
      return (v) => fitDecimal(Decimal.fromInteger(v as number | bigint), to)
    case 'DOUBLE':
      return (v) => fitDecimal(Decimal.fromDouble(v as number), to)
    case 'DECIMAL':
      return (v) => fitDecimal(v as Decimal, to)
    case 'STRING':
      return (v) => fitDecimal(Decimal.parse((v as string).trim()), to)
    default:
      return null
  }
}

function parsed<T>(value: T | null, text: SqlValue, type: SqlType): T {
  if (value === null) throw new Error(`For input string: "${String(text)}" (no ${formatType(type)})`)
  return value
}

/** `true`, `yes` and their beginnings, in any case; every other text is false. */
export function parseBoolean(text: string): boolean {
  const word = text.trim().toLowerCase()
  return word !== '' && ('true'.startsWith(word) || 'yes'.startsWith(word))
}

/** The conversion of a type's values to the text ksqlDB prints: doubles Java's way, `[1, 2]`, `{a=1}`, `Struct{A=1,B=2}`. NULL inside is `null`. */
export function toText(type: SqlType): (value: SqlValue) => string {
  switch (type.base) {
    case 'DOUBLE':
      return (v) => (v === null ? 'null' : javaDoubleToString(v as number))
    case 'DECIMAL':
      return (v) => (v === null ? 'null' : (v as Decimal).toPlainString())
    case 'DATE':
      return (v) => (v === null ? 'null' : dateToText(v as number))
    case 'TIME':
      return (v) => (v === null ? 'null' : timeToText(v as number))
    case 'TIMESTAMP':
      return (v) => (v === null ? 'null' : timestampToText(v as number))
    case 'BYTES':
      return (v) => (v === null ? 'null' : Buffer.from(v as Uint8Array).toString('base64'))
    case 'ARRAY': {
      const element = toText(type.element)
      return (v) => (v === null ? 'null' : `[${(v as readonly SqlValue[]).map(element).join(', ')}]`)
    }
    case 'MAP': {
      const key = toText(type.key)
      const value = toText(type.value)
      return (v) =>
        v === null
          ? 'null'
          : `{${[...(v as ReadonlyMap<SqlValue, SqlValue>)].map(([k, item]) => `${key(k)}=${value(item)}`).join(', ')}}`
    }
    case 'STRUCT':
      return structText(type)
    default:
      return (v) => String(v)
  }
}

/** Kafka Connect's Struct.toString: fields that are NULL are left out. */
function structText(type: StructType): (value: SqlValue) => string {
  const fields = type.fields.map((field) => ({ name: field.name, text: toText(field.type) }))
  return (v) => {
    if (v === null) return 'null'
    const values = v as readonly SqlValue[]
    const shown = fields.flatMap(({ name, text }, i) => {
      const value = values[i] ?? null
      return value === null ? [] : [`${name}=${text(value)}`]
    })
    return `Struct{${shown.join(',')}}`
  }
}
