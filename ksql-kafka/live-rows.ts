import { type PartitionQueue, queueOf } from '../kafka/partition-queue.ts'
import type { RecordRange } from './log-entry.ts'
import { type Merged, merge, type Sequence } from './merge.ts'

/** ms that a partition is waited for which is known to have more records: they may be only the marks of transactions */
const PATIENCE = 2_000

interface Stall {
  readonly position: number
  readonly since: number
}

/** Chooses what is processed next of partitions that are read as they grow. */
export class LiveRows {
  readonly #stalls = new WeakMap<PartitionQueue, Stall>()

  /**
   * The next records by time, and the offsets that are gone, as ranges without records. A partition that is behind is waited for, but not longer than two seconds
   * in which nothing came of it.
   * @param now the wall clock, ms
   */
  next(queues: readonly PartitionQueue[], isTable: (topic: string) => boolean, most: number, now: number): Merged {
    const sequences = queues.map((queue) => this.#sequence(queue, now))
    const { runs, ranges } = merge(sequences, isTable, most)
    return { runs, ranges: [...ranges, ...goneRanges(queues)] }
  }

  #sequence(queue: PartitionQueue, now: number): Sequence {
    const { topic, partition, from, position, length, isBehind } = queue
    const stall = this.#stalls.get(queue)
    const stands = isBehind && length === 0
    if (!stands) this.#stalls.delete(queue)
    else if (stall?.position !== position) this.#stalls.set(queue, { position, since: now })
    const isGivenUp = stands && stall?.position === position && now - stall.since >= PATIENCE
    return { topic, partition, from, isBehind: isBehind && !isGivenUp, at: (index) => queue.at(index) }
  }
}

/** Of partitions of which nothing waits: the offsets that are gone, as ranges without records. */
export function goneRanges(queues: readonly PartitionQueue[]): RecordRange[] {
  return queues.flatMap(({ topic, partition, from, length, lost }) =>
    length === 0 && lost !== null ? [{ topic, partition, from, until: lost.until, count: 0 }] : [],
  )
}

/** What is to be told of ranges that were processed: which offsets were gone before. */
export function lossesIn(queues: readonly PartitionQueue[], ranges: readonly RecordRange[]): string[] {
  return ranges.flatMap((range) => {
    const { topic, partition, until } = range
    const lost = queueOf(queues, range)?.lost ?? null
    if (lost === null || lost.until > until) return []
    return [
      `Topic ${topic}, partition ${partition} lost offsets ${lost.from} to ${lost.until - 1}, ${lost.until - lost.from} records at most, before they were processed: ` +
        'they were deleted, by retention or by hand. The queries go on behind them, and what those would have given is missing. Give the topic a longer retention.ms',
    ]
  })
}
