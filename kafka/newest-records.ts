import { randomUUID } from 'node:crypto'
import type { Consumer, Kafka } from 'kafkajs'

/** A record as a topic has it. */
export interface StoredRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** ms since 1970-01-01 UTC */
  readonly timestamp: number
}

/** Gets the records of a partition, and says at a stretch's end (`records` null) whether an older one is wanted. */
export type TakeRecords = (partition: number, records: readonly StoredRecord[] | null) => Promise<boolean>

/** A stretch of a partition: offsets [from, until). */
interface Stretch {
  readonly low: number
  from: number
  until: number
  records: number
}

/** Records of the first look; every further one looks four times as far back. */
const FIRST_RECORDS = 2_000

/**
 * Reads partitions of a topic from their ends backwards, stretch by stretch, each stretch forwards, without committing anything.
 * @throws what `take` throws; what kafkajs throws when the broker goes away
 */
export async function readNewestRecords(
  kafka: Kafka,
  topic: string,
  partitions: ReadonlySet<number>,
  take: TakeRecords,
): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const open = new Map<number, Stretch>()
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      const stretch = older({ low: Number(low), from: Number(high), until: Number(high), records: FIRST_RECORDS / 4 })
      if (partitions.has(partition) && stretch !== null) open.set(partition, stretch)
    }
    if (open.size === 0) return
    // Its own group: it shares partitions with nobody. A group that has committed nothing is forgotten by the broker.
    const groupId = `gpumon-resume-${randomUUID()}`
    const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false })
    try {
      await readStretches(consumer, topic, open, take)
    } finally {
      await consumer.disconnect()
    }
  } finally {
    await admin.disconnect()
  }
}

async function readStretches(
  consumer: Consumer,
  topic: string,
  open: Map<number, Stretch>,
  take: TakeRecords,
): Promise<void> {
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const { promise, resolve, reject } = withResolvers()
  const seek = (partition: number, { from }: Stretch): void => consumer.seek({ topic, partition, offset: String(from) })
  // After what it takes for passing, kafkajs begins again by itself and joins anew.
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => restart || reject(error))
  consumer.on(consumer.events.GROUP_JOIN, () => {
    for (const [partition, stretch] of open) seek(partition, stretch)
  })
  await consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      const { partition, messages } = batch
      const stretch = open.get(partition)
      if (stretch === undefined) return
      try {
        const wanted = messages.filter(({ offset }) => Number(offset) >= stretch.from && Number(offset) < stretch.until)
        await take(
          partition,
          wanted.map(({ key, value, timestamp }) => ({ key, value, timestamp: Number(timestamp) })),
        )
        if (Number(batch.lastOffset()) < stretch.until - 1) return
        const next = (await take(partition, null)) ? older(stretch) : null
        if (next !== null) {
          open.set(partition, next)
          seek(partition, next)
          return
        }
        open.delete(partition)
        consumer.pause([{ topic, partitions: [partition] }])
        if (open.size === 0) resolve()
      } catch (error) {
        // kafkajs would try the batch again and again.
        reject(error)
      }
    },
  })
  await promise
}

function older({ low, from, records }: Stretch): Stretch | null {
  return from <= low ? null : { low, from: Math.max(low, from - 4 * records), until: from, records: 4 * records }
}

/** Promise.withResolvers of newer Nodes. */
function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
  let resolve: () => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<void>((done, failed) => {
    resolve = done
    reject = failed
  })
  return { promise, resolve, reject }
}
