import { Decimal } from './decimal.ts'
import { asDecimalType, fitDecimal, widerDecimal } from './decimal-type.ts'
import {
  arrayType,
  BIGINT,
  DOUBLE,
  isNumeric,
  isTemporal,
  mapType,
  type SqlType,
  type StructField,
  type StructType,
  sameType,
  structType,
} from './sql-type.ts'
import type { SqlValue } from './values.ts'

/** A conversion fixed when a query is compiled. NULL gives NULL; may throw for a value that does not fit (the column is NULL then). */
export type Conversion = (value: SqlValue) => SqlValue

/** The conversion that changes nothing: compare with it to skip the call. */
export const identity: Conversion = (value) => value

/**
 * The type two expressions meet at (comparison, CASE, IN, ARRAY[…]), or null where there is none.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-reference/type-coercion/
 */
export function commonType(a: SqlType, b: SqlType): SqlType | null {
  if (sameType(a, b)) return a
  if (isNumeric(a) && isNumeric(b)) return commonNumber(a, b)
  if (a.base === 'STRING' && isTemporal(b)) return b
  if (b.base === 'STRING' && isTemporal(a)) return a
  if (a.base === 'ARRAY' && b.base === 'ARRAY') {
    const element = commonType(a.element, b.element)
    return element && arrayType(element)
  }
  if (a.base === 'MAP' && b.base === 'MAP') {
    const key = commonType(a.key, b.key)
    const value = commonType(a.value, b.value)
    return key && value && mapType(key, value)
  }
  if (a.base === 'STRUCT' && b.base === 'STRUCT') return commonStruct(a, b)
  return null
}

function commonNumber(a: SqlType, b: SqlType): SqlType {
  if (a.base === 'DOUBLE' || b.base === 'DOUBLE') return DOUBLE
  const left = asDecimalType(a)
  const right = asDecimalType(b)
  if ((a.base === 'DECIMAL' || b.base === 'DECIMAL') && left && right) return widerDecimal(left, right)
  return BIGINT
}

/** All fields of either; those of both must meet. */
function commonStruct(a: StructType, b: StructType): StructType | null {
  const fields: StructField[] = []
  for (const field of a.fields) {
    const other = b.fields.find((f) => f.name === field.name)
    const type = other === undefined ? field.type : commonType(field.type, other.type)
    if (type === null) return null
    fields.push({ name: field.name, type })
  }
  for (const field of b.fields) {
    if (!a.fields.some((f) => f.name === field.name)) fields.push(field)
  }
  return structType(fields)
}

/** Does ksqlDB convert `from` to `to` without being asked? Numbers widen, containers follow their parts. */
export function canCoerce(from: SqlType, to: SqlType): boolean {
  return coercer(from, to) !== null
}

/** The implicit conversion from one type to another, `identity` for equal types, null where ksqlDB has none. */
export function coercer(from: SqlType, to: SqlType): Conversion | null {
  if (sameType(from, to)) return identity
  switch (to.base) {
    case 'BIGINT':
      return from.base === 'INTEGER' ? (v) => (v === null ? null : BigInt(v as number)) : null
    case 'DECIMAL': {
      if (from.base === 'DECIMAL') {
        return from.scale <= to.scale && from.precision - from.scale <= to.precision - to.scale
          ? (v) => (v === null ? null : (v as Decimal).setScale(to.scale))
          : null
      }
      return asDecimalType(from)
        ? (v) => (v === null ? null : fitDecimal(Decimal.fromInteger(v as number | bigint), to))
        : null
    }
    case 'DOUBLE':
      if (from.base === 'INTEGER') return identity
      if (from.base === 'BIGINT') return (v) => (v === null ? null : Number(v as bigint))
      if (from.base === 'DECIMAL') return (v) => (v === null ? null : (v as Decimal).toNumber())
      return null
    default:
      return nestedConversion(from, to, coercer)
  }
}

/** Converts the parts of arrays, maps and structs by `part`; null where the shapes differ or a part has no conversion. Struct fields go by name, absent ones are NULL. */
export function nestedConversion(
  from: SqlType,
  to: SqlType,
  part: (from: SqlType, to: SqlType) => Conversion | null,
): Conversion | null {
  if (from.base === 'ARRAY' && to.base === 'ARRAY') {
    const element = part(from.element, to.element)
    return element && ((v) => (v === null ? null : (v as readonly SqlValue[]).map(element)))
  }
  if (from.base === 'MAP' && to.base === 'MAP') {
    const key = part(from.key, to.key)
    const value = part(from.value, to.value)
    if (key === null || value === null) return null
    return (v) => {
      if (v === null) return null
      const converted = new Map<SqlValue, SqlValue>()
      for (const [k, item] of v as ReadonlyMap<SqlValue, SqlValue>) converted.set(key(k), value(item))
      return converted
    }
  }
  if (from.base === 'STRUCT' && to.base === 'STRUCT') return structConversion(from, to, part)
  return null
}

function structConversion(
  from: StructType,
  to: StructType,
  part: (from: SqlType, to: SqlType) => Conversion | null,
): Conversion | null {
  const parts: { index: number; convert: Conversion }[] = []
  for (const field of to.fields) {
    const index = from.fields.findIndex((f) => f.name === field.name)
    const source = from.fields[index]
    const convert = source === undefined ? identity : part(source.type, field.type)
    if (convert === null) return null
    parts.push({ index, convert })
  }
  return (v) => {
    if (v === null) return null
    const values = v as readonly SqlValue[]
    return parts.map(({ index, convert }) => convert(values[index] ?? null))
  }
}
