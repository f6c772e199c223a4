import type { SqlValue } from '../../types/values.ts'
import type { TableFunction } from '../definition.ts'

/**
 * Every choice of elements that are kept while the others are NULL, from none to all; the last element changes fastest.
 * Elements that are NULL make no choice of their own.
 */
function cube(value: SqlValue): readonly SqlValue[] {
  const columns = value as readonly SqlValue[] | null
  if (columns === null) return []
  return columns.reduce<SqlValue[][]>(
    (rows, column) =>
      rows.flatMap((row) =>
        column === null
          ? [[...row, null]]
          : [
              [...row, null],
              [...row, column],
            ],
      ),
    [[]],
  )
}

export const cubeExplodeFunction: TableFunction = {
  name: 'CUBE_EXPLODE',
  description: 'A row for every combination of elements of an array, the others NULL.',
  variants: [{ parameters: ['ARRAY<T>'], returns: 'ARRAY<T>', bind: () => cube }],
}
