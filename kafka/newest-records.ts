import { randomUUID } from 'node:crypto'
import type { Consumer } from 'kafkajs'
import { kafkaClient, NO_RESTART } from './client.ts'
import { extend, newestStretch, older, type Stretch } from './stretch.ts'
import { offsetsOf } from './topic.ts'

/** A record as a topic has it. */
export interface StoredRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** ms since 1970-01-01 UTC */
  readonly timestamp: number
}

/** Gets the records of a partition, and says at a stretch's end (`records` null) whether an older one is wanted. */
export type TakeRecords = (partition: number, records: readonly StoredRecord[] | null) => Promise<boolean>

/** ms that the broker may keep a request for want of records; as long, who ends the reading waits. */
const LONGEST_FETCH = 250
/** ms between two looks at where the partitions begin. */
const WATCH = 2_000
/** The first group of a cluster waits some seconds for its coordinator. */
const COORDINATOR_RETRIES = 10

/**
 * Reads partitions of a topic from their ends backwards, stretch by stretch, each stretch forwards, without committing anything. Also what is in a transaction
 * that has not ended: behind it there may be records of those who use none.
 * @throws what `take` throws; what kafkajs throws when the broker goes away; the signal's reason
 */
export async function readNewestRecords(
  bootstrap: string,
  topic: string,
  partitions: Iterable<number>,
  signal: AbortSignal,
  take: TakeRecords,
): Promise<void> {
  signal.throwIfAborted()
  const kafka = kafkaClient(bootstrap)
  const offsets = async () => (await offsetsOf(kafka, [topic])).get(topic) ?? []
  const open = new Map<number, Stretch>()
  const all = await offsets()
  for (const partition of partitions) {
    const { low = 0, high = 0 } = all[partition] ?? {}
    if (high > low) open.set(partition, newestStretch(low, high))
  }
  if (open.size === 0) return
  // Its own: it shares partitions with nobody. A group that has committed nothing is forgotten by the broker.
  const groupId = `gpumon-resume-${randomUUID()}`
  await untilCoordinator(bootstrap, groupId)
  const consumer = kafka.consumer({
    groupId,
    readUncommitted: true,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: LONGEST_FETCH,
    retry: NO_RESTART,
  })
  try {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    const others = [...all.keys()].filter((partition) => !open.has(partition))
    const begins = async () => (await offsets()).map(({ low }) => low)
    await readStretches(consumer, topic, { open, others, begins }, signal, take)
  } finally {
    await consumer.disconnect()
  }
}

/** A consumer with as many retries would take as long to end in an outage. */
async function untilCoordinator(bootstrap: string, groupId: string): Promise<void> {
  const admin = kafkaClient(bootstrap, COORDINATOR_RETRIES).admin()
  try {
    await admin.connect()
    await admin.describeGroups([groupId])
  } finally {
    await admin.disconnect()
  }
}

interface Partitions {
  readonly open: Map<number, Stretch>
  /** are not read */
  readonly others: number[]
  /** offsets of their first records */
  readonly begins: () => Promise<readonly number[]>
}

async function readStretches(
  consumer: Consumer,
  topic: string,
  { open, others, begins }: Partitions,
  signal: AbortSignal,
  take: TakeRecords,
): Promise<void> {
  const { promise, resolve, reject } = withResolvers()
  // It is awaited when the consumer runs: kafkajs does not end one that is told so while it joins its group.
  promise.catch(() => {})
  const seek = (partition: number, { from }: Stretch): void => consumer.seek({ topic, partition, offset: String(from) })
  const reached = async (partition: number, stretch: Stretch, lastOffset: number): Promise<void> => {
    if (lastOffset < stretch.until - 1) return
    const next = (await take(partition, null)) ? older(stretch) : null
    if (next !== null) {
      open.set(partition, next)
      seek(partition, next)
      return
    }
    open.delete(partition)
    consumer.pause([{ topic, partitions: [partition] }])
    if (open.size === 0) resolve()
  }
  consumer.on(consumer.events.CRASH, ({ payload: { error } }) => reject(error))
  consumer.on(consumer.events.GROUP_JOIN, () => {
    consumer.pause([{ topic, partitions: others }])
    for (const [partition, stretch] of open) seek(partition, stretch)
  })
  // Of what has no records, such as the marks of transactions, only this tells.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    const stretch = open.get(payload.partition)
    if (payload.batchSize > 0 || stretch === undefined) return
    extend(stretch, payload.highWatermark)
    reached(payload.partition, stretch, Number(payload.lastOffset)).catch(reject)
  })
  // What is deleted meanwhile does not come: kafkajs waits behind it, where there may be nothing.
  const endLost = async (): Promise<void> => {
    const lows = await begins()
    for (const [partition, stretch] of open) await reached(partition, stretch, (lows[partition] ?? 0) - 1)
  }
  const watch = setInterval(() => endLost().catch(reject), WATCH)
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    signal.throwIfAborted()
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        const { partition, messages } = batch
        const stretch = open.get(partition)
        if (stretch === undefined) return
        extend(stretch, batch.highWatermark)
        try {
          const wanted = messages.filter(
            ({ offset }) => Number(offset) >= stretch.from && Number(offset) < stretch.until,
          )
          await take(
            partition,
            wanted.map(({ key, value, timestamp }) => ({ key, value, timestamp: Number(timestamp) })),
          )
          await reached(partition, stretch, Number(batch.lastOffset()))
        } catch (error) {
          // kafkajs would try the batch again and again.
          reject(error)
        }
      },
    })
    await promise
  } finally {
    clearInterval(watch)
    signal.removeEventListener('abort', abort)
  }
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
