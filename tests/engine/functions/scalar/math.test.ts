import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exactExp, exactLog } from '../../../../engine/functions/scalar/exact-logarithm.ts'
import { mathFunctions } from '../../../../engine/functions/scalar/math.ts'
import { Decimal } from '../../../../engine/types/decimal.ts'
import { BIGINT, DOUBLE, decimalType, INTEGER } from '../../../../engine/types/sql-type.ts'
import { bigint, call, decimal, double, type Given, int, text } from '../calling.ts'

const math = (name: string, ...given: Given[]) => call(mathFunctions, name, given).result
const d = (written: string, precision = 20) => {
  const value = Decimal.parse(written)
  return decimal(precision, value.scale)(value)
}

describe('rounding', () => {
  test.each([
    [2.4, 2n],
    [2.5, 3n],
    [-2.5, -2n],
    [-2.6, -3n],
    [1e30, 2n ** 63n - 1n],
    [Number.NaN, 0n],
  ])('ROUND(%d) is %d', (value, rounded) => {
    expect(math('ROUND', double(value))).toBe(rounded)
  })

  test.each([
    [1.005, 2, 1.01],
    [-1.005, 2, -1],
    [2.675, 2, 2.68],
    [17.25, 1, 17.3],
    [-17.25, 1, -17.2],
    [1250, -2, 1300],
    [-1250, -2, -1200],
    [3, 5, 3],
  ])('ROUND(%d, %d) rounds the written number half up: %d', (value, places, rounded) => {
    expect(math('ROUND', double(value), int(places))).toBe(rounded)
  })

  test.each([
    [2.99, 2n],
    [-2.99, -2n],
  ])('TRUNC(%d) cuts to %d', (value, cut) => {
    expect(math('TRUNC', double(value))).toBe(cut)
  })

  test('TRUNC(x, places) cuts digits on either side of the point', () => {
    expect(math('TRUNC', double(-98.765), int(2))).toBe(-98.76)
    expect(math('TRUNC', double(98.765), int(-1))).toBe(90)
  })

  test('a DECIMAL rounded without places has no digits after the point', () => {
    const { returnType, result } = call(mathFunctions, 'ROUND', [decimal(6, 2)(Decimal.parse('99.50'))])
    expect(returnType).toEqual(decimalType(4, 0))
    expect(result).toEqual(new Decimal(100n, 0))
  })

  test('a DECIMAL rounded to places keeps its type', () => {
    const { returnType, result } = call(mathFunctions, 'ROUND', [decimal(6, 3)(Decimal.parse('-7.125')), int(2)])
    expect(returnType).toEqual(decimalType(6, 3))
    expect(result).toEqual(Decimal.parse('-7.120'))
  })

  test('NaN cannot be rounded to places: NULL', () => {
    expect(math('ROUND', double(Number.NaN), int(2))).toBeNull()
  })

  test('CEIL and FLOOR keep the type', () => {
    expect(math('CEIL', double(-3.2))).toBe(-3)
    expect(math('FLOOR', double(-3.2))).toBe(-4)
    expect(math('CEIL', d('3.10'))).toEqual(Decimal.parse('4.00'))
    expect(math('FLOOR', d('-3.10'))).toEqual(Decimal.parse('-4.00'))
    expect(call(mathFunctions, 'FLOOR', [bigint(7n)]).returnType).toBe(BIGINT)
    expect(call(mathFunctions, 'CEIL', [int(7)]).returnType).toBe(INTEGER)
  })
})

describe('signs', () => {
  test('ABS keeps the type, and wraps where there is no positive value', () => {
    expect(math('ABS', int(-5))).toBe(5)
    expect(math('ABS', int(-(2 ** 31)))).toBe(-(2 ** 31))
    expect(math('ABS', bigint(-(2n ** 63n)))).toBe(-(2n ** 63n))
    expect(math('ABS', d('-1.50'))).toEqual(Decimal.parse('1.50'))
  })

  test('SIGN is an INT', () => {
    expect(math('SIGN', double(-0.1))).toBe(-1)
    expect(math('SIGN', bigint(9n))).toBe(1)
    expect(math('SIGN', double(Number.NaN))).toBe(0)
  })
})

describe('logarithms and powers', () => {
  test('values at the edges', () => {
    expect(math('LN', int(0))).toBe(Number.NEGATIVE_INFINITY)
    expect(math('LN', int(-1))).toBeNaN()
    expect(math('SQRT', int(-1))).toBeNaN()
    expect(math('LOG', int(1), int(5))).toBeNaN()
    expect(math('LOG', int(-2), int(5))).toBeNaN()
    expect(math('LOG', int(2), int(0))).toBe(Number.NEGATIVE_INFINITY)
    expect(math('POWER', int(2), int(-2))).toBe(0.25)
  })

  test('a base divides the logarithms', () => {
    expect(math('LOG', int(2), int(1024))).toBe(10)
    expect(math('LOG', double(Math.E))).toBe(1)
  })

  test('BIGINT is computed as DOUBLE', () => {
    expect(call(mathFunctions, 'SQRT', [bigint(49n)])).toMatchObject({ returnType: DOUBLE, result: 7 })
  })

  test('exactLog knows the last digits of known values', () => {
    // from Python, decimal with 40 digits
    expect(exactLog(3)).toBe(1.0986122886681098)
    expect(exactLog(7)).toBe(1.9459101490553132)
    expect(exactLog(10)).toBe(Math.LN10)
    expect(exactLog(5e-324)).toBe(-744.4400719213812)
    expect(exactLog(Number.MAX_VALUE)).toBe(709.782712893384)
    expect(exactExp(3)).toBe(20.085536923187668)
    expect(exactExp(10)).toBe(22026.465794806718)
  })

  test('exactLog and exactExp stay within one unit in the last place of the built-in ones', () => {
    fc.assert(
      fc.property(fc.double({ min: 5e-324, noNaN: true, noDefaultInfinity: true }), (x) => {
        const difference = Math.abs(exactLog(x) - Math.log(x))
        expect(difference).toBeLessThanOrEqual(2 * Number.EPSILON * Math.abs(Math.log(x)))
      }),
    )
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
        expect(Math.abs(exactExp(x) / Math.exp(x) - 1)).toBeLessThanOrEqual(3 * Number.EPSILON)
      }),
    )
  })
})

describe('angles', () => {
  test('degrees and radians', () => {
    expect(math('DEGREES', double(Math.PI))).toBe(180)
    expect(math('RADIANS', int(180))).toBe(Math.PI)
    expect(math('PI')).toBe(Math.PI)
  })

  test('COT is the reciprocal of TAN', () => {
    expect(math('COT', double(0.3))).toBe(1 / Math.tan(0.3))
    expect(math('COT', int(0))).toBe(Number.POSITIVE_INFINITY)
  })

  test('ATAN2 takes y, then x', () => {
    expect(math('ATAN2', int(1), int(-1))).toBeCloseTo((3 * Math.PI) / 4, 12)
  })
})

describe('GEO_DISTANCE', () => {
  const berlin = [double(52.52), double(13.405)]
  const paris = [double(48.8566), double(2.3522)]

  test('is in km unless miles are asked for', () => {
    const km = Number(math('GEO_DISTANCE', ...berlin, ...paris))
    expect(km).toBeGreaterThan(875)
    expect(km).toBeLessThan(880)
    expect(math('GEO_DISTANCE', ...berlin, ...paris, text('km'))).toBe(km)
    expect(math('GEO_DISTANCE', ...berlin, ...paris, text(null))).toBe(km)
    expect(Number(math('GEO_DISTANCE', ...berlin, ...paris, text('Miles')))).toBeCloseTo((km * 3959) / 6371, 9)
  })

  test('a place off the globe or an unknown unit is NULL', () => {
    expect(math('GEO_DISTANCE', double(91), double(0), ...paris)).toBeNull()
    expect(math('GEO_DISTANCE', ...berlin, ...paris, text('parsec'))).toBeNull()
    expect(math('GEO_DISTANCE', double(null), double(0), ...paris, text('km'))).toBeNull()
  })
})

test('RANDOM is another number in [0, 1) each time', () => {
  const values = Array.from({ length: 100 }, () => Number(math('RANDOM')))
  expect(values.every((v) => v >= 0 && v < 1)).toBe(true)
  expect(new Set(values).size).toBeGreaterThan(90)
})

test('NULL gives NULL', () => {
  for (const name of ['ABS', 'ROUND', 'SQRT', 'LN', 'SIN', 'TRUNC']) expect(math(name, double(null))).toBeNull()
})

test('an inlined expression gives what the function gives', () => {
  const numbers = fc.oneof(fc.double(), fc.integer())
  const ints = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
  const bigints = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  const arbitrary: Record<string, fc.Arbitrary<number | bigint>> = { DOUBLE: numbers, INT: ints, BIGINT: bigints }
  const types: Record<string, typeof DOUBLE> = { DOUBLE, INT: INTEGER, BIGINT }
  let checked = 0
  for (const { name, variants } of mathFunctions) {
    for (const { inline, parameters, bind } of variants) {
      if (inline === undefined) continue
      checked++
      const names = parameters.map((_, i) => `a${i}`)
      const inlined = new Function(...names, `return ${inline(...names)}`)
      const argTypes = parameters.map((p) => types[p] ?? DOUBLE)
      const bound = bind({ argTypes, returnType: DOUBLE, constants: [], properties: new Map(), now: () => 0 })
      fc.assert(
        fc.property(fc.tuple(...parameters.map((p) => arbitrary[p] ?? numbers)), (args) => {
          expect(Object.is(inlined(...args), bound(...args)), `${name}(${args.join(', ')})`).toBe(true)
        }),
        { numRuns: 50 },
      )
    }
  }
  expect(checked).toBeGreaterThan(40)
})
