import { describe, expect, test } from 'vitest'
import { attr } from '../../../../engine/functions/aggregate/attr.ts'
import {
  earliestByOffset,
  latestByOffset,
  type SequencedAccumulator,
} from '../../../../engine/functions/aggregate/by-offset.ts'
import { collectList, collectSet } from '../../../../engine/functions/aggregate/collect.ts'
import { countDistinct } from '../../../../engine/functions/aggregate/count-distinct.ts'
import { histogram } from '../../../../engine/functions/aggregate/histogram.ts'
import { topk, topkDistinct } from '../../../../engine/functions/aggregate/topk.ts'
import type { Accumulator } from '../../../../engine/functions/definition.ts'
import { Decimal } from '../../../../engine/types/decimal.ts'
import {
  arrayType,
  BIGINT,
  DOUBLE,
  decimalType,
  INTEGER,
  STRING,
  structType,
} from '../../../../engine/types/sql-type.ts'
import type { SqlValue } from '../../../../engine/types/values.ts'
import { accumulator, fold, results } from '../calling.ts'

const column = (...values: SqlValue[]) => values.map((v) => [v])

describe('LATEST_BY_OFFSET and EARLIEST_BY_OFFSET', () => {
  test('ignore NULLs unless told', () => {
    const rows = column(null, 'a', null, 'b', null)
    expect(results(accumulator(latestByOffset, [STRING]), rows)).toEqual([null, 'a', 'a', 'b', 'b'])
    expect(results(accumulator(latestByOffset, [STRING], [false]), rows)).toEqual([null, 'a', null, 'b', null])
    expect(results(accumulator(earliestByOffset, [STRING]), rows)).toEqual([null, 'a', 'a', 'a', 'a'])
    expect(results(accumulator(earliestByOffset, [STRING], [false]), rows)).toEqual([null, null, null, null, null])
  })

  test('keep n in the order they came', () => {
    const rows = column(1, null, 2, 3)
    const latest = accumulator(latestByOffset, [INTEGER], [2])
    expect(latest.returnType).toEqual(arrayType(INTEGER))
    expect(results(latest, rows)).toEqual([[1], [1], [1, 2], [2, 3]])
    expect(results(accumulator(latestByOffset, [INTEGER], [2, false]), rows).at(-1)).toEqual([2, 3])
    expect(results(accumulator(earliestByOffset, [INTEGER], [2, false]), rows).at(-1)).toEqual([1, null])
  })

  test('merged sessions are put in the order of processing', () => {
    const latest = accumulator(latestByOffset, [INTEGER])
    const later = latest.add(latest.init(), 1)
    const earlier = latest.add(latest.init(), 2)
    expect(latest.result(latest.merge(earlier, later))).toBe(2)
  })

  test('go on numbering after the states of a snapshot', () => {
    const before = accumulator(latestByOffset, [INTEGER])
    const snapshot = structuredClone(fold(before, column(1, 2, 3)))
    const after = accumulator(latestByOffset, [INTEGER]) as Accumulator<unknown> as SequencedAccumulator<unknown>
    after.observe(snapshot)
    const fresh = after.add(after.init(), 4)
    expect(after.result(after.merge(fresh, snapshot))).toBe(4)
  })

  test('n must be positive', () => {
    expect(() => accumulator(latestByOffset, [INTEGER], [0])).toThrow('must be 1 or greater')
  })
})

describe('TOPK', () => {
  test('keeps the k greatest in descending order, equal ones too', () => {
    const rows = column(3, null, 9, 3, 5)
    expect(results(accumulator(topk, [INTEGER], [3]), rows)).toEqual([[3], [3], [9, 3], [9, 3, 3], [9, 5, 3]])
    expect(results(accumulator(topkDistinct, [INTEGER], [3]), rows).at(-1)).toEqual([9, 5, 3])
    expect(results(accumulator(topkDistinct, [INTEGER], [3]), column(5, 5, 4)).at(-1)).toEqual([5, 4])
  })

  test('with other columns gives structs, the first of equal ones first', () => {
    const top = accumulator(topk, [DOUBLE, STRING, BIGINT], [2])
    expect(top.returnType).toEqual(
      arrayType(
        structType([
          { name: 'sort_col', type: DOUBLE },
          { name: 'col0', type: STRING },
          { name: 'col1', type: BIGINT },
        ]),
      ),
    )
    const rows = [
      [1.5, 'a', 1n],
      [null, 'b', 2n],
      [1.5, 'c', null],
      [1.5, 'd', 4n],
    ]
    expect(results(top, rows).at(-1)).toEqual([
      [1.5, 'a', 1n],
      [1.5, 'c', null],
    ])
  })

  test('keeps decimals', () => {
    const top = accumulator(topkDistinct, [decimalType(3, 1)], [1])
    const rows = column(Decimal.parse('9.9'), Decimal.parse('10.1'))
    expect(results(top, rows).at(-1)).toEqual([Decimal.parse('10.1')])
  })
})

describe('COLLECT_LIST and COLLECT_SET', () => {
  test('keep NULLs and the order', () => {
    const rows = column(2, null, 2, 1)
    expect(results(accumulator(collectList, [INTEGER]), rows).at(-1)).toEqual([2, null, 2, 1])
    expect(results(accumulator(collectSet, [INTEGER]), rows).at(-1)).toEqual([2, null, 1])
  })

  test('a limit drops what comes later', () => {
    const properties = { 'ksql.functions.collect_list.limit': '2', 'ksql.functions.collect_set.limit': '1' }
    expect(results(accumulator(collectList, [INTEGER], [], { properties }), column(1, 2, 3)).at(-1)).toEqual([1, 2])
    expect(results(accumulator(collectSet, [INTEGER], [], { properties }), column(1, 2)).at(-1)).toEqual([1])
    const wrong = { 'ksql.functions.collect_list.limit': 'many' }
    expect(() => accumulator(collectList, [INTEGER], [], { properties: wrong })).toThrow('must be a whole number')
  })

  test('an earlier result does not change with later rows', () => {
    const list = accumulator(collectList, [INTEGER])
    const first = list.add(list.init(), 1)
    const result = list.result(first)
    list.add(first, 2)
    expect(result).toEqual([1])
  })
})

test('HISTOGRAM counts texts, 1000 different ones at most', () => {
  const counts = accumulator(histogram, [STRING])
  expect(results(counts, column('a', 'b', 'a')).at(-1)).toEqual(
    new Map([
      ['a', 2n],
      ['b', 1n],
    ]),
  )
  const many = fold(counts, column(...Array.from({ length: 1001 }, (_, i) => `k${i}`), 'k0'))
  const result = counts.result(many) as ReadonlyMap<string, bigint>
  expect(result.size).toBe(1000)
  expect(result.get('k0')).toBe(2n)
})

describe('COUNT_DISTINCT', () => {
  test.each([0, 1, 2, 10, 100, 1000])('is exact for %d values', (n) => {
    const counter = accumulator(countDistinct, [STRING])
    const rows = Array.from({ length: 3 * n }, (_, i) => [`device-${i % n}`])
    expect(Math.abs(Number(counter.result(fold(counter, rows))) - n)).toBeLessThanOrEqual(n / 500)
  })

  test.each([20_000, 60_000, 200_000])('is within 2.5 %% for %d values', (n) => {
    const counter = accumulator(countDistinct, [INTEGER])
    const estimated = Number(
      counter.result(
        fold(
          counter,
          Array.from({ length: n }, (_, i) => [i * 7]),
        ),
      ),
    )
    expect(Math.abs(estimated / n - 1)).toBeLessThan(0.025)
  })

  test('leaves NULLs out', () => {
    expect(results(accumulator(countDistinct, [STRING]), column(null, 'a')).at(-1)).toBe(1n)
  })
})

test('ATTR is the value all rows share, and comes back when the others are gone', () => {
  const shared = accumulator(attr, [arrayType(decimalType(3, 1))])
  const a = [Decimal.parse('1.5')]
  const b = [null]
  let state = shared.add(shared.add(shared.init(), a), a)
  expect(shared.result(state)).toEqual(a)
  state = shared.add(state, b)
  expect(shared.result(state)).toBeNull()
  state = shared.undo?.(state, b)
  expect(shared.result(state)).toEqual(a)
})
