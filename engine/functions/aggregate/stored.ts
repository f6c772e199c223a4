import { Decimal } from '../../types/decimal.ts'
import { arrayType, BIGINT, mapType, type SqlType, structType } from '../../types/sql-type.ts'
import type { SqlValue } from '../../types/values.ts'

/**
 * Values as an aggregate's state keeps them: a state must survive structuredClone, which strips the class from a Decimal. So a DECIMAL is kept as its
 * unscaled value, a bigint; its scale is in the type.
 */
export interface Stored {
  /** the type of the kept values, for comparing them: BIGINT in place of DECIMAL */
  readonly type: SqlType
  pack(value: SqlValue): SqlValue
  unpack(value: SqlValue): SqlValue
}

const identity = (value: SqlValue): SqlValue => value

/** How values of this type are kept; the same values where the type has no DECIMAL in it. */
export function stored(type: SqlType): Stored {
  switch (type.base) {
    case 'DECIMAL':
      return {
        type: BIGINT,
        pack: (value) => value && (value as Decimal).setScale(type.scale, 'UNNECESSARY').unscaled,
        unpack: (value) => (value === null ? null : new Decimal(value as bigint, type.scale)),
      }
    case 'ARRAY': {
      const element = stored(type.element)
      if (element.pack === identity) return { type, pack: identity, unpack: identity }
      const each = (convert: typeof identity) => (value: SqlValue) =>
        value && (value as readonly SqlValue[]).map(convert)
      return { type: arrayType(element.type), pack: each(element.pack), unpack: each(element.unpack) }
    }
    case 'STRUCT': {
      const fields = type.fields.map((field) => stored(field.type))
      if (fields.every((field) => field.pack === identity)) return { type, pack: identity, unpack: identity }
      const each = (way: 'pack' | 'unpack') => (value: SqlValue) =>
        value && (value as readonly SqlValue[]).map((item, i) => fields[i]?.[way](item) ?? null)
      return {
        type: structType(type.fields.map((field, i) => ({ name: field.name, type: fields[i]?.type ?? field.type }))),
        pack: each('pack'),
        unpack: each('unpack'),
      }
    }
    case 'MAP': {
      const item = stored(type.value)
      if (item.pack === identity) return { type, pack: identity, unpack: identity }
      const each = (convert: typeof identity) => (value: SqlValue) =>
        value && new Map([...(value as ReadonlyMap<SqlValue, SqlValue>)].map(([k, v]) => [k, convert(v)]))
      return { type: mapType(type.key, item.type), pack: each(item.pack), unpack: each(item.unpack) }
    }
    default:
      return { type, pack: identity, unpack: identity }
  }
}
