import type { SqlType } from '../../types/sql-type.ts'
import type { BindContext } from '../definition.ts'

/** The type of the elements of an ARRAY argument; the signature has made sure that it is one. */
export function elementType(context: BindContext, argument = 0): SqlType {
  const type = context.argTypes[argument]
  if (type?.base !== 'ARRAY') throw new Error(`argument ${argument + 1} is no ARRAY but ${type?.base}`)
  return type.element
}
