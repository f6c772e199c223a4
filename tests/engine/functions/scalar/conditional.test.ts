import { describe, expect, it } from 'vitest'
import { Decimal } from '../../../../engine/types/decimal.ts'
import { arrayType, DATE, DOUBLE, decimalType, INTEGER, STRING } from '../../../../engine/types/sql-type.ts'
import { bytes, call, typedArgument } from '../call.ts'

describe('NULL handling', () => {
  it('takes the first value that is not NULL', () => {
    expect(call('COALESCE', null, null, 'x', 'y')).toBe('x')
    expect(call('COALESCE', typedArgument(STRING, null))).toBeNull()
    expect(call('IFNULL', null, 7)).toBe(7)
    expect(call('IFNULL', 6, 7)).toBe(6)
  })

  it('makes NULL of equal values, also of collections', () => {
    expect(call('NULLIF', 'a', 'a')).toBeNull()
    expect(call('NULLIF', 'a', 'b')).toBe('a')
    expect(call('NULLIF', 'a', null)).toBe('a')
    expect(call('NULLIF', typedArgument(STRING, null), 'b')).toBeNull()
    const list = arrayType(INTEGER)
    expect(call('NULLIF', typedArgument(list, [1, null]), typedArgument(list, [1, null]))).toBeNull()
    expect(call('NULLIF', Decimal.parse('1.5'), Decimal.parse('1.5'))).toBeNull()
  })

  it('copies keys', () => {
    expect(call('AS_VALUE', 'key')).toBe('key')
  })
})

describe('GREATEST and LEAST', () => {
  it('leave NULLs out', () => {
    expect(call('GREATEST', 1, null, 3, 2)).toBe(3)
    expect(call('LEAST', null, 3, 2)).toBe(2)
    expect(call('LEAST', typedArgument(INTEGER, null), typedArgument(INTEGER, null))).toBeNull()
  })

  it('compare as the type does', () => {
    expect(call('GREATEST', 'a', 'B', 'b')).toBe('b')
    expect(call('LEAST', bytes(200), bytes(1, 2))).toEqual(bytes(1, 2))
    expect(call('GREATEST', typedArgument(DATE, 5), typedArgument(DATE, 9))).toBe(9)
    expect(call('GREATEST', typedArgument(DOUBLE, Number.NaN), typedArgument(DOUBLE, 1))).toBeNaN()
    expect(call('LEAST', typedArgument(DOUBLE, 0), typedArgument(DOUBLE, -0))).toBe(-0)
  })

  it('give decimals the type that holds them all', () => {
    const [a, b] = [Decimal.parse('12.5'), Decimal.parse('3.125')]
    const args = [typedArgument(decimalType(4, 1), a), typedArgument(decimalType(5, 3), b)]
    expect(String(call('GREATEST', ...args))).toBe('12.500')
    expect(String(call('LEAST', ...args, null))).toBe('3.125')
  })
})
