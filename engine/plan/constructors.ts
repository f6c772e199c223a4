import { type Position, semanticError } from '../errors.ts'
import { arrayType, mapType, type SqlType, structType } from '../types/sql-type.ts'
import { defaultNull } from './coerce.ts'
import { inListType, type ListItem, listType } from './list-type.ts'
import type { Typed } from './typed.ts'

const ISSUE = '(see https://github.com/confluentinc/ksql/issues/4239)'

/** ARRAY[item, …]: the items share a type. */
export function typeArray(items: readonly ListItem[], at: Position): Typed {
  if (items.length === 0) {
    throw semanticError(
      `Array constructor cannot be empty. Please supply at least one element ${ISSUE}.`,
      at,
      'Write ARRAY[CAST(NULL AS …)] for an array of a type.',
    )
  }
  const element = listType(items)
  if (element === null) throw allNull('an array', 'elements', at)
  return { op: 'array', items: items.map((item) => inListType(item.typed, element)), type: arrayType(element) }
}

/** MAP(key := value, …): the keys share a type, and the values do. */
export function typeMap(entries: readonly { readonly key: ListItem; readonly value: ListItem }[], at: Position): Typed {
  if (entries.length === 0) {
    throw semanticError(
      `Map constructor cannot be empty. Please supply at least one key value pair ${ISSUE}.`,
      at,
      'Write MAP(key := value).',
    )
  }
  const key = listType(entries.map((e) => e.key))
  if (key === null) throw allNull('a map', 'keys', at)
  const value = listType(entries.map((e) => e.value))
  if (value === null) throw allNull('a map', 'values', at)
  return {
    op: 'map',
    entries: entries.map((e) => ({ key: inListType(e.key.typed, key), value: inListType(e.value.typed, value) })),
    type: mapType(key, value),
  }
}

/** STRUCT(name := value, …); none at all is a struct too. */
export function typeStruct(fields: readonly { readonly name: string; readonly value: Typed }[], at: Position): Typed {
  const names = fields.map((f) => f.name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) {
    throw semanticError(`Duplicate field names found in STRUCT: '${twice}'`, at, 'Give each field a name of its own.')
  }
  const values = fields.map((f) => defaultNull(f.value))
  const type: SqlType = structType(values.map((value, i) => ({ name: names[i] ?? '', type: value.type })))
  return { op: 'struct', fields: values, type }
}

function allNull(what: string, parts: string, at: Position) {
  return semanticError(
    `Cannot construct ${what} with all NULL ${parts} ${ISSUE}. As a workaround, you may cast a NULL value to the desired type.`,
    at,
    'CAST(NULL AS …) gives the type.',
  )
}
