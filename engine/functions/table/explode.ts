import type { SqlType } from '../../types/sql-type.ts'
import type { SqlValue } from '../../types/values.ts'
import type { TableFunction } from '../definition.ts'

function elementType([array]: readonly SqlType[]): SqlType {
  if (array.base !== 'ARRAY') throw new Error(`EXPLODE takes an array, not ${array.base}.`)
  return array.element
}

function explode(array: SqlValue): readonly SqlValue[] {
  return (array ?? []) as readonly SqlValue[]
}

export const explodeFunction: TableFunction = {
  name: 'EXPLODE',
  description: 'A row for every element of an array.',
  variants: [
    { parameters: ['ARRAY<DECIMAL>'], returns: elementType, printedReturns: 'DECIMAL', bind: () => explode },
    { parameters: ['ARRAY<T>'], returns: 'T', bind: () => explode },
  ],
}
