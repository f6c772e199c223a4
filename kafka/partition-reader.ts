import { randomUUID } from 'node:crypto'
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs'
import { NO_RESTART } from './client.ts'
import { PartitionQueue, type QueuedRecord } from './partition-queue.ts'
import { offsetsOf } from './topic.ts'

/** Where reading begins: of each topic an offset a partition. */
export type Positions = ReadonlyMap<string, readonly number[]>

/** Records of a partition that wait to be taken; beyond, the broker is not asked for more of it. */
const MOST_WAITING = 20_000
const FEW_WAITING = MOST_WAITING / 4
/** ms that the broker may keep a request for want of records: as long, a partition that was full is not asked for. */
const LONGEST_FETCH = 250

/** Records that a partition no longer has, which somebody still needs. */
export class LostRecordsError extends Error {
  override readonly name = 'LostRecordsError'
}

function lost(topic: string, partition: number, from: number, until: number): LostRecordsError {
  return new LostRecordsError(
    `Topic ${topic}, partition ${partition} no longer has offsets ${from} to ${until - 1}: they were deleted, by retention or by hand, before they were read.`,
  )
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
  readonly #paused = new Set<PartitionQueue>()
  #wake: (() => void) | null = null
  #hasNews = false
  #failure: unknown = null

  private constructor(kafka: Kafka, queues: readonly PartitionQueue[], groupId: string) {
    this.#kafka = kafka
    this.queues = queues
    this.#groupId = groupId
    this.#consumer = kafka.consumer({
      groupId,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: LONGEST_FETCH,
      retry: NO_RESTART,
    })
  }

  /** @throws LostRecordsError where a partition begins behind its position; what kafkajs throws */
  static async open(kafka: Kafka, positions: Positions, groupPrefix: string): Promise<PartitionReader> {
    const ends = await offsetsOf(kafka, [...positions.keys()])
    const queues = [...positions].flatMap(([topic, offsets]) =>
      offsets.map((from, partition) => {
        const { low = 0, high = from } = ends.get(topic)?.[partition] ?? {}
        if (low > from) throw lost(topic, partition, from, low)
        return new PartitionQueue(topic, partition, from, high)
      }),
    )
    const reader = new PartitionReader(kafka, queues, `${groupPrefix}-${randomUUID()}`)
    try {
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
      const { topic, partition, batchSize, lastOffset, highWatermark } = payload
      if (batchSize === 0) this.#pass(topic, partition, Number(lastOffset) + 1, Number(highWatermark))
    })
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: this.queues.length,
      eachBatch: (payload) => this.#take(payload),
    })
  }

  async #take({ batch }: EachBatchPayload): Promise<void> {
    const queue = this.#queue(batch.topic, batch.partition)
    if (queue === undefined) return
    // kafkajs has gone on behind what is missing here: because that is gone, or because it began anew without knowing where.
    const fetched = Number((batch as { fetchedOffset?: string }).fetchedOffset)
    if (fetched > queue.position) {
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

  async #pass(topic: string, partition: number, position: number, end: number): Promise<void> {
    const queue = this.#queue(topic, partition)
    if (queue === undefined || position <= queue.position || !(await this.#has(queue))) return
    queue.advance(position, end)
    this.wake()
  }

  /** Whether the broker still has what comes next; where not, reading ends. */
  async #has({ topic, partition, position }: PartitionQueue): Promise<boolean> {
    try {
      const low = (await offsetsOf(this.#kafka, [topic])).get(topic)?.[partition]?.low ?? 0
      if (low <= position) return true
      this.#fail(lost(topic, partition, position, low))
    } catch (error) {
      this.#fail(error)
    }
    return false
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

  #queue(topic: string, partition: number): PartitionQueue | undefined {
    return this.queues.find((queue) => queue.topic === topic && queue.partition === partition)
  }

  #fail(error: unknown): void {
    this.#failure ??= error
    this.wake()
  }
}
