import { semanticError } from '../../errors.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { BindContext } from '../definition.ts'

/** The type of an argument; resolution has made sure that it is there. */
export function argumentType(context: BindContext, index = 0): SqlType {
  const type = context.argTypes[index]
  if (type === undefined) throw new Error(`argument ${index + 1} is missing`)
  return type
}

/** The literal at `index`, a count of at least 1. Throws KsqlError 'semantic' for anything else. */
export function literalCount(functionName: string, context: BindContext, index: number): number {
  const count = context.constants[index]
  if (typeof count === 'number' && count >= 1) return count
  throw semanticError(
    `${functionName}: argument ${index + 1} must be 1 or greater, it is ${count}.`,
    undefined,
    'Give the number of values to keep.',
  )
}

/** The size limit a property sets for a collecting aggregate; none by default. Throws KsqlError 'semantic' for a property that is no number. */
export function sizeLimit(context: BindContext, property: string): number {
  const text = context.properties.get(property)
  if (text === undefined) return Number.POSITIVE_INFINITY
  if (/^\d+$/.test(text)) return Number(text)
  throw semanticError(
    `Property ${property} must be a whole number, it is '${text}'.`,
    undefined,
    `SET '${property}'='1000';`,
  )
}
