/** ksqlDB's SQL types. https://docs.ksqldb.io/en/latest/reference/sql/data-types/ */
export type SqlType = PrimitiveType | DecimalType | ArrayType | MapType | StructType

export type PrimitiveName =
  | 'BOOLEAN'
  | 'INTEGER'
  | 'BIGINT'
  | 'DOUBLE'
  | 'STRING'
  | 'BYTES'
  | 'DATE'
  | 'TIME'
  | 'TIMESTAMP'

export interface PrimitiveType {
  readonly base: PrimitiveName
}
export interface DecimalType {
  readonly base: 'DECIMAL'
  readonly precision: number
  readonly scale: number
}
export interface ArrayType {
  readonly base: 'ARRAY'
  readonly element: SqlType
}
export interface MapType {
  readonly base: 'MAP'
  readonly key: SqlType
  readonly value: SqlType
}
export interface StructField {
  readonly name: string
  readonly type: SqlType
}
export interface StructType {
  readonly base: 'STRUCT'
  readonly fields: readonly StructField[]
}

export const BOOLEAN: PrimitiveType = { base: 'BOOLEAN' }
export const INTEGER: PrimitiveType = { base: 'INTEGER' }
export const BIGINT: PrimitiveType = { base: 'BIGINT' }
export const DOUBLE: PrimitiveType = { base: 'DOUBLE' }
export const STRING: PrimitiveType = { base: 'STRING' }
export const BYTES: PrimitiveType = { base: 'BYTES' }
export const DATE: PrimitiveType = { base: 'DATE' }
export const TIME: PrimitiveType = { base: 'TIME' }
export const TIMESTAMP: PrimitiveType = { base: 'TIMESTAMP' }

export function decimalType(precision: number, scale: number): DecimalType {
  return { base: 'DECIMAL', precision, scale }
}
export function arrayType(element: SqlType): ArrayType {
  return { base: 'ARRAY', element }
}
export function mapType(key: SqlType, value: SqlType): MapType {
  return { base: 'MAP', key, value }
}
export function structType(fields: readonly StructField[]): StructType {
  return { base: 'STRUCT', fields }
}

/** Structural equality, struct field names included. */
export function sameType(a: SqlType, b: SqlType): boolean {
  if (a === b) return true
  switch (a.base) {
    case 'DECIMAL':
      return b.base === 'DECIMAL' && a.precision === b.precision && a.scale === b.scale
    case 'ARRAY':
      return b.base === 'ARRAY' && sameType(a.element, b.element)
    case 'MAP':
      return b.base === 'MAP' && sameType(a.key, b.key) && sameType(a.value, b.value)
    case 'STRUCT':
      return (
        b.base === 'STRUCT' &&
        a.fields.length === b.fields.length &&
        a.fields.every((field, i) => {
          const other = b.fields[i]
          return other !== undefined && field.name === other.name && sameType(field.type, other.type)
        })
      )
    default:
      return a.base === b.base
  }
}

/** ksqlDB's way of writing a type in schemas and messages: STRUCT<`A` INTEGER, `B` ARRAY<STRING>>. */
export function formatType(type: SqlType): string {
  switch (type.base) {
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'ARRAY':
      return `ARRAY<${formatType(type.element)}>`
    case 'MAP':
      return `MAP<${formatType(type.key)}, ${formatType(type.value)}>`
    case 'STRUCT':
      // a blank, because <> would be an operator
      if (type.fields.length === 0) return 'STRUCT< >'
      return `STRUCT<${type.fields.map((f) => `\`${f.name}\` ${formatType(f.type)}`).join(', ')}>`
    default:
      return type.base
  }
}

export function isNumeric(type: SqlType): boolean {
  return type.base === 'INTEGER' || type.base === 'BIGINT' || type.base === 'DOUBLE' || type.base === 'DECIMAL'
}

export function isTemporal(type: SqlType): boolean {
  return type.base === 'DATE' || type.base === 'TIME' || type.base === 'TIMESTAMP'
}
