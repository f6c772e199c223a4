import { describe, expect, test } from 'vitest'
import { type BufferedRow, JoinBuffer } from '../../../engine/runtime/join-buffer.ts'

const row = (time: number, alone = false): BufferedRow => ({ values: [], key: 'k', time, window: null, alone })
const times = (rows: readonly BufferedRow[]) => rows.map((r) => r.time)

describe('the rows that wait in a join', () => {
  test('are gone when the newest is older by the retention', () => {
    const buffer = new JoinBuffer(100)
    for (const time of [5, 50, 104]) buffer.add('k', row(time))
    expect(times(buffer.match('k', 0, 1000))).toEqual([5, 50, 104])
    buffer.add('other', row(105))
    expect(times(buffer.match('k', 0, 1000))).toEqual([50, 104])
  })

  test('take memory for one and a half times the retention at most, however many keys there are', () => {
    const buffer = new JoinBuffer(1000)
    let most = 0
    for (let time = 0; time < 100_000; time++) {
      buffer.add(`key ${time}`, row(time))
      most = Math.max(most, buffer.size)
    }
    expect(most).toBeLessThanOrEqual(1501)
  })

  test('are kept as long as they must be given out alone', () => {
    const buffer = new JoinBuffer(100)
    buffer.add('a', row(1, true))
    buffer.add('b', row(2, true))
    buffer.add('c', row(500))
    for (const found of buffer.match('b', 0, 10)) found.alone = false
    expect(buffer.nextAlone).toBe(1)
    expect(times(buffer.takeAlone(2))).toEqual([1])
    expect(times(buffer.takeAlone(1000))).toEqual([2])
    expect(buffer.nextAlone).toBe(Number.POSITIVE_INFINITY)
  })

  test('are given out once, in order of time, partners found since left out', () => {
    const buffer = new JoinBuffer(1000)
    for (const time of [30, 10, 20, 40]) buffer.add('k', row(time, true))
    for (const found of buffer.match('k', 20, 20)) found.alone = false
    expect(times(buffer.takeAlone(35))).toEqual([10, 30])
    buffer.add('k', row(5, true))
    expect(times(buffer.takeAlone(100))).toEqual([5, 40])
    expect(buffer.takeAlone(100)).toEqual([])
  })

  test('that came too late for anybody are not kept', () => {
    const buffer = new JoinBuffer(10)
    buffer.add('k', row(100))
    buffer.add('k', row(90))
    expect(buffer.size).toBe(1)
  })

  test('come back from what was saved', () => {
    const buffer = new JoinBuffer(100)
    for (const time of [30, 10, 20]) buffer.add('k', row(time, true))
    const copy = new JoinBuffer(100)
    copy.load(structuredClone(buffer.save()))
    expect(times(copy.match('k', 0, 100))).toEqual([10, 20, 30])
    expect(times(copy.takeAlone(25))).toEqual([10, 20])
  })
})
