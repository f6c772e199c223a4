import type { Kafka } from 'kafkajs'
import type { PartitionQueue } from '../kafka/partition-queue.ts'
import { PartitionReader } from '../kafka/partition-reader.ts'
import type { CatchUp } from './catch-up.ts'
import { goneRanges } from './live-rows.ts'
import { type Merged, merge, type Sequence } from './merge.ts'

/** A reader of what new queries have not been given yet. @throws LostRecordsError for a topic that is not there or was made anew; what kafkajs throws */
export function openHistory(kafka: Kafka, catchUp: CatchUp | null, serviceId: string): Promise<PartitionReader> {
  const ranges = [...(catchUp?.ranges ?? [])]
  const positions = new Map(ranges.map(([topic, partitions]) => [topic, partitions.map(({ from }) => from)]))
  return PartitionReader.open(kafka, positions, { group: `${serviceId}-history`, skipsLost: true })
}

export interface MergedHistory extends Merged {
  /** nothing is left */
  readonly isLast: boolean
}

/** The next records of a catch-up, as far as they have come. */
export function mergeHistory(
  reader: PartitionReader,
  { ranges }: CatchUp,
  isTable: (topic: string) => boolean,
  most: number,
): MergedHistory {
  const sequences = reader.queues.map((queue) => upTo(queue, ranges.get(queue.topic)?.[queue.partition]?.until ?? 0))
  const merged = merge(sequences, isTable, most)
  const isEmpty = ({ topic, partition, at, isBehind }: Sequence): boolean => {
    const taken = merged.ranges.find((range) => range.topic === topic && range.partition === partition)?.count ?? 0
    return !isBehind && at(taken) === undefined
  }
  return {
    runs: merged.runs,
    ranges: [...merged.ranges, ...goneRanges(reader.queues)],
    isLast: sequences.every(isEmpty),
  }
}

function upTo(queue: PartitionQueue, until: number): Sequence {
  const { topic, partition, from, position } = queue
  const at = (index: number) => {
    const record = queue.at(index)
    return record !== undefined && record.offset < until ? record : undefined
  }
  return { topic, partition, from, isBehind: position < until, at }
}
