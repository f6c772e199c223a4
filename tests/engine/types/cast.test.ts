import { describe, expect, test } from 'vitest'
import { caster, parseBoolean, toText } from '../../../engine/types/cast.ts'
import { canCoerce, coercer, commonType, identity } from '../../../engine/types/coercion.ts'
import { Decimal } from '../../../engine/types/decimal.ts'
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimalType,
  INTEGER,
  mapType,
  STRING,
  structType,
  TIME,
  TIMESTAMP,
} from '../../../engine/types/sql-type.ts'
import type { SqlValue } from '../../../engine/types/values.ts'

const cast = (from: Parameters<typeof caster>[0], to: Parameters<typeof caster>[1], value: SqlValue) =>
  caster(from, to)(value)

describe('CAST', () => {
  test('numbers narrow as Java narrows them', () => {
    expect(cast(BIGINT, INTEGER, 2_147_483_648n)).toBe(-2_147_483_648)
    expect(cast(DOUBLE, BIGINT, 1.9)).toBe(1n)
    expect(cast(decimalType(4, 2), INTEGER, Decimal.parse('12.99'))).toBe(12)
  })

  test('to DECIMAL rounds half up and refuses what does not fit', () => {
    expect(cast(DOUBLE, decimalType(2, 1), 0.99)).toEqual(Decimal.parse('1.0'))
    expect(cast(STRING, decimalType(2, 1), '0.01')).toEqual(Decimal.parse('0.0'))
    expect(() => cast(INTEGER, decimalType(2, 1), 10)).toThrow('Numeric field overflow')
  })

  test('texts become values, or throw', () => {
    expect(cast(STRING, BIGINT, ' 10 ')).toBe(10n)
    expect(cast(STRING, DOUBLE, '1e3')).toBe(1000)
    expect(cast(STRING, DATE, '1970-01-10')).toBe(9)
    expect(cast(STRING, TIMESTAMP, '1970-01-02')).toBe(86_400_000)
    expect(cast(STRING, BOOLEAN, 'YE')).toBe(true)
    expect(() => cast(STRING, INTEGER, 'ten')).toThrow('"ten"')
  })

  test('times meet: TIMESTAMP to DATE and TIME, DATE to TIMESTAMP', () => {
    expect(cast(TIMESTAMP, TIME, -2000)).toBe(86_398_000)
    expect(cast(TIMESTAMP, DATE, -1)).toBe(-1)
    expect(cast(DATE, TIMESTAMP, 2)).toBe(172_800_000)
  })

  test('containers are cast by their parts; struct fields by name', () => {
    expect(cast(arrayType(BIGINT), arrayType(STRING), [1n, null])).toEqual(['1', null])
    expect(cast(mapType(STRING, STRING), mapType(STRING, INTEGER), new Map([['a', '1']]))).toEqual(new Map([['a', 1]]))
    const from = structType([
      { name: 'F0', type: BIGINT },
      { name: 'F1', type: STRING },
    ])
    const to = structType([
      { name: 'F0', type: STRING },
      { name: 'F3', type: STRING },
    ])
    expect(cast(from, to, [1n, 'x'])).toEqual(['1', null])
  })

  test('NULL stays NULL', () => {
    expect(cast(DOUBLE, STRING, null)).toBeNull()
  })

  test.each([
    [STRING, arrayType(INTEGER), 'Cast of STRING to ARRAY<INTEGER> is not supported'],
    [STRING, structType([{ name: 'F0', type: STRING }]), 'Cast of STRING to STRUCT<`F0` STRING> is not supported'],
    [BYTES, STRING, 'Cast of BYTES to STRING is not supported'],
    [INTEGER, BOOLEAN, 'Cast of INTEGER to BOOLEAN is not supported'],
  ] as const)('from %o to %o is refused', (from, to, message) => {
    expect(() => caster(from, to)).toThrow(message)
  })
})

test('values as text', () => {
  expect(toText(arrayType(INTEGER))([1, 3])).toBe('[1, 3]')
  expect(toText(mapType(STRING, DOUBLE))(new Map([['a', 1]]))).toBe('{a=1.0}')
  const struct = structType([
    { name: 'A', type: STRING },
    { name: 'B', type: INTEGER },
  ])
  expect(toText(struct)(['bar', null])).toBe('Struct{A=bar}')
  expect(toText(struct)(['bar', 2])).toBe('Struct{A=bar,B=2}')
})

test('boolean words', () => {
  expect(['true', 'T', 'yes', 'ye', 'tru'].every(parseBoolean)).toBe(true)
  expect(['', 'false', 'no', 'yess', '1'].some(parseBoolean)).toBe(false)
})

describe('coercion', () => {
  test('numbers widen, never narrow', () => {
    const lattice = [INTEGER, BIGINT, decimalType(19, 0), DOUBLE]
    lattice.forEach((from, i) => {
      lattice.forEach((to, j) => {
        expect(canCoerce(from, to)).toBe(i <= j)
      })
    })
    expect(coercer(INTEGER, BIGINT)?.(5)).toBe(5n)
    expect(coercer(BIGINT, DOUBLE)?.(5n)).toBe(5)
    expect(coercer(STRING, STRING)).toBe(identity)
  })

  test('decimals widen when no digit can be lost', () => {
    expect(canCoerce(decimalType(4, 2), decimalType(5, 3))).toBe(true)
    expect(canCoerce(decimalType(4, 2), decimalType(4, 3))).toBe(false)
    expect(commonType(decimalType(4, 2), decimalType(5, 3))).toEqual(decimalType(5, 3))
    expect(commonType(decimalType(4, 2), INTEGER)).toEqual(decimalType(12, 2))
  })

  test('structs meet in all their fields, arrays in their elements', () => {
    const a = structType([{ name: 'A', type: INTEGER }])
    const b = structType([
      { name: 'B', type: STRING },
      { name: 'A', type: BIGINT },
    ])
    expect(commonType(a, b)).toEqual(
      structType([
        { name: 'A', type: BIGINT },
        { name: 'B', type: STRING },
      ]),
    )
    expect(commonType(arrayType(INTEGER), arrayType(DOUBLE))).toEqual(arrayType(DOUBLE))
    expect(commonType(STRING, TIMESTAMP)).toEqual(TIMESTAMP)
    expect(commonType(STRING, INTEGER)).toBeNull()
  })
})
