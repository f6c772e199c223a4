import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Merged, merge, type Sequence } from '../../ksql-kafka/merge.ts'

const RUNS = Number(process.env['GPUMON_RUNS'] ?? 300)
const isTable = (topic: string): boolean => topic === 'table'

interface Part {
  readonly topic: string
  readonly partition: number
  readonly times: readonly number[]
}

/** Records [from, until) of a partition; offsets have gaps, as behind transactions. */
function sequence({ topic, partition, times }: Part, from = 0, until = times.length, isBehind = false): Sequence {
  const at = (index: number) => {
    const i = from + index
    if (i >= until) return undefined
    return { offset: 2 * i + 1, key: null, value: null, timestamp: times[i] }
  }
  return { topic, partition, from: 2 * from, isBehind, at }
}

const order = ({ runs }: Merged): string[] =>
  runs.flatMap(({ topic, records }) => records.map(({ offset, timestamp }) => `${topic}@${timestamp}#${offset}`))

const times = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 12 })
const parts = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'table'), times), { minLength: 1, maxLength: 5 })
  .map((all): Part[] => all.map(([topic, own], partition) => ({ topic, partition, times: own })))

describe('the order of records from several partitions', () => {
  test('the least timestamp of those next in their partitions comes first', () => {
    const a = sequence({ topic: 'a', partition: 0, times: [1, 5, 2] })
    const b = sequence({ topic: 'a', partition: 1, times: [3, 4] })
    const merged = merge([a, b], isTable, 100)
    expect(merged.runs.flatMap(({ records }) => records.map(({ timestamp }) => timestamp))).toEqual([1, 3, 4, 5, 2])
    expect(merged.ranges).toEqual([
      { topic: 'a', partition: 0, from: 0, until: 6, count: 3 },
      { topic: 'a', partition: 1, from: 0, until: 4, count: 2 },
    ])
  })

  test('of equal times a record of a table comes before one of a stream', () => {
    const stream = sequence({ topic: 'a', partition: 0, times: [7] })
    const table = sequence({ topic: 'table', partition: 0, times: [7] })
    expect(order(merge([stream, table], isTable, 100))).toEqual(['table@7#1', 'a@7#1'])
  })

  test('a partition that has more than was fetched is waited for', () => {
    const all: Part = { topic: 'a', partition: 0, times: [1, 2] }
    const other = sequence({ topic: 'a', partition: 1, times: [5, 6] })
    expect(order(merge([sequence(all, 0, 2, true), other], isTable, 100))).toEqual(['a@1#1', 'a@2#3'])
    expect(order(merge([sequence(all, 0, 0, true), other], isTable, 100))).toEqual([])
  })

  test('the ranges alone give the order again, however merging was cut', () => {
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: 9 }), (all, most) => {
        const whole = order(
          merge(
            all.map((part) => sequence(part)),
            isTable,
            1_000,
          ),
        )
        const from = all.map(() => 0)
        const live: string[] = []
        const repeated: string[] = []
        for (;;) {
          const merged = merge(
            all.map((part, i) => sequence(part, from[i])),
            isTable,
            most,
          )
          if (merged.ranges.length === 0) break
          live.push(...order(merged))
          const ranges = merged.ranges.map(({ partition, count }) => {
            const begin = from[partition]
            from[partition] += count
            return sequence(all[partition], begin, begin + count)
          })
          // given in another order than then
          repeated.push(...order(merge(ranges.reverse(), isTable, 1_000)))
        }
        expect(live).toEqual(whole)
        expect(repeated).toEqual(whole)
      }),
      { numRuns: RUNS },
    )
  })
})
