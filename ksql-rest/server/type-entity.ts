import type { SqlType } from '../../engine/index.ts'

/** A type as DESCRIBE tells it. */
export interface TypeEntity {
  readonly type: string
  readonly fields: readonly { readonly name: string; readonly schema: TypeEntity }[] | null
  readonly memberSchema: TypeEntity | null
  readonly parameters?: { readonly precision: number; readonly scale: number }
}

export function typeEntity(type: SqlType): TypeEntity {
  const plain = { type: type.base, fields: null, memberSchema: null }
  switch (type.base) {
    case 'ARRAY':
      return { ...plain, memberSchema: typeEntity(type.element) }
    case 'MAP':
      return { ...plain, memberSchema: typeEntity(type.value) }
    case 'STRUCT':
      return { ...plain, fields: type.fields.map((field) => ({ name: field.name, schema: typeEntity(field.type) })) }
    case 'DECIMAL':
      return { ...plain, parameters: { precision: type.precision, scale: type.scale } }
    default:
      return plain
  }
}
