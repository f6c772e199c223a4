import { hashKey } from '../../types/compare.ts'
import type { SqlValue } from '../../types/values.ts'
import type { BindContext, ScalarFunction, ScalarVariant } from '../definition.ts'
import type { SqlArray } from './collections-array.ts'
import { elementType } from './element-type.ts'
import { typed } from './typed.ts'

type Key = ReturnType<ReturnType<typeof hashKey>>

/** The first element of every distinct value, in order, of those whose key `wanted` accepts. */
function distinct(array: SqlArray, key: (value: SqlValue) => Key, wanted: (key: Key) => boolean = () => true) {
  const seen = new Set<Key>()
  return array.filter((value) => {
    const k = key(value)
    if (seen.has(k) || !wanted(k)) return false
    seen.add(k)
    return true
  })
}

function setOperation(
  name: string,
  description: string,
  combine: (left: SqlArray, right: SqlArray, key: (value: SqlValue) => Key) => SqlArray,
): ScalarFunction {
  const variant: ScalarVariant = {
    parameters: ['ARRAY<T>', 'ARRAY<T>'],
    returns: 'ARRAY<T>',
    nulls: 'propagate',
    bind(context: BindContext) {
      const key = hashKey(elementType(context))
      return typed((left: SqlArray, right: SqlArray) => combine(left, right, key))
    },
  }
  return { name, description, category: 'ARRAY', variants: [variant] }
}

/** Results keep the order of first occurrence; NULL counts as a value. */
export const arraySetFunctions: readonly ScalarFunction[] = [
  {
    name: 'ARRAY_DISTINCT',
    description: 'The distinct elements, in the order of their first occurrence.',
    category: 'ARRAY',
    variants: [
      {
        parameters: ['ARRAY<T>'],
        returns: 'ARRAY<T>',
        nulls: 'propagate',
        bind(context) {
          const key = hashKey(elementType(context))
          return typed((array: SqlArray) => distinct(array, key))
        },
      },
    ],
  },
  setOperation('ARRAY_UNION', 'The distinct elements of both arrays.', (left, right, key) =>
    distinct([...left, ...right], key),
  ),
  setOperation('ARRAY_INTERSECT', 'The distinct elements that both arrays have.', (left, right, key) => {
    const keys = new Set(right.map(key))
    return distinct(left, key, (k) => keys.has(k))
  }),
  setOperation(
    'ARRAY_EXCEPT',
    'The distinct elements of the first array that the second has not.',
    (left, right, key) => {
      const keys = new Set(right.map(key))
      return distinct(left, key, (k) => !keys.has(k))
    },
  ),
  {
    name: 'ARRAY_CONCAT',
    description: 'The elements of both arrays; where one is NULL, the other.',
    category: 'ARRAY',
    variants: [
      {
        parameters: ['ARRAY<T>', 'ARRAY<T>'],
        returns: 'ARRAY<T>',
        nulls: 'pass',
        bind: () =>
          typed((left: SqlArray | null, right: SqlArray | null) =>
            left === null || right === null ? (left ?? right) : [...left, ...right],
          ),
      },
    ],
  },
]
