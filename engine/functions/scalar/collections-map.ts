import type { SqlValue } from '../../types/values.ts'
import type { ScalarFunction } from '../definition.ts'
import type { SqlArray } from './collections-array.ts'
import { typed } from './typed.ts'

export type SqlMap = ReadonlyMap<SqlValue, SqlValue>

/** Java's String order: by UTF-16 unit. */
function byKey([a]: readonly SqlValue[], [b]: readonly SqlValue[]): number {
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0
}

export const mapFunctions: readonly ScalarFunction[] = [
  {
    name: 'AS_MAP',
    description: 'AS_MAP(keys, values): a map of two arrays; the longer one is cut.',
    category: 'MAP',
    variants: [
      {
        parameters: ['ARRAY<VARCHAR>', 'ARRAY<T>'],
        returns: 'MAP<VARCHAR, T>',
        nulls: 'propagate',
        bind: () =>
          typed((keys: SqlArray, values: SqlArray) => {
            const size = Math.min(keys.length, values.length)
            return new Map(keys.slice(0, size).map((key, i) => [key, values[i] ?? null]))
          }),
      },
    ],
  },
  {
    name: 'ENTRIES',
    description: 'ENTRIES(map, sorted): the entries as structs of K and V, by key if sorted.',
    category: 'MAP',
    variants: (['VARCHAR', 'BIGINT', 'INT', 'DOUBLE', 'BOOLEAN'] as const).map((value) => ({
      parameters: [`MAP<VARCHAR, ${value}>`, 'BOOLEAN'],
      returns: `ARRAY<STRUCT<K VARCHAR, V ${value}>>`,
      nulls: 'propagate',
      bind: () => typed((map: SqlMap, sorted: boolean) => (sorted ? [...map].sort(byKey) : [...map])),
    })),
  },
  {
    name: 'MAP_KEYS',
    description: 'The keys of a map.',
    category: 'MAP',
    variants: [
      {
        parameters: ['MAP<VARCHAR, T>'],
        returns: 'ARRAY<VARCHAR>',
        nulls: 'propagate',
        bind: () => typed((map: SqlMap) => [...map.keys()]),
      },
    ],
  },
  {
    name: 'MAP_VALUES',
    description: 'The values of a map.',
    category: 'MAP',
    variants: [
      {
        parameters: ['MAP<VARCHAR, T>'],
        returns: 'ARRAY<T>',
        nulls: 'propagate',
        bind: () => typed((map: SqlMap) => [...map.values()]),
      },
    ],
  },
  {
    name: 'MAP_UNION',
    description: 'The entries of both maps, for keys of both the value of the second; where one is NULL, the other.',
    category: 'MAP',
    variants: [
      {
        parameters: ['MAP<VARCHAR, T>', 'MAP<VARCHAR, T>'],
        returns: 'MAP<VARCHAR, T>',
        nulls: 'pass',
        bind: () =>
          typed((left: SqlMap | null, right: SqlMap | null) =>
            left === null || right === null ? (left ?? right) : new Map([...left, ...right]),
          ),
      },
    ],
  },
]
