import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { collectionFunctions } from '../../../../engine/functions/scalar/collections.ts'
import { Decimal } from '../../../../engine/types/decimal.ts'
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimalType,
  INTEGER,
  mapType,
  STRING,
  structType,
} from '../../../../engine/types/sql-type.ts'
import { array, bigint, bool, call, double, type Given, int, lambda, map, text } from '../calling.ts'

const run = (name: string, ...given: Given[]) => call(collectionFunctions, name, given).result
const ints = array(INTEGER)
const texts = array(STRING)
const doubles = array(DOUBLE)

describe('arrays', () => {
  test('ARRAY_LENGTH counts NULLs', () => {
    expect(run('ARRAY_LENGTH', ints([1, null]))).toBe(2)
    expect(run('ARRAY_LENGTH', ints(null))).toBeNull()
  })

  test('ARRAY_CONTAINS compares by value and finds NULL', () => {
    expect(run('ARRAY_CONTAINS', texts(['a', null]), text('a'))).toBe(true)
    expect(run('ARRAY_CONTAINS', texts(['a', null]), text(null))).toBe(true)
    expect(run('ARRAY_CONTAINS', texts(null), text('a'))).toBe(false)
    const nested = array(arrayType(INTEGER))
    expect(run('ARRAY_CONTAINS', nested([[1, 2], [3]]), ints([1, 2]))).toBe(true)
  })

  test('ARRAY_JOIN writes elements as Java does', () => {
    expect(run('ARRAY_JOIN', doubles([1, 2.5, 1e10, null]))).toBe('1.0,2.5,1.0E10,null')
    expect(run('ARRAY_JOIN', array(decimalType(5, 2))([Decimal.parse('1.50')]), text('/'))).toBe('1.50')
    expect(run('ARRAY_JOIN', texts(['a', 'b']), text(null))).toBe('ab')
    expect(run('ARRAY_JOIN', texts(null), text('-'))).toBeNull()
    expect(run('ARRAY_JOIN', array(DATE)([1]))).toBeNull()
  })

  test('ARRAY_MIN and ARRAY_MAX leave NULLs out', () => {
    expect(run('ARRAY_MAX', doubles([null, -3, 7.5]))).toBe(7.5)
    expect(run('ARRAY_MIN', texts(['b', 'B', null]))).toBe('B')
    expect(run('ARRAY_MIN', ints([null]))).toBeNull()
    expect(run('ARRAY_MAX', array(BOOLEAN)([false, true]))).toBe(true)
  })

  test('ARRAY_SORT puts NULLs last in either order', () => {
    expect(run('ARRAY_SORT', ints([3, null, -1, 2]))).toEqual([-1, 2, 3, null])
    expect(run('ARRAY_SORT', ints([3, null, -1, 2]), text('Descending'))).toEqual([3, 2, -1, null])
    expect(run('ARRAY_SORT', ints([3]), text('sideways'))).toBeNull()
  })

  test('ARRAY_REMOVE removes all equal elements, NULLs for NULL', () => {
    expect(run('ARRAY_REMOVE', ints([4, 5, 4]), int(4))).toEqual([5])
    expect(run('ARRAY_REMOVE', ints([4, null]), int(null))).toEqual([4])
  })

  test('SLICE counts from 1, includes both ends, and is NULL outside', () => {
    const letters = texts(['a', 'b', 'c', 'd'])
    expect(run('SLICE', letters, int(2), int(3))).toEqual(['b', 'c'])
    expect(run('SLICE', letters, int(null), int(2))).toEqual(['a', 'b'])
    expect(run('SLICE', letters, int(4), int(null))).toEqual(['d'])
    expect(run('SLICE', letters, int(0), int(2))).toBeNull()
    expect(run('SLICE', letters, int(3), int(5))).toBeNull()
    expect(run('SLICE', letters, int(4), int(2))).toBeNull()
  })
})

describe('arrays as sets', () => {
  test('keep the order of first occurrence, NULL is a value', () => {
    expect(run('ARRAY_DISTINCT', ints([2, 1, null, 2, null]))).toEqual([2, 1, null])
    expect(run('ARRAY_UNION', ints([2, 2]), ints([1, 2, null]))).toEqual([2, 1, null])
    expect(run('ARRAY_INTERSECT', ints([3, 1, 3, null]), ints([null, 3]))).toEqual([3, null])
    expect(run('ARRAY_EXCEPT', ints([3, 1, 3, 4]), ints([1]))).toEqual([3, 4])
    expect(run('ARRAY_UNION', ints(null), ints([1]))).toBeNull()
  })

  test('nested values are compared by value', () => {
    const maps = array(mapType(STRING, INTEGER))
    const value = [new Map([['a', 1]]), new Map([['a', 1]]), new Map([['a', 2]])]
    expect(run('ARRAY_DISTINCT', maps(value))).toEqual([value[0], value[2]])
  })

  test('ARRAY_CONCAT takes the other where one is NULL', () => {
    expect(run('ARRAY_CONCAT', ints([1]), ints([1, 2]))).toEqual([1, 1, 2])
    expect(run('ARRAY_CONCAT', ints(null), ints([1]))).toEqual([1])
    expect(run('ARRAY_CONCAT', ints(null), ints(null))).toBeNull()
  })

  test('intersection and difference together are the distinct elements', () => {
    const values = fc.array(fc.option(fc.integer({ min: 0, max: 9 })))
    fc.assert(
      fc.property(values, values, (a, b) => {
        const both = run('ARRAY_INTERSECT', ints(a), ints(b)) as number[]
        const onlyA = run('ARRAY_EXCEPT', ints(a), ints(b)) as number[]
        expect(new Set([...both, ...onlyA])).toEqual(new Set(a))
        expect(both.length + onlyA.length).toBe(new Set(a).size)
      }),
    )
  })
})

describe('GENERATE_SERIES', () => {
  test('steps towards the end and includes it', () => {
    expect(run('GENERATE_SERIES', int(2), int(5))).toEqual([2, 3, 4, 5])
    expect(run('GENERATE_SERIES', int(2), int(-1))).toEqual([2, 1, 0, -1])
    expect(run('GENERATE_SERIES', int(1), int(8), int(3))).toEqual([1, 4, 7])
    expect(run('GENERATE_SERIES', bigint(9n), bigint(1n), int(-4))).toEqual([9n, 5n, 1n])
    expect(run('GENERATE_SERIES', int(4), int(4), int(-1))).toEqual([4])
  })

  test('a step of 0 or away from the end is NULL', () => {
    expect(run('GENERATE_SERIES', int(1), int(3), int(0))).toBeNull()
    expect(run('GENERATE_SERIES', int(1), int(3), int(-1))).toBeNull()
  })
})

describe('maps', () => {
  const ages = new Map([
    ['zoe', 7],
    ['adam', 9],
  ])

  test('keys, values, entries', () => {
    expect(run('MAP_KEYS', map(INTEGER)(ages))).toEqual(['zoe', 'adam'])
    expect(run('MAP_VALUES', map(INTEGER)(ages))).toEqual([7, 9])
    const entries = call(collectionFunctions, 'ENTRIES', [map(INTEGER)(ages), bool(true)])
    expect(entries.result).toEqual([
      ['adam', 9],
      ['zoe', 7],
    ])
    expect(entries.returnType).toEqual(
      arrayType(
        structType([
          { name: 'K', type: STRING },
          { name: 'V', type: INTEGER },
        ]),
      ),
    )
  })

  test('MAP_UNION prefers the second map', () => {
    const more = new Map([['zoe', 8]])
    expect(run('MAP_UNION', map(INTEGER)(ages), map(INTEGER)(more))).toEqual(new Map([...ages, ...more]))
    expect(run('MAP_UNION', map(INTEGER)(null), map(INTEGER)(more))).toEqual(more)
  })

  test('AS_MAP cuts the longer array', () => {
    expect(run('AS_MAP', texts(['a', 'b']), ints([1]))).toEqual(new Map([['a', 1]]))
  })
})

describe('lambdas', () => {
  const double2 = lambda(1, INTEGER, (x) => Number(x) * 2)

  test('TRANSFORM of an array', () => {
    const { result, returnType } = call(collectionFunctions, 'TRANSFORM', [
      ints([1, 2]),
      lambda(1, STRING, (x) => `n${x}`),
    ])
    expect(result).toEqual(['n1', 'n2'])
    expect(returnType).toEqual(arrayType(STRING))
    expect(run('TRANSFORM', ints(null), double2)).toBeNull()
  })

  test('TRANSFORM of a map changes keys and values; the same key twice is NULL', () => {
    const value = new Map([
      ['a', 1],
      ['b', 2],
    ])
    const key = lambda(2, STRING, (k) => `${k}!`)
    const sum = lambda(2, BIGINT, (_, v) => BigInt(Number(v) + 1))
    expect(run('TRANSFORM', map(INTEGER)(value), key, sum)).toEqual(
      new Map([
        ['a!', 2n],
        ['b!', 3n],
      ]),
    )
    expect(
      run(
        'TRANSFORM',
        map(INTEGER)(value),
        lambda(2, STRING, () => 'same'),
        sum,
      ),
    ).toBeNull()
  })

  test('FILTER of an array and of a map', () => {
    expect(
      run(
        'FILTER',
        ints([1, 5, 9]),
        lambda(1, BOOLEAN, (x) => Number(x) > 4),
      ),
    ).toEqual([5, 9])
    const value = new Map([
      ['a', 1],
      ['b', 2],
    ])
    expect(
      run(
        'FILTER',
        map(INTEGER)(value),
        lambda(2, BOOLEAN, (k) => k === 'b'),
      ),
    ).toEqual(new Map([['b', 2]]))
  })

  test('a condition that is NULL or throws makes the whole result NULL', () => {
    expect(
      run(
        'FILTER',
        ints([1]),
        lambda(1, BOOLEAN, () => null),
      ),
    ).toBeNull()
    const failing = lambda(1, BOOLEAN, () => {
      throw new Error('no')
    })
    expect(run('FILTER', ints([1]), failing)).toBeNull()
  })

  test('REDUCE starts with the state, and returns it for NULL', () => {
    const add = lambda(2, INTEGER, (s, x) => Number(s) + Number(x))
    expect(run('REDUCE', ints([1, 2, 3]), int(10), add)).toBe(16)
    expect(run('REDUCE', ints(null), int(10), add)).toBe(10)
    expect(run('REDUCE', ints([1]), int(null), add)).toBeNull()
    const value = new Map([['abc', 2]])
    const addMap = lambda(3, DOUBLE, (s, k, v) => Number(s) + String(k).length * Number(v))
    expect(run('REDUCE', map(INTEGER)(value), double(1), addMap)).toBe(7)
  })
})
