import type { SqlValue } from '../../types/values.ts'
import type { LambdaValue, ScalarFunction } from '../definition.ts'
import type { SqlArray } from './collections-array.ts'
import type { SqlMap } from './collections-map.ts'
import { typed } from './typed.ts'

/** A condition that is NULL is an error, as unboxing a null Boolean is in Java. */
function holds(condition: SqlValue): boolean {
  if (typeof condition !== 'boolean') throw new Error('FILTER: the condition is NULL')
  return condition
}

/** Two keys that become the same, and NULL values, are errors, as in Java's Collectors.toMap. */
function transformMap(map: SqlMap, toKey: LambdaValue, toValue: LambdaValue): SqlMap {
  const result = new Map<SqlValue, SqlValue>()
  for (const [k, v] of map) {
    const key = toKey(k, v)
    const value = toValue(k, v)
    if (result.has(key)) throw new Error(`TRANSFORM: two entries get the same key '${key}'`)
    if (value === null) throw new Error(`TRANSFORM: the value of key '${key}' is NULL`)
    result.set(key, value)
  }
  return result
}

/** An error inside a lambda is an error of the whole call. */
export const lambdaFunctions: readonly ScalarFunction[] = [
  {
    name: 'TRANSFORM',
    description: 'A new array or map, of what lambdas make of every element, or of every key and value.',
    category: 'LAMBDA',
    variants: [
      {
        parameters: ['MAP<K, V>', 'LAMBDA (K, V) => R', 'LAMBDA (K, V) => T'],
        returns: 'MAP<R, T>',
        nulls: 'propagate',
        bind: () => typed(transformMap),
      },
      {
        parameters: ['ARRAY<T>', 'LAMBDA (T) => R'],
        returns: 'ARRAY<R>',
        nulls: 'propagate',
        bind: () => typed((array: SqlArray, lambda: LambdaValue) => array.map((value) => lambda(value))),
      },
    ],
  },
  {
    name: 'FILTER',
    description: 'The elements or entries for which the lambda is true.',
    category: 'LAMBDA',
    variants: [
      {
        parameters: ['MAP<K, V>', 'LAMBDA (K, V) => BOOLEAN'],
        returns: 'MAP<K, V>',
        nulls: 'propagate',
        bind: () =>
          typed((map: SqlMap, lambda: LambdaValue) => new Map([...map].filter(([k, v]) => holds(lambda(k, v))))),
      },
      {
        parameters: ['ARRAY<T>', 'LAMBDA (T) => BOOLEAN'],
        returns: 'ARRAY<T>',
        nulls: 'propagate',
        bind: () => typed((array: SqlArray, lambda: LambdaValue) => array.filter((value) => holds(lambda(value)))),
      },
    ],
  },
  {
    name: 'REDUCE',
    description:
      'Folds the elements or entries into a state, one after another: REDUCE(array, start, (state, element) => …).',
    category: 'LAMBDA',
    variants: [
      {
        parameters: ['ARRAY<T>', 'S', 'LAMBDA (S, T) => S'],
        returns: 'S',
        nulls: 'pass',
        bind: () =>
          typed((array: SqlArray | null, start: SqlValue, lambda: LambdaValue) =>
            array === null || start === null
              ? start
              : array.reduce<SqlValue>((state, value) => lambda(state, value), start),
          ),
      },
      {
        parameters: ['MAP<K, V>', 'S', 'LAMBDA (S, K, V) => S'],
        returns: 'S',
        nulls: 'pass',
        bind: () =>
          typed((map: SqlMap | null, start: SqlValue, lambda: LambdaValue) =>
            map === null || start === null
              ? start
              : [...map].reduce<SqlValue>((state, [k, v]) => lambda(state, k, v), start),
          ),
      },
    ],
  },
]
