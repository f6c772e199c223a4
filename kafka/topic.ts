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

/** One partition that keeps its records for ever: Kafka counts retention by the records' own time and would delete a log of last year within minutes. */
const LOG = { partitions: 1, retentionMs: -1 }

/** The topic, made where it is not there. @throws KafkaError */
export async function ensureTopic(
  kafka: Kafka,
  topic: string,
  bootstrap: string,
  wanted: { readonly partitions: number; readonly retentionMs: number } = LOG,
): Promise<TopicInfo> {
  return administer(kafka, `Cannot open topic ${topic}`, bootstrap, async (admin) => {
    await ensure(admin, topic, wanted)
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

/** A topic that the broker has. */
export interface ListedTopic {
  readonly name: string
  readonly partitions: number
  readonly replicas: number
}

/** All topics but those whose names begin with an underscore, which are somebody's own. @throws what kafkajs throws */
export function listTopics(kafka: Kafka): Promise<ListedTopic[]> {
  return withAdmin(kafka, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata()
    return topics
      .filter(({ name }) => !name.startsWith('_'))
      .map(({ name, partitions }) => ({
        name,
        partitions: partitions.length,
        replicas: partitions[0]?.replicas.length ?? 1,
      }))
  })
}

/** The names of all topics. @throws what kafkajs throws */
export function topicNames(kafka: Kafka): Promise<Set<string>> {
  return withAdmin(kafka, async (admin) => new Set(await admin.listTopics()))
}

/** How many partitions topics have. @throws what kafkajs throws, also for a topic that is not there */
export async function partitionCounts(kafka: Kafka, topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (topics.length === 0) return new Map()
  return withAdmin(kafka, async (admin) => {
    const found = await admin.fetchTopicMetadata({ topics: [...topics] })
    return new Map(found.topics.map(({ name, partitions }) => [name, partitions.length]))
  })
}

/** A topic to be made. */
export interface NewTopic {
  readonly name: string
  readonly partitions: number
  /** default: the broker's */
  readonly replicas?: number
  /** such as `retention.ms` */
  readonly config: Readonly<Record<string, string>>
}

/** Makes the topics that are not there. @throws what kafkajs throws */
export async function makeTopics(kafka: Kafka, topics: readonly NewTopic[]): Promise<void> {
  if (topics.length === 0) return
  await withAdmin(kafka, (admin) => make(admin, topics))
}

/** The topic of one partition that keeps its records for ever, made where it is not there. @throws what kafkajs throws */
export async function ensureLog(kafka: Kafka, topic: string): Promise<void> {
  await withAdmin(kafka, (admin) => ensure(admin, topic, LOG))
}

/** Removes those of the topics that are there. @throws what kafkajs throws */
export async function removeTopics(kafka: Kafka, topics: readonly string[]): Promise<void> {
  if (topics.length === 0) return
  await withAdmin(kafka, async (admin) => {
    const there = new Set(await admin.listTopics())
    const removed = topics.filter((topic) => there.has(topic))
    if (removed.length > 0) await admin.deleteTopics({ topics: removed })
  })
}

/** ms that a topic keeps records for; -1: for ever. @throws what kafkajs throws */
export function topicRetention(kafka: Kafka, topic: string): Promise<number> {
  return withAdmin(kafka, (admin) => retentionOf(admin, topic))
}

/** Takes away all records of a topic's only partition before an offset. @throws what kafkajs throws */
export function deleteRecordsBefore(kafka: Kafka, topic: string, offset: number): Promise<void> {
  return withAdmin(kafka, async (admin) => {
    // kafkajs looks for the partition's leader among the topics that it has been asked for.
    await admin.fetchTopicMetadata({ topics: [topic] })
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] })
  })
}

/** The id that the cluster gave itself. @throws what kafkajs throws */
export function clusterIdOf(kafka: Kafka): Promise<string> {
  return withAdmin(kafka, async (admin) => (await admin.describeCluster()).clusterId)
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

/** What a partition has: offsets [low, high). */
export interface PartitionOffsets {
  readonly low: number
  readonly high: number
}

/** The offsets of topics, by partition. @throws what kafkajs throws, also for a topic that is not there */
export function offsetsOf(
  kafka: Kafka,
  topics: readonly string[],
): Promise<ReadonlyMap<string, readonly PartitionOffsets[]>> {
  return withAdmin(kafka, async (admin) => {
    const found = new Map<string, PartitionOffsets[]>()
    for (const topic of topics) {
      const offsets: PartitionOffsets[] = []
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        offsets[partition] = { low: Number(low), high: Number(high) }
      }
      found.set(topic, offsets)
    }
    return found
  })
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

async function ensure(admin: Admin, name: string, { partitions, retentionMs }: typeof LOG): Promise<void> {
  if ((await admin.listTopics()).includes(name)) return
  await make(admin, [{ name, partitions, config: { 'retention.ms': String(retentionMs) } }])
}

async function make(admin: Admin, topics: readonly NewTopic[]): Promise<void> {
  await admin.createTopics({
    topics: topics.map(({ name, partitions, replicas = DEFAULT_REPLICAS, config }) => ({
      topic: name,
      numPartitions: partitions,
      replicationFactor: replicas,
      configEntries: Object.entries(config).map(([key, value]) => ({ name: key, value })),
    })),
    waitForLeaders: true,
  })
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
