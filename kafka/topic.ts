import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import { withPlace } from './client.ts'

/** A topic as it stands. */
export interface TopicInfo {
  readonly partitions: readonly number[]
  /** ms of event time that records are kept for; -1: for ever */
  readonly retentionMs: number
}

/** Broker's own default number of replicas. */
const DEFAULT_REPLICAS = -1

/**
 * The topic, made where it is not there; a new one keeps records for ever, since Kafka counts retention by the records' own time and would
 * delete a log of last year within minutes.
 * @throws KafkaError
 */
export async function ensureTopic(
  kafka: Kafka,
  topic: string,
  bootstrap: string,
  numPartitions = 1,
): Promise<TopicInfo> {
  return administer(kafka, `Cannot open topic ${topic}`, bootstrap, async (admin) => {
    if (!(await admin.listTopics()).includes(topic)) {
      const configEntries = [{ name: 'retention.ms', value: '-1' }]
      await admin.createTopics({
        topics: [{ topic, numPartitions, replicationFactor: DEFAULT_REPLICAS, configEntries }],
        waitForLeaders: true,
      })
    }
    return infoOf(admin, topic)
  })
}

/** The topics of these that are there, by name. @throws KafkaError */
export async function describeTopics(
  kafka: Kafka,
  topics: readonly string[],
  bootstrap: string,
): Promise<Map<string, TopicInfo>> {
  return administer(kafka, 'Cannot look at topics', bootstrap, async (admin) => {
    const there = new Set(await admin.listTopics())
    const known = topics.filter((topic) => there.has(topic))
    return new Map(await Promise.all(known.map(async (topic) => [topic, await infoOf(admin, topic)] as const)))
  })
}

/** Asks a cluster's administration. @throws KafkaError for what Kafka refuses, and when it is not there */
export async function administer<T>(
  kafka: Kafka,
  doing: string,
  bootstrap: string,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  try {
    return await withAdmin(kafka, work)
  } catch (error) {
    throw withPlace(error, doing, bootstrap, 'Check --bootstrap and that a broker runs there')
  }
}

async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    return await work(admin)
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

async function infoOf(admin: Admin, topic: string): Promise<TopicInfo> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  return {
    partitions: topics[0].partitions.map(({ partitionId }) => partitionId).sort((a, b) => a - b),
    retentionMs: await retentionOf(admin, topic),
  }
}

async function retentionOf(admin: Admin, topic: string): Promise<number> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] }],
  })
  return Number(resources[0].configEntries[0].configValue)
}
