import { describe, expect, test } from 'vitest'
import { average } from '../../../../engine/functions/aggregate/average.ts'
import { correlation } from '../../../../engine/functions/aggregate/correlation.ts'
import { count } from '../../../../engine/functions/aggregate/count.ts'
import { sampleDeviation, sampleVariance } from '../../../../engine/functions/aggregate/deviation.ts'
import { max, min } from '../../../../engine/functions/aggregate/extreme.ts'
import { sum } from '../../../../engine/functions/aggregate/sum.ts'
import { sumList } from '../../../../engine/functions/aggregate/sum-list.ts'
import { Decimal } from '../../../../engine/types/decimal.ts'
import { arrayType, BIGINT, BYTES, DOUBLE, decimalType, INTEGER, STRING } from '../../../../engine/types/sql-type.ts'
import { accumulator, fold, results } from '../calling.ts'

const column = (...values: (number | bigint | string | Decimal | null)[]) => values.map((v) => [v])

describe('COUNT', () => {
  test('leaves NULLs out', () => {
    expect(results(accumulator(count, [STRING]), column('a', null, 'b'))).toEqual([1n, 1n, 2n])
  })
})

describe('SUM', () => {
  test('without values it is 0 of the type', () => {
    expect(results(accumulator(sum, [INTEGER]), column(null))).toEqual([0])
    expect(results(accumulator(sum, [BIGINT]), column(null))).toEqual([0n])
    expect(results(accumulator(sum, [decimalType(5, 2)]), column(null))).toEqual([new Decimal(0n, 2)])
  })

  test('INT and BIGINT wrap', () => {
    expect(results(accumulator(sum, [INTEGER]), column(2 ** 31 - 1, 1))).toEqual([2 ** 31 - 1, -(2 ** 31)])
    expect(results(accumulator(sum, [BIGINT]), column(2n ** 63n - 1n, 1n))).toEqual([2n ** 63n - 1n, -(2n ** 63n)])
  })

  test('a DECIMAL keeps its type and stops the query beyond it', () => {
    const price = accumulator(sum, [decimalType(4, 2)])
    expect(price.returnType).toEqual(decimalType(4, 2))
    expect(results(price, column(Decimal.parse('60.10'), Decimal.parse('39.89'))).at(-1)).toEqual(
      Decimal.parse('99.99'),
    )
    expect(() => fold(price, column(Decimal.parse('60.10'), Decimal.parse('39.90')))).toThrow('Numeric field overflow')
  })
})

test('SUM_LIST adds up each list by itself', () => {
  const doubles = accumulator(sumList, [arrayType(DOUBLE)])
  expect(results(doubles, [[[0.1, 0.2, null]], [null], [[0.3]]])).toEqual([0.1 + 0.2, 0.1 + 0.2, 0.1 + 0.2 + 0.3])
  const ints = accumulator(sumList, [arrayType(INTEGER)])
  expect(results(ints, [[[2 ** 31 - 1, 2]]])).toEqual([-(2 ** 31) + 1])
})

describe('AVG', () => {
  test('is 0.0 without values and leaves NULLs out', () => {
    expect(results(accumulator(average, [DOUBLE]), column(null, 2, null, 5))).toEqual([0, 2, 2, 3.5])
  })

  test('an INT sum wraps at 32 bits before it is divided', () => {
    expect(results(accumulator(average, [INTEGER]), column(2 ** 31 - 1, 3))).toEqual([2 ** 31 - 1, -(2 ** 30) + 1])
  })
})

describe('MIN and MAX', () => {
  test('leave NULLs out', () => {
    expect(results(accumulator(min, [INTEGER]), column(null, 4, 6, 2))).toEqual([null, 4, 4, 2])
    expect(results(accumulator(max, [INTEGER]), column(null, 4, 6, 2))).toEqual([null, 4, 6, 6])
  })

  test('follow Java in ordering doubles: NaN above all, -0.0 below 0.0', () => {
    expect(results(accumulator(max, [DOUBLE]), column(Number.NaN, 1)).at(-1)).toBeNaN()
    expect(results(accumulator(min, [DOUBLE]), column(Number.NaN, 1)).at(-1)).toBe(1)
    expect(results(accumulator(min, [DOUBLE]), column(0, -0)).at(-1)).toBe(-0)
  })

  test('take texts, decimals and bytes', () => {
    expect(results(accumulator(max, [STRING]), column('b', 'B')).at(-1)).toBe('b')
    const decimals = accumulator(min, [decimalType(3, 1)])
    expect(results(decimals, column(Decimal.parse('9.9'), Decimal.parse('10.0'))).at(-1)).toEqual(Decimal.parse('9.9'))
    const bytes = accumulator(max, [BYTES])
    expect(results(bytes, [[Uint8Array.of(1, 2)], [Uint8Array.of(1)]]).at(-1)).toEqual(Uint8Array.of(1, 2))
  })
})

describe('STDDEV_SAMP and STDDEV_SAMPLE', () => {
  // the textbook example: https://en.wikipedia.org/wiki/Standard_deviation#Basic_examples
  const values = column(2, 4, 4, null, 4, 5, 5, 7, 9)

  test('the first is the variance, the second the deviation', () => {
    expect(results(accumulator(sampleVariance, [INTEGER]), values).at(-1)).toBeCloseTo(32 / 7, 12)
    expect(results(accumulator(sampleDeviation, [INTEGER]), values).at(-1)).toBeCloseTo(Math.sqrt(32 / 7), 12)
  })

  test('are 0.0 below two values', () => {
    expect(results(accumulator(sampleDeviation, [DOUBLE]), column(null, 3.5))).toEqual([0, 0])
  })

  test('do not lose small differences between large numbers', () => {
    const large = column(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16)
    expect(results(accumulator(sampleVariance, [DOUBLE]), large).at(-1)).toBe(30)
  })

  test('STDDEV_SAMP of whole numbers merges with whole means, as ksqlDB does', () => {
    const variance = accumulator(sampleVariance, [INTEGER])
    const merged = variance.merge(fold(variance, column(1, 2)), fold(variance, column(3)))
    expect(variance.result(merged)).toBe((0.5 + (2 * 2 * 2 * 1) / 3) / 2)
    const deviation = accumulator(sampleDeviation, [INTEGER])
    const exact = deviation.merge(fold(deviation, column(1, 2)), fold(deviation, column(3)))
    expect(deviation.result(exact)).toBeCloseTo(1, 12)
  })
})

describe('CORRELATION', () => {
  test('of a line is 1 or -1, of less than two pairs or a constant NaN', () => {
    const doubles = accumulator(correlation, [DOUBLE, DOUBLE])
    expect(results(doubles, [[1, 2]])).toEqual([Number.NaN])
    expect(
      results(doubles, [
        [1, 3],
        [2, 5],
        [4, 9],
      ]).at(-1),
    ).toBeCloseTo(1, 12)
    expect(
      results(doubles, [
        [1, 3],
        [2, 3],
      ]).at(-1),
    ).toBeNaN()
    expect(
      results(accumulator(correlation, [BIGINT, BIGINT]), [
        [1n, 3n],
        [2n, 2n],
        [5n, -1n],
      ]).at(-1),
    ).toBeCloseTo(-1, 12)
  })

  test('pairs with a NULL are left out', () => {
    const doubles = accumulator(correlation, [DOUBLE, DOUBLE])
    expect(
      results(doubles, [
        [1, 3],
        [null, 8],
        [7, null],
        [2, 5],
      ]).at(-1),
    ).toBe(1)
  })
})
