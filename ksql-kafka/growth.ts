import type { Kafka } from 'kafkajs'
import type { Positions } from '../kafka/partition-reader.ts'
import { offsetsOf, partitionCounts } from '../kafka/topic.ts'

/**
 * The partitions that topics have got since their positions were made: of each such topic the first offset of each new partition.
 * @throws what kafkajs throws
 */
export async function newPartitions(kafka: Kafka, positions: Positions): Promise<Map<string, readonly number[]>> {
  const counts = await partitionCounts(kafka, [...positions.keys()])
  const grown = [...counts].flatMap(([topic, count]) => (count > (positions.get(topic)?.length ?? 0) ? [topic] : []))
  if (grown.length === 0) return new Map()
  const offsets = await offsetsOf(kafka, grown)
  return new Map(
    [...offsets].map(([topic, partitions]) => [
      topic,
      partitions.slice(positions.get(topic)?.length ?? 0).map(({ low }) => low),
    ]),
  )
}
