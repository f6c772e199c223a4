import fc from 'fast-check'
import { expect, test } from 'vitest'
import { comparator, equality, hashKey } from '../../../engine/types/compare.ts'
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DOUBLE,
  decimalType,
  INTEGER,
  mapType,
  type SqlType,
  STRING,
  structType,
} from '../../../engine/types/sql-type.ts'
import { anyType, anyValue } from './arbitrary.ts'

test('doubles are ordered as Double.compare orders them', () => {
  const compare = comparator(DOUBLE)
  const sorted = [Number.NaN, 0, -0, 1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY].sort(compare)
  expect(sorted).toEqual([Number.NEGATIVE_INFINITY, -0, 0, 1, Number.POSITIVE_INFINITY, Number.NaN])
  expect(equality(DOUBLE)(Number.NaN, Number.NaN)).toBe(true)
  expect(equality(DOUBLE)(0, -0)).toBe(false)
})

test('bytes are unsigned', () => {
  expect(comparator(BYTES)(Uint8Array.of(200), Uint8Array.of(100))).toBeGreaterThan(0)
})

test('maps are equal by entries, in any order', () => {
  const equal = equality(mapType(STRING, BIGINT))
  const a = new Map([
    ['a', 1n],
    ['b', null],
  ] as const)
  const b = new Map([
    ['b', null],
    ['a', 1n],
  ] as const)
  expect(equal(a, b)).toBe(true)
  expect(equal(a, new Map([['a', 1n]]))).toBe(false)
})

test('two values have one hash key exactly when they are equal', () => {
  const types: fc.Arbitrary<SqlType> = anyType
  fc.assert(
    fc.property(
      types.chain((type) => fc.tuple(fc.constant(type), anyValue(type), anyValue(type))),
      ([type, a, b]) => {
        const key = hashKey(type)
        expect(key(a) === key(b)).toBe(equality(type)(a, b))
        expect(key(a) === key(structuredCopy(a))).toBe(true)
      },
    ),
    { numRuns: 500 },
  )
})

test('texts that look like separators do not collide', () => {
  const key = hashKey(arrayType(STRING))
  expect(key(['a,1:b'])).not.toBe(key(['a', 'b']))
  const nested = hashKey(
    structType([
      { name: 'A', type: arrayType(STRING) },
      { name: 'B', type: STRING },
    ]),
  )
  expect(nested([['x'], null])).not.toBe(nested([['x', 'n'], null]))
  expect(hashKey(decimalType(4, 2))(null)).toBeNull()
  expect([hashKey(BOOLEAN)(true), hashKey(INTEGER)(1)]).toEqual([true, 1])
})

function structuredCopy<T>(value: T): T {
  return Array.isArray(value) ? ([...value] as T) : value
}
