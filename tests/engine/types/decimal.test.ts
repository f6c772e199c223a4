import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../engine/types/decimal.ts'
import { arithmeticType, decimalArithmetic, fitDecimal } from '../../../engine/types/decimal-type.ts'
import { decimalType } from '../../../engine/types/sql-type.ts'

const d = (text: string) => Decimal.parse(text)
const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 20 }))
  .map(([unscaled, scale]) => new Decimal(unscaled, scale))

describe('text', () => {
  test.each([
    ['1', 1n, 0],
    ['1.50', 150n, 2],
    ['-.5', -5n, 1],
    ['1E+3', 1n, -3],
    ['1.2e-3', 12n, 4],
    ['5.', 5n, 0],
  ])('%s is read with its scale', (text, unscaled, scale) => {
    expect(d(text)).toEqual(new Decimal(unscaled, scale))
  })

  test.each(['', '.', 'x', '1e', '1 ', 'NaN', '0x1', '1E999999999'])('%j is refused', (text) => {
    expect(() => d(text)).toThrow()
  })

  test('is written as BigDecimal writes it', () => {
    expect(String(d('0.0000001'))).toBe('1E-7')
    expect(String(d('0.000001'))).toBe('0.000001')
    expect(String(d('1E+3'))).toBe('1E+3')
    expect(d('1E+3').toPlainString()).toBe('1000')
    expect(d('-0.05').toPlainString()).toBe('-0.05')
  })

  test('any decimal reads back from both of its texts', () => {
    fc.assert(
      fc.property(decimals, (value) => {
        expect(d(value.toPlainString())).toEqual(value)
        expect(d(value.toString())).toEqual(value)
      }),
    )
  })
})

describe('arithmetic', () => {
  test('a double gives its shortest decimal with a point', () => {
    expect(Decimal.fromDouble(1)).toEqual(new Decimal(10n, 1))
    expect(Decimal.fromDouble(0.1)).toEqual(new Decimal(1n, 1))
    expect(() => Decimal.fromDouble(Number.NaN)).toThrow('NaN')
  })

  test.each([
    ['2.5', 'HALF_UP', 3n],
    ['-2.5', 'HALF_UP', -3n],
    ['2.5', 'HALF_EVEN', 2n],
    ['2.5', 'HALF_DOWN', 2n],
    ['-2.1', 'FLOOR', -3n],
    ['-2.1', 'CEILING', -2n],
    ['2.1', 'UP', 3n],
    ['2.9', 'DOWN', 2n],
  ] as const)('%s rounded %s', (text, rounding, expected) => {
    expect(d(text).setScale(0, rounding).unscaled).toBe(expected)
  })

  test('UNNECESSARY refuses to lose digits', () => {
    expect(() => d('2.5').setScale(0, 'UNNECESSARY')).toThrow('rounding necessary')
    expect(d('2.0').setScale(0, 'UNNECESSARY')).toEqual(d('2'))
  })

  test('round keeps significant digits, also when a digit is carried', () => {
    expect(d('9.99').round(2)).toEqual(new Decimal(10n, 0))
    expect(d('123.456').round(4)).toEqual(d('123.5'))
  })

  test('addition and subtraction are exact inverses, comparison ignores scale', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        expect(a.add(b).subtract(b).compare(a)).toBe(0)
        expect(Math.sign(a.compare(b))).toBe(a.subtract(b).sign)
      }),
    )
  })

  test('dividend = quotient · divisor + remainder, with the sign of the dividend', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        fc.pre(b.sign !== 0)
        const rest = a.remainder(b)
        expect(a.divide(b, 0, 'DOWN').multiply(b).add(rest).compare(a)).toBe(0)
        expect(rest.sign === 0 || rest.sign === a.sign).toBe(true)
      }),
    )
  })
})

describe('result types', () => {
  const a = decimalType(4, 2)
  test.each([
    ['+', 5, 2],
    ['-', 5, 2],
    ['*', 9, 4],
    ['/', 11, 7],
    ['%', 4, 2],
  ] as const)('of DECIMAL(4, 2) %s DECIMAL(4, 2)', (op, precision, scale) => {
    expect(arithmeticType(op, a, a)).toEqual(decimalType(precision, scale))
  })

  test('values carry the scale of the result type', () => {
    const run = (op: '+' | '*' | '/', x: string, y: string) =>
      decimalArithmetic(op, arithmeticType(op, a, a))(d(x), d(y)).toPlainString()
    expect(run('/', '10.10', '2.00')).toBe('5.0500000')
    expect(run('*', '10.10', '0.00')).toBe('0.0000')
    expect(run('+', '10.01', '5.10')).toBe('15.11')
  })

  test('a value too large for a type is an overflow', () => {
    expect(fitDecimal(d('0.99'), decimalType(2, 1))).toEqual(d('1.0'))
    expect(() => fitDecimal(d('10'), decimalType(2, 1))).toThrow(
      'Numeric field overflow: A field with precision 2 and scale 1 must round to an absolute value less than 10^1. Got 10',
    )
    expect(() => fitDecimal(d('9.96'), decimalType(2, 1))).toThrow('overflow')
  })
})
