import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import { hasType, NO_RESTART, UNKNOWN_TOPIC } from './client.ts'
import { type LostOffsets, PartitionQueue, type QueuedRecord, queueOf } from './partition-queue.ts'
import { offsetsOf, type PartitionOffsets, topicNames } from './topic.ts'

/** Where reading begins: of each topic an offset a partition. */
export type Positions = ReadonlyMap<string, readonly number[]>

/** Records of a partition that wait to be taken; beyond, the broker is not asked for more of it. */
const MOST_WAITING = 20_000
const FEW_WAITING = MOST_WAITING / 4
/** ms that the broker may keep a request for want of records: as long, a partition that was full is not asked for. */
const LONGEST_FETCH = 250
const JOIN_TRIES = 10
const JOIN_MS = 500

/** Records that a partition no longer has, which somebody still needs. */
export class LostRecordsError extends Error {
  override readonly name = 'LostRecordsError'
}

/** The error for offsets [from, until) of a partition. */
export function lost(topic: string, partition: number, { from, until }: LostOffsets): LostRecordsError {
  return new LostRecordsError(
    `Topic ${topic}, partition ${partition} no longer has offsets ${from} to ${until - 1}: they were deleted, by retention or by hand, before they were read.`,
  )
}

/** The error for a partition that ends before what was read of it. */
export function madeAnew(topic: string, partition: number, position: number, high: number): LostRecordsError {
  return new LostRecordsError(
    `Topic ${topic}, partition ${partition} ends at offset ${high}, and was read up to ${position}: the topic was deleted and made anew, or the broker has lost its end.`,
  )
}

export interface ReaderOptions {
  /** prefix of the name of the consumer group */
  readonly group: string
  /** reading goes on behind records that are gone, and their queue says so; default: it ends with LostRecordsError */
  readonly skipsLost?: boolean
}

/**
 * Reads partitions from given offsets on, in a consumer group of its own that commits nothing: several partitions at once, each in order and without a
 * gap, as far as somebody takes what has come. Committed records only.
 */
export class PartitionReader {
  readonly queues: readonly PartitionQueue[]
  readonly #kafka: Kafka
  readonly #consumer: Consumer
  readonly #groupId: string
  readonly #skipsLost: boolean
  readonly #paused = new Set<PartitionQueue>()
  #wake: (() => void) | null = null
  #hasNews = false
  #failure: unknown = null

  private constructor(kafka: Kafka, queues: readonly PartitionQueue[], { group, skipsLost = false }: ReaderOptions) {
    this.#kafka = kafka
    this.queues = queues
    this.#groupId = `${group}-${randomUUID()}`
    this.#skipsLost = skipsLost
    this.#consumer = kafka.consumer({
      groupId: this.#groupId,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: LONGEST_FETCH,
      retry: NO_RESTART,
    })
  }

  /** @throws LostRecordsError for a topic that is not there or was made anew, and where records are gone and not to be skipped; what kafkajs throws */
  static async open(kafka: Kafka, positions: Positions, options: ReaderOptions): Promise<PartitionReader> {
    for (let tries = 1; ; tries++) {
      try {
        return await PartitionReader.#openOnce(kafka, positions, options)
      } catch (error) {
        // a broker that has just started; kafkajs does not ask again by itself
        if (tries === JOIN_TRIES || !hasType(error, 'GROUP_LOAD_IN_PROGRESS')) throw error
        await sleep(JOIN_MS)
      }
    }
  }

  static async #openOnce(kafka: Kafka, positions: Positions, options: ReaderOptions): Promise<PartitionReader> {
    const ends = await endsOf(kafka, [...positions.keys()])
    const queues = [...positions].flatMap(([topic, offsets]) =>
      offsets.map(
        (from, partition) => new PartitionQueue(topic, partition, from, ends.get(topic)?.[partition]?.high ?? from),
      ),
    )
    const reader = new PartitionReader(kafka, queues, options)
    for (const queue of queues) {
      const found = ends.get(queue.topic)?.[queue.partition]
      if (found !== undefined) reader.#check(queue, found)
    }
    try {
      if (reader.#failure !== null) throw reader.#failure
      if (queues.length > 0) await reader.#start([...positions.keys()])
      return reader
    } catch (error) {
      await reader.close()
      throw error
    }
  }

  /** Records that wait to be taken. */
  get waiting(): number {
    return this.queues.reduce((sum, { length }) => sum + length, 0)
  }

  /** Until something has come since the last call, or the time is over. @throws what ended the reading */
  async news(ms: number): Promise<void> {
    this.#resume()
    if (!this.#hasNews && this.#failure === null) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
      this.#wake = null
    }
    this.#hasNews = false
    if (this.#failure !== null) throw this.#failure
  }

  /** Ends a wait for news. */
  wake(): void {
    this.#hasNews = true
    this.#wake?.()
  }

  async close(): Promise<void> {
    if (this.queues.length === 0) return
    await this.#consumer.disconnect()
    const admin = this.#kafka.admin()
    try {
      await admin.connect()
      await admin.deleteGroups([this.#groupId])
    } catch {
      // An empty group without offsets goes by itself.
    } finally {
      await admin.disconnect()
    }
  }

  async #start(topics: string[]): Promise<void> {
    const consumer = this.#consumer
    await consumer.connect()
    await consumer.subscribe({ topics, fromBeginning: true })
    consumer.on(consumer.events.CRASH, ({ payload: { error } }) => this.#fail(error))
    consumer.on(consumer.events.GROUP_JOIN, () => {
      for (const queue of this.queues) this.#seek(queue)
    })
    // Of what has no records, such as the marks of transactions, only this tells.
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
      const { batchSize, lastOffset, highWatermark } = payload
      if (batchSize === 0) this.#pass(queueOf(this.queues, payload), Number(lastOffset) + 1, Number(highWatermark))
    })
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: this.queues.length,
      eachBatch: (payload) => this.#take(payload),
    })
  }

  async #take({ batch }: EachBatchPayload): Promise<void> {
    const queue = queueOf(this.queues, batch)
    if (queue === undefined) return
    // kafkajs has gone on behind what is missing here: because that is gone, or because it began anew without knowing where.
    const fetched = Number((batch as { fetchedOffset?: string }).fetchedOffset)
    if (fetched > queue.position || Number(batch.highWatermark) < queue.position) {
      if (await this.#has(queue)) this.#seek(queue)
      return
    }
    const { position } = queue
    const records: QueuedRecord[] = []
    for (const { offset: text, key, value, timestamp, headers } of batch.messages) {
      const offset = Number(text)
      if (offset >= position) records.push({ offset, key, value, timestamp: Number(timestamp), headers })
    }
    queue.push(records)
    queue.advance(Number(batch.lastOffset()) + 1, Number(batch.highWatermark))
    if (queue.length >= MOST_WAITING) {
      this.#paused.add(queue)
      this.#consumer.pause([{ topic: queue.topic, partitions: [queue.partition] }])
    }
    this.wake()
  }

  async #pass(queue: PartitionQueue | undefined, position: number, end: number): Promise<void> {
    if (queue === undefined || (position <= queue.position && end >= queue.position)) return
    if (await this.#has(queue)) queue.advance(position, end)
    this.wake()
  }

  /** Whether the broker has what comes next; where records are gone, the queue has gone on behind them or reading has ended. */
  async #has(queue: PartitionQueue): Promise<boolean> {
    try {
      const found = (await endsOf(this.#kafka, [queue.topic])).get(queue.topic)?.[queue.partition]
      if (found !== undefined) this.#check(queue, found)
    } catch (error) {
      this.#fail(error)
    }
    return this.#failure === null
  }

  #check(queue: PartitionQueue, { low, high }: PartitionOffsets): void {
    const { topic, partition, position } = queue
    if (high < position) this.#fail(madeAnew(topic, partition, position, high))
    else if (low > position && !this.#skipsLost) this.#fail(lost(topic, partition, { from: position, until: low }))
    else if (low > position) {
      queue.skip(low)
      this.wake()
    }
  }

  #seek({ topic, partition, position }: PartitionQueue): void {
    this.#consumer.seek({ topic, partition, offset: String(position) })
  }

  #resume(): void {
    for (const queue of this.#paused) {
      if (queue.length > FEW_WAITING) continue
      this.#paused.delete(queue)
      this.#consumer.resume([{ topic: queue.topic, partitions: [queue.partition] }])
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    this.wake()
  }
}

/** @throws LostRecordsError for a topic that is not there; what kafkajs throws */
async function endsOf(kafka: Kafka, topics: readonly string[]): Promise<Awaited<ReturnType<typeof offsetsOf>>> {
  try {
    return await offsetsOf(kafka, topics)
  } catch (error) {
    if (!hasType(error, UNKNOWN_TOPIC)) throw error
    const there = await topicNames(kafka)
    const missing = topics.filter((topic) => !there.has(topic))
    if (missing.length === 0) throw error
    throw new LostRecordsError(`Topic ${missing.join(', ')} is not there any more: it was deleted.`)
  }
}
