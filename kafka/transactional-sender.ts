import kafkajs, { type IHeaders, type Kafka, type Producer, type Transaction } from 'kafkajs'
import { toMessage } from './message.ts'

/** A record on its way to a partition. */
export interface AddressedRecord {
  readonly topic: string
  readonly partition: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** ms since 1970-01-01 UTC; absent: the time of sending */
  readonly timestamp?: number
  readonly headers?: IHeaders
}

/** How far a group has read. */
export interface GroupOffsets {
  readonly group: string
  readonly offsets: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]
}

/** Bytes of keys and values in one request: brokers take batches of 1 MiB by default. */
const REQUEST_BYTES = 700_000
const RECORD_BYTES = 70
/** Records in one request: kafkajs takes time that grows with the square of those of a topic. */
const REQUEST_RECORDS = 500
/** ms until the broker ends the transaction of a sender that died; another one by the same id ends it at once. */
const TRANSACTION_TIMEOUT = 60_000

/**
 * Sends records in transactions. Whoever begins with the same id later fences this one off: its transactions fail from then on. After a failure nobody
 * knows whether the transaction is in; the sender cannot be used any more.
 */
export class TransactionalSender {
  readonly #producer: Producer

  constructor(kafka: Kafka, id: string) {
    this.#producer = kafka.producer({
      transactionalId: id,
      transactionTimeout: TRANSACTION_TIMEOUT,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      retry: { retries: 5, initialRetryTime: 20 },
    })
  }

  async connect(): Promise<void> {
    await this.#producer.connect()
  }

  /**
   * All records and offsets, or none of them. Records of a partition stay in order.
   * @returns the offset of the first record
   * @throws what kafkajs throws
   */
  async commit(records: readonly AddressedRecord[], read?: GroupOffsets): Promise<number> {
    const transaction = await this.#producer.transaction()
    try {
      let first = Number.NaN
      for (const request of requestsOf(records)) {
        const offset = await send(transaction, request)
        if (Number.isNaN(first)) first = offset
      }
      if (read !== undefined && read.offsets.length > 0) {
        const topics = read.offsets.map(({ topic, partition, offset }) => ({
          topic,
          partitions: [{ partition, offset: String(offset) }],
        }))
        await transaction.sendOffsets({ consumerGroupId: read.group, topics })
      }
      await transaction.commit()
      return first
    } catch (error) {
      // Where this fails, too, the next one by this id ends the transaction.
      if (transaction.isActive()) await transaction.abort().catch(() => {})
      throw error
    }
  }

  async close(): Promise<void> {
    await this.#producer.disconnect()
  }
}

/** @returns the offset of the first record */
async function send(transaction: Transaction, records: readonly AddressedRecord[]): Promise<number> {
  const byTopic = new Map<string, kafkajs.Message[]>()
  for (const { topic, timestamp, ...parts } of records) {
    const messages = byTopic.get(topic) ?? []
    byTopic.set(topic, messages)
    messages.push(toMessage(timestamp === undefined ? parts : { ...parts, timestamp: String(timestamp) }))
  }
  const topicMessages = [...byTopic].map(([topic, messages]) => ({ topic, messages }))
  const results = await transaction.sendBatch({
    topicMessages,
    acks: -1,
    compression: kafkajs.CompressionTypes.GZIP,
  })
  const [{ topic, partition }] = records
  const result = results.find((one) => one.topicName === topic && one.partition === partition)
  return Number(result?.baseOffset)
}

function* requestsOf(records: readonly AddressedRecord[]): Generator<readonly AddressedRecord[]> {
  let begin = 0
  let bytes = 0
  for (const [i, { key, value }] of records.entries()) {
    const size = RECORD_BYTES + (key?.length ?? 0) + (value?.length ?? 0)
    if ((bytes + size > REQUEST_BYTES && i > begin) || i - begin >= REQUEST_RECORDS) {
      yield records.slice(begin, i)
      begin = i
      bytes = 0
    }
    bytes += size
  }
  if (begin < records.length) yield records.slice(begin)
}
