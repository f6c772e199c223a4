import { expect, test } from 'vitest'
import { PartitionQueue } from '../../kafka/partition-queue.ts'
import { LiveRows, lossesIn } from '../../ksql-kafka/live-rows.ts'
import { dropTaken } from '../../ksql-kafka/merge.ts'

/** A partition that has `end` records, of which these have been fetched. */
function queue(partition: number, end: number, times: readonly number[] = []): PartitionQueue {
  const made = new PartitionQueue('t', partition, 0, end)
  fetch(made, times)
  return made
}

function fetch(into: PartitionQueue, times: readonly number[]): void {
  const { position } = into
  into.push(times.map((timestamp, i) => ({ offset: position + i, key: null, value: null, timestamp })))
  into.advance(position + times.length, into.end)
}

/** The times of what is processed next. */
function taken(live: LiveRows, queues: readonly PartitionQueue[], now: number): number[] {
  const { runs, ranges } = live.next(queues, () => false, 100, now)
  dropTaken(queues, ranges)
  return runs.flatMap(({ records }) => records.map(({ timestamp }) => timestamp))
}

test('a partition that is behind is waited for two seconds, each time that it stalls', () => {
  const live = new LiveRows()
  const [slow, quick] = [queue(0, 10), queue(1, 3, [5, 6, 7])]
  expect(taken(live, [slow, quick], 0)).toEqual([])
  expect(taken(live, [slow, quick], 1_999)).toEqual([])
  fetch(slow, [1, 2])
  expect(taken(live, [slow, quick], 3_000)).toEqual([1, 2])
  expect(taken(live, [slow, quick], 3_100)).toEqual([])
  expect(taken(live, [slow, quick], 5_100)).toEqual([5, 6, 7])
  // it delivers: from now on it is waited for as before
  fetch(slow, [3])
  quick.end = 4
  fetch(quick, [8])
  expect(taken(live, [slow, quick], 5_200)).toEqual([3])
  expect(taken(live, [slow, quick], 5_300)).toEqual([])
  expect(taken(live, [slow, quick], 7_300)).toEqual([8])
})

test('one that has stalled does not make another be waited for less', () => {
  const live = new LiveRows()
  const [dead, slow, quick] = [queue(0, 1), queue(1, 9, [1]), queue(2, 2, [5, 6])]
  expect(taken(live, [dead, slow, quick], 0)).toEqual([])
  expect(taken(live, [dead, slow, quick], 2_000)).toEqual([1])
  expect(taken(live, [dead, slow, quick], 2_100)).toEqual([])
  fetch(slow, [2, 3])
  expect(taken(live, [dead, slow, quick], 2_200)).toEqual([2, 3])
})

test('what comes of the marks of transactions counts as coming on', () => {
  const live = new LiveRows()
  const [marks, quick] = [queue(0, 9), queue(1, 1, [5])]
  expect(taken(live, [marks, quick], 0)).toEqual([])
  marks.advance(4, 9)
  expect(taken(live, [marks, quick], 2_500)).toEqual([])
  marks.advance(9, 9)
  expect(taken(live, [marks, quick], 2_600)).toEqual([5])
})

test('offsets that were gone before they were read are a range without records, told once', () => {
  const live = new LiveRows()
  const q = queue(0, 9, [1, 2])
  q.skip(5)
  const first = live.next([q], () => false, 100, 0)
  expect(first.ranges).toEqual([{ topic: 't', partition: 0, from: 0, until: 2, count: 2 }])
  expect(lossesIn([q], first.ranges)).toEqual([])
  dropTaken([q], first.ranges)
  const second = live.next([q], () => false, 100, 0)
  expect(second.ranges).toEqual([{ topic: 't', partition: 0, from: 2, until: 5, count: 0 }])
  expect(lossesIn([q], second.ranges)).toEqual([
    expect.stringContaining('Topic t, partition 0 lost offsets 2 to 4, 3 records at most'),
  ])
  dropTaken([q], second.ranges)
  fetch(q, [3])
  const third = live.next([q], () => false, 100, 0)
  expect(third.ranges).toEqual([{ topic: 't', partition: 0, from: 5, until: 6, count: 1 }])
  expect(lossesIn([q], third.ranges)).toEqual([])
})
