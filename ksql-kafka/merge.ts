import { type PartitionQueue, type QueuedRecord, queueOf } from '../kafka/partition-queue.ts'
import type { RecordRange } from './log-entry.ts'

/** Records of one partition, in order. */
export interface Sequence {
  readonly topic: string
  readonly partition: number
  /** offset that the sequence begins at; its first record may lie behind it */
  readonly from: number
  /** there are more records behind the last one here, which are waited for */
  readonly isBehind: boolean
  at(index: number): QueuedRecord | undefined
}

/** Records of one topic that follow one another. */
export interface Run {
  readonly topic: string
  readonly records: QueuedRecord[]
}

export interface Merged {
  readonly runs: readonly Run[]
  /** what of each sequence is among them, where anything is */
  readonly ranges: readonly RecordRange[]
}

/**
 * The first records of several partitions by time: always the one with the least timestamp of those that are next, as Kafka Streams chooses. Of equal ones a
 * table's comes first, then the order is by topic and partition. Ends before a partition that has more than is here, since its next record may be older than
 * all others: so a back-fill of several partitions goes through them side by side.
 *
 * The order is that of the records alone: the same ranges give the same order, wherever merging stopped.
 * @param most records at most
 */
export function merge(sequences: readonly Sequence[], isTable: (topic: string) => boolean, most: number): Merged {
  const inOrder = [...sequences].sort(
    (a, b) =>
      Number(isTable(b.topic)) - Number(isTable(a.topic)) ||
      (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition),
  )
  const taken = inOrder.map(() => 0)
  const heads = inOrder.map((sequence) => sequence.at(0))
  const runs: Run[] = []
  let run: Run | undefined
  for (let count = 0; count < most; count++) {
    let next = -1
    for (let i = 0; i < heads.length; i++) {
      const head = heads[i]
      if (head === undefined) {
        if (inOrder[i].isBehind) return { runs, ranges: rangesOf(inOrder, taken) }
      } else if (next < 0 || head.timestamp < (heads[next]?.timestamp ?? 0)) next = i
    }
    const record = heads[next]
    if (record === undefined) break
    const { topic } = inOrder[next]
    if (run?.topic !== topic) {
      run = { topic, records: [] }
      runs.push(run)
    }
    run.records.push(record)
    taken[next]++
    heads[next] = inOrder[next].at(taken[next])
  }
  return { runs, ranges: rangesOf(inOrder, taken) }
}

function rangesOf(sequences: readonly Sequence[], taken: readonly number[]): RecordRange[] {
  return sequences.flatMap((sequence, i) => {
    const last = sequence.at(taken[i] - 1)
    if (taken[i] === 0 || last === undefined) return []
    const { topic, partition, from } = sequence
    return [{ topic, partition, from, until: last.offset + 1, count: taken[i] }]
  })
}

/** Takes from the queues what has been processed of them. */
export function dropTaken(queues: readonly PartitionQueue[], ranges: readonly RecordRange[]): void {
  for (const range of ranges) queueOf(queues, range)?.dropBefore(range.until)
}
