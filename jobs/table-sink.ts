import { type ConnectorConfig, sinkGroup } from '../kafka/connect.ts'
import { administer } from '../kafka/topic.ts'
import type { Cluster } from './submit-topics.ts'

/** A connector that writes a table of Iceberg's into HDFS. */
export interface TableSink {
  /** of the connector */
  readonly name: string
  /** its consumer group */
  readonly group: string
  readonly topics: readonly string[]
  readonly table: string
  /** the table's folder */
  readonly location: string
}

/** What Kafka tells of a partition that a sink reads. */
export interface KafkaPart {
  readonly topic: string
  readonly partition: number
  /** offset of the oldest record that is kept */
  readonly oldest: number
  /** offset of the next record to come */
  readonly end: number
  /** offset of the next record that the sink will read; -1: it has read none */
  readonly committed: number
}

/** The sink, if this is one whose table is found by its files alone: one table, of a Hadoop catalog. */
export function tableSink(name: string, config: ConnectorConfig): TableSink | null {
  const { topics, 'iceberg.tables': table, 'iceberg.catalog.warehouse': warehouse } = config
  if (config['iceberg.catalog.type'] !== 'hadoop' || !topics || !table || table.includes(',') || !warehouse) return null
  const folder = warehouse.replace(/^\w+:\/\/[^/]*/, '').replace(/\/+$/, '')
  return {
    name,
    group: sinkGroup(name, config),
    topics: topics.split(',').map((topic) => topic.trim()),
    table,
    location: `${folder}/${table.replaceAll('.', '/')}`,
  }
}

/** The partitions of the topics of a sink that are there. @throws KafkaError */
export async function keptParts({ kafka, bootstrap }: Cluster, { group, topics }: TableSink): Promise<KafkaPart[]> {
  return administer(kafka, `Cannot look at topics ${topics.join(', ')}`, bootstrap, async (admin) => {
    const there = new Set(await admin.listTopics())
    const known = topics.filter((topic) => there.has(topic))
    const groups = known.length === 0 ? [] : await admin.fetchOffsets({ groupId: group, topics: known })
    const parts = known.map(async (topic) => {
      const committed = new Map(
        groups
          .find((group) => group.topic === topic)
          ?.partitions.map(({ partition, offset }) => [partition, Number(offset)]),
      )
      return (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => ({
        ...{ topic, partition, oldest: Number(low), end: Number(high), committed: committed.get(partition) ?? -1 },
      }))
    })
    return (await Promise.all(parts)).flat()
  })
}
