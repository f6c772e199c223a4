import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import { KafkaError } from './client.ts'

/** A topic as it stands. */
export interface TopicInfo {
  readonly partitions: readonly number[]
  /** ms of event time that records are kept for; -1: for ever */
  readonly retentionMs: number
}

/** Broker's own default number of replicas. */
const DEFAULT_REPLICAS = -1

/**
 * The topic, made with one partition where it is not there; a new one keeps records for ever, since Kafka counts retention by the records' own time and would
 * delete a log of last year within minutes.
 * @throws KafkaError
 */
export async function ensureTopic(kafka: Kafka, topic: string, bootstrap: string): Promise<TopicInfo> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    if (!(await admin.listTopics()).includes(topic)) {
      const configEntries = [{ name: 'retention.ms', value: '-1' }]
      await admin.createTopics({
        topics: [{ topic, numPartitions: 1, replicationFactor: DEFAULT_REPLICAS, configEntries }],
        waitForLeaders: true,
      })
    }
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    return {
      partitions: topics[0].partitions.map(({ partitionId }) => partitionId).sort((a, b) => a - b),
      retentionMs: await retentionOf(admin, topic),
    }
  } catch (error) {
    throw new KafkaError(
      `Cannot open topic ${topic}`,
      bootstrap,
      error,
      'Check --bootstrap and that a broker runs there',
    )
  } finally {
    await admin.disconnect()
  }
}

/** The partition that Kafka's own clients send a key to. */
export function partitionOf(topic: string, key: Buffer, partitions: readonly number[]): number {
  const partitionMetadata = partitions.map((partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [],
    isr: [],
  }))
  const message = { key, value: null }
  return kafkajs.Partitioners.DefaultPartitioner()({ topic, partitionMetadata, message })
}

async function retentionOf(admin: Admin, topic: string): Promise<number> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] }],
  })
  return Number(resources[0].configEntries[0].configValue)
}
