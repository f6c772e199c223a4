import { BOOLEAN, STRING } from '../types/sql-type.ts'
import { inListType, type ListItem, listType } from './list-type.ts'
import type { Typed } from './typed.ts'

/** `operand IN (items)`: all are brought to one type, and compared in it. */
export function inList(operand: ListItem, items: readonly ListItem[]): Typed {
  const type = listType([operand, ...items]) ?? STRING
  return {
    op: 'in',
    operand: inListType(operand.typed, type),
    items: items.map((item) => inListType(item.typed, type)),
    type: BOOLEAN,
  }
}
