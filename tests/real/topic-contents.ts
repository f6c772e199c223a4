import { randomUUID } from 'node:crypto'
import avsc from 'avsc'
import { Kafka, logLevel } from 'kafkajs'

/** A reading as a consumer gets it, by a decoder that is not ours. */
export interface Received {
  readonly key: string
  /** of the record */
  readonly timestamp: number
  readonly value: Readonly<Record<string, unknown>> & { readonly source: string; readonly row: number }
}

export const TOPIC = 'gpu.readings'

export function testClient(bootstrap: string): Kafka {
  return new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING, retry: { initialRetryTime: 50, retries: 20 } })
}

/** @param retention ms of event time, -1: for ever */
export async function makeTopic(bootstrap: string, topic: string, partitions = 1, retention = '-1'): Promise<void> {
  const admin = testClient(bootstrap).admin()
  await admin.connect()
  const configEntries = [{ name: 'retention.ms', value: retention }]
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions, configEntries }], waitForLeaders: true })
  await admin.disconnect()
}

/** Gives a topic more partitions. */
export async function growTopic(bootstrap: string, topic: string, count: number): Promise<void> {
  const admin = testClient(bootstrap).admin()
  await admin.connect()
  await admin.createPartitions({ topicPartitions: [{ topic, count }] })
  // Until each has its leader.
  const partitions = () => admin.fetchTopicOffsets(topic).catch(() => [])
  while ((await partitions()).length < count) await new Promise((resolve) => setTimeout(resolve, 50))
  await admin.disconnect()
}

/** Removes the topic of readings, or all whose names begin so, for a test that begins with none. */
export async function removeTopic(bootstrap: string, prefix = TOPIC): Promise<void> {
  const admin = testClient(bootstrap).admin()
  await admin.connect()
  const found = async () => (await admin.listTopics()).filter((topic) => topic.startsWith(prefix))
  const topics = await found()
  if (topics.length > 0) await admin.deleteTopics({ topics })
  while ((await found()).length > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  await admin.disconnect()
}

/** How many records the topic has; 0 where there is none or it is just being made. */
export async function recordCount(bootstrap: string): Promise<number> {
  const admin = testClient(bootstrap).admin()
  await admin.connect()
  try {
    if (!(await admin.listTopics()).includes(TOPIC)) return 0
    return (await admin.fetchTopicOffsets(TOPIC)).reduce((sum, { high }) => sum + Number(high), 0)
  } catch (error) {
    if ((error as { type?: string }).type === 'NOT_LEADER_FOR_PARTITION') return 0
    throw error
  } finally {
    await admin.disconnect()
  }
}

/** Everything that the topic has, decoded by the schema that the registry gives for each record. */
export async function received(bootstrap: string, registry: string): Promise<Received[]> {
  const expected = await recordCount(bootstrap)
  const types = new Map<number, avsc.Type>()
  const raw: { key: Buffer; value: Buffer; timestamp: string }[] = []
  const consumer = testClient(bootstrap).consumer({ groupId: `test-${randomUUID()}` })
  await consumer.connect()
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => restart || reject(error))
    const eachBatch = async ({
      batch,
    }: {
      batch: { messages: { key: unknown; value: unknown; timestamp: string }[] }
    }) => {
      for (const { key, value, timestamp } of batch.messages)
        raw.push({ key: key as Buffer, value: value as Buffer, timestamp })
      if (raw.length >= expected) resolve()
    }
    consumer.run({ eachBatch }).catch(reject)
  })
  await consumer.disconnect()
  for (const { value } of raw) {
    const id = value.readInt32BE(1)
    if (value[0] !== 0) throw new Error('no Confluent wire format')
    if (types.has(id)) continue
    const { schema } = (await (await fetch(`${registry}/schemas/ids/${id}`)).json()) as { schema: string }
    types.set(id, avsc.Type.forSchema(JSON.parse(schema) as avsc.Schema))
  }
  return raw.map(({ key, value, timestamp }) => ({
    key: key.toString('utf8'),
    timestamp: Number(timestamp),
    value: types.get(value.readInt32BE(1))!.fromBuffer(value.subarray(5)) as Received['value'],
  }))
}

/** Identities of readings: how many there are, and how many come more than once. */
export function identities(records: readonly Received[]): { readonly distinct: number; readonly repeated: number } {
  const distinct = new Set(records.map(({ value }) => JSON.stringify([value.source, value.row]))).size
  return { distinct, repeated: records.length - distinct }
}
