import { comparator } from '../../types/compare.ts'
import { arrayType, type SqlType, structType } from '../../types/sql-type.ts'
import type { SqlValue } from '../../types/values.ts'
import type { Accumulator, AggregateFunction, BindContext } from '../definition.ts'
import { argumentType, literalCount } from './argument.ts'
import { stored } from './stored.ts'

/** A kept row: the value it is sorted by, then the other columns. */
type Row = readonly SqlValue[]

/** The k rows with the greatest first value, in descending order, equal ones in the order they came; or only the first of equal ones. */
function topRows(
  context: BindContext,
  k: number,
  distinct: boolean,
  result: (row: Row) => SqlValue,
): Accumulator<readonly Row[]> {
  const columns = context.argTypes.slice(0, -1).map(stored)
  const compare = comparator(columns[0]?.type ?? argumentType(context))
  const insert = (rows: readonly Row[], row: Row): readonly Row[] => {
    const [value = null] = row
    const place = rows.findIndex(([other = null]) => compare(value, other) > 0)
    const index = place < 0 ? rows.length : place
    const before = rows[index - 1]?.[0] ?? null
    if (index >= k || (distinct && before !== null && compare(value, before) === 0)) return rows
    return [...rows.slice(0, index), row, ...rows.slice(index, k - 1)]
  }
  return {
    init: () => [],
    add: (rows, ...values: SqlValue[]) =>
      values[0] === null
        ? rows
        : insert(
            rows,
            columns.map((column, i) => column.pack(values[i] ?? null)),
          ),
    merge: (left, right) => right.reduce(insert, left),
    result: (rows) => rows.map((row) => result(columns.map((column, i) => column.unpack(row[i] ?? null)))),
  }
}

/** Alone, the values; with other columns, structs of sort_col, col0, col1 … */
function topkType(args: readonly SqlType[]): SqlType {
  const [sortColumn, ...others] = args.slice(0, -1)
  if (sortColumn === undefined) throw new Error('TOPK has no column')
  if (others.length === 0) return arrayType(sortColumn)
  return arrayType(
    structType([{ name: 'sort_col', type: sortColumn }, ...others.map((type, i) => ({ name: `col${i}`, type }))]),
  )
}

export const topk: AggregateFunction = {
  name: 'TOPK',
  description: 'TOPK(column, …, k): the k greatest values, with the other columns of their rows; NULLs are left out.',
  variants: (['DOUBLE', 'INT', 'BIGINT', 'VARCHAR'] as const).map((type) => ({
    parameters: [type, 'ANY', 'INT'],
    variadic: 1,
    literalsFrom: 2,
    returns: topkType,
    printedReturns: 'ARRAY<S>',
    structState: true,
    bind(context) {
      const last = context.argTypes.length - 1
      const alone = last === 1
      return topRows(context, literalCount('TOPK', context, last), false, (row) => (alone ? (row[0] ?? null) : row))
    },
  })),
}

const DISTINCT_TYPES = ['BIGINT', 'INT', 'DOUBLE', 'DECIMAL', 'BYTES', 'DATE', 'TIME', 'TIMESTAMP', 'VARCHAR'] as const

export const topkDistinct: AggregateFunction = {
  name: 'TOPKDISTINCT',
  description: 'TOPKDISTINCT(column, k): the k greatest distinct values; NULLs are left out.',
  variants: DISTINCT_TYPES.map((type) => ({
    parameters: [type, 'INT'],
    literalsFrom: 1,
    returns: topkType,
    printedReturns: `ARRAY<${type}>`,
    structState: true,
    bind: (context) => topRows(context, literalCount('TOPKDISTINCT', context, 1), true, ([value = null]) => value),
  })),
}
