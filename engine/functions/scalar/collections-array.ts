import { comparator, equality } from '../../types/compare.ts'
import type { Decimal } from '../../types/decimal.ts'
import { javaDoubleToString } from '../../types/java-number.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { SqlValue } from '../../types/values.ts'
import type { BindContext, ScalarFunction } from '../definition.ts'
import { elementType } from './element-type.ts'
import { typed } from './typed.ts'

export type SqlArray = readonly SqlValue[]

/** Java's text of an element. Only the types that ARRAY_JOIN is documented for have one. */
function textOf(type: SqlType): (value: SqlValue) => string {
  switch (type.base) {
    case 'BOOLEAN':
    case 'INTEGER':
    case 'BIGINT':
    case 'STRING':
      return String
    case 'DOUBLE':
      return (value) => javaDoubleToString(value as number)
    case 'DECIMAL':
      return (value) => (value as Decimal).toString()
    default:
      return () => {
        throw new Error(`ARRAY_JOIN: elements must be of a primitive type, not ${type.base}`)
      }
  }
}

function join(context: BindContext) {
  const text = textOf(elementType(context))
  return typed((array: SqlArray | null, delimiter: string | null = ',') =>
    array === null ? null : array.map((value) => (value === null ? 'null' : text(value))).join(delimiter ?? ''),
  )
}

/** The element that comes first by `direction` times the natural order, NULLs left out; NULL when nothing is left. */
function extreme(context: BindContext, direction: 1 | -1) {
  const compare = comparator(elementType(context))
  return typed((array: SqlArray) => {
    let best: SqlValue = null
    for (const value of array) {
      if (value !== null && (best === null || direction * compare(value, best) < 0)) best = value
    }
    return best
  })
}

const DIRECTIONS: Readonly<Record<string, 1 | -1>> = { ASC: 1, ASCENDING: 1, DESC: -1, DESCENDING: -1 }

function sort(context: BindContext) {
  const compare = comparator(elementType(context))
  return typed((array: SqlArray, order: string | undefined) => {
    const direction = DIRECTIONS[order?.toUpperCase() ?? 'ASC']
    if (direction === undefined) throw new Error(`ARRAY_SORT: unknown order '${order}', it is 'ASC' or 'DESC'`)
    const nulls = array.filter((value) => value === null)
    const values = array.filter((value) => value !== null)
    return [...values.sort((a, b) => direction * compare(a, b)), ...nulls]
  })
}

/** from and to count from 1 and belong to the slice; NULL means the array's end on that side, a place outside of the array gives NULL. */
function slice(array: SqlArray | null, from: number | null, to: number | null): SqlValue {
  if (array === null) return null
  const start = (from ?? 1) - 1
  const end = to ?? array.length
  return start < 0 || end > array.length || start > end ? null : array.slice(start, end)
}

export const arrayFunctions: readonly ScalarFunction[] = [
  {
    name: 'ARRAY_LENGTH',
    description: 'The number of elements, NULLs included.',
    category: 'ARRAY',
    variants: [
      {
        parameters: ['ARRAY<T>'],
        returns: 'INT',
        nulls: 'propagate',
        bind: () => typed((array: SqlArray) => array.length),
      },
    ],
  },
  {
    name: 'ARRAY_CONTAINS',
    description: 'Whether an element equals the value; a NULL array contains nothing.',
    category: 'ARRAY',
    variants: [
      {
        parameters: ['ARRAY<T>', 'T'],
        returns: 'BOOLEAN',
        nulls: 'pass',
        bind(context) {
          const equal = equality(elementType(context))
          return typed(
            (array: SqlArray | null, value: SqlValue) => array?.some((element) => equal(element, value)) ?? false,
          )
        },
      },
    ],
  },
  {
    name: 'ARRAY_JOIN',
    description: "ARRAY_JOIN(array[, delimiter]): the elements as one text, ',' between them, or the delimiter.",
    category: 'ARRAY',
    variants: [
      { parameters: ['ARRAY<T>'], returns: 'VARCHAR', nulls: 'pass', bind: join },
      { parameters: ['ARRAY<T>', 'VARCHAR'], returns: 'VARCHAR', nulls: 'pass', bind: join },
    ],
  },
  {
    name: 'ARRAY_MAX',
    description: 'The greatest element that is not NULL.',
    category: 'ARRAY',
    variants: [{ parameters: ['ARRAY<T>'], returns: 'T', nulls: 'propagate', bind: (context) => extreme(context, -1) }],
  },
  {
    name: 'ARRAY_MIN',
    description: 'The least element that is not NULL.',
    category: 'ARRAY',
    variants: [{ parameters: ['ARRAY<T>'], returns: 'T', nulls: 'propagate', bind: (context) => extreme(context, 1) }],
  },
  {
    name: 'ARRAY_REMOVE',
    description: 'The array without the elements equal to the value; NULL removes the NULLs.',
    category: 'ARRAY',
    variants: [
      {
        parameters: ['ARRAY<T>', 'T'],
        returns: 'ARRAY<T>',
        nulls: 'pass',
        bind(context) {
          const equal = equality(elementType(context))
          return typed(
            (array: SqlArray | null, value: SqlValue) => array?.filter((element) => !equal(element, value)) ?? null,
          )
        },
      },
    ],
  },
  {
    name: 'ARRAY_SORT',
    description: "ARRAY_SORT(array[, 'ASC' | 'DESC']): the elements in their natural order, NULLs always last.",
    category: 'ARRAY',
    variants: [
      { parameters: ['ARRAY<T>'], returns: 'ARRAY<T>', nulls: 'propagate', bind: sort },
      { parameters: ['ARRAY<T>', 'VARCHAR'], returns: 'ARRAY<T>', nulls: 'propagate', bind: sort },
    ],
  },
  {
    name: 'SLICE',
    description: 'SLICE(array, from, to): the elements from one place to another, both included, counted from 1.',
    category: 'ARRAY',
    variants: [
      { parameters: ['ARRAY<T>', 'INT', 'INT'], returns: 'ARRAY<T>', nulls: 'pass', bind: () => typed(slice) },
    ],
  },
]
