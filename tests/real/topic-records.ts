import { randomUUID } from 'node:crypto'
import { testClient } from './topic-contents.ts'

/** A committed record as any consumer gets it. */
export interface CommittedRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** ms since 1970-01-01 UTC */
  readonly timestamp: number
}

/** All that the topics have now, committed records only, by topic; of each partition in order. */
export async function committedRecords(
  bootstrap: string,
  topics: readonly string[],
): Promise<Map<string, CommittedRecord[]>> {
  const admin = testClient(bootstrap).admin()
  await admin.connect()
  const open = new Map<string, number>()
  for (const topic of topics) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      if (Number(high) > Number(low)) open.set(`${topic}/${partition}`, Number(high))
    }
  }
  const found = new Map<string, CommittedRecord[]>(topics.map((topic) => [topic, []]))
  const groupId = `test-${randomUUID()}`
  const consumer = testClient(bootstrap).consumer({ groupId, maxWaitTimeInMs: 100 })
  await consumer.connect()
  await consumer.subscribe({ topics: [...topics], fromBeginning: true })
  await new Promise<void>((resolve, reject) => {
    if (open.size === 0) resolve()
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => restart || reject(error))
    // marks of transactions are no records, but stand at the end
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { topic, partition, lastOffset } }) => {
      const name = `${topic}/${partition}`
      if (Number(lastOffset) + 1 >= (open.get(name) ?? 0)) open.delete(name)
      if (open.size === 0) resolve()
    })
    consumer
      .run({
        autoCommit: false,
        eachBatch: async ({ batch: { topic, partition, messages } }) => {
          for (const { offset, key, value, timestamp } of messages) {
            found
              .get(topic)
              ?.push({ topic, partition, offset: Number(offset), key, value, timestamp: Number(timestamp) })
          }
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  await admin.disconnect()
  return found
}

/** Removes all topics but those of the broker and of Connect, so that a test begins with none. */
export async function removeAllTopics(bootstrap: string): Promise<void> {
  const admin = testClient(bootstrap).admin()
  await admin.connect()
  const there = async () => (await admin.listTopics()).filter((topic) => !/^(__|connect\.)/.test(topic))
  const topics = await there()
  if (topics.length > 0) await admin.deleteTopics({ topics })
  while ((await there()).length > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  await admin.disconnect()
}
