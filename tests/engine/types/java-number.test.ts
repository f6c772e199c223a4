import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  doubleToInt,
  doubleToLong,
  javaDoubleToString,
  longToInt,
  parseJavaDouble,
  parseJavaInt,
  parseJavaLong,
} from '../../../engine/types/java-number.ts'

describe('doubles as Java prints them', () => {
  test.each([
    [1, '1.0'],
    [-0, '-0.0'],
    [0.001, '0.001'],
    [0.0001, '1.0E-4'],
    [9_999_999, '9999999.0'],
    [1e7, '1.0E7'],
    [1.25e10, '1.25E10'],
    [123_456_789.5, '1.234567895E8'],
    [5e-324, '4.9E-324'],
    [Number.MAX_VALUE, '1.7976931348623157E308'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('%d', (value, text) => {
    expect(javaDoubleToString(value)).toBe(text)
  })

  test('every double reads back as itself', () => {
    fc.assert(fc.property(fc.double(), (value) => Object.is(parseJavaDouble(javaDoubleToString(value)), value)))
  })
})

describe('numbers as Java reads them', () => {
  test.each([
    [' 1e3 ', 1000],
    ['1.5d', 1.5],
    ['.5', 0.5],
    ['-Infinity', Number.NEGATIVE_INFINITY],
    ['NaN', Number.NaN],
    ['', null],
    ['1_000', null],
    ['0x10', null],
    ['1,5', null],
  ])('%j as a double', (text, value) => {
    expect(parseJavaDouble(text)).toEqual(value)
  })

  test('integers are refused beyond their range and with anything but digits', () => {
    expect(parseJavaInt('+12')).toBe(12)
    expect(parseJavaInt('-2147483648')).toBe(-2_147_483_648)
    expect(parseJavaInt('2147483648')).toBeNull()
    expect(parseJavaInt('1.0')).toBeNull()
    expect(parseJavaInt(' 1')).toBeNull()
    expect(parseJavaLong('9223372036854775807')).toBe(9_223_372_036_854_775_807n)
    expect(parseJavaLong('9223372036854775808')).toBeNull()
  })
})

test('narrowing wraps integers and saturates doubles', () => {
  expect(longToInt(2_147_483_648n)).toBe(-2_147_483_648)
  expect(doubleToInt(1e10)).toBe(2_147_483_647)
  expect(doubleToInt(-1.9)).toBe(-1)
  expect(Object.is(doubleToInt(-0.5), 0)).toBe(true)
  expect(doubleToInt(Number.NaN)).toBe(0)
  expect(doubleToLong(1e30)).toBe(9_223_372_036_854_775_807n)
  expect(doubleToLong(-1e30)).toBe(-9_223_372_036_854_775_808n)
})
