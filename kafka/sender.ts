import kafkajs, { type Kafka, type Producer } from 'kafkajs'
import { kafkaClient } from './client.ts'
import { KeyPartitions } from './key-partitions.ts'
import { toMessage } from './message.ts'
import { missingRecords, type OutgoingRecord } from './missing-records.ts'
import { throughOutages, type Waiting } from './outages.ts'

export interface SenderOptions extends Waiting {
  readonly topic: string
  /** that are sent to, also when the topic gets more: where records were sent is where they are looked up */
  readonly partitions: readonly number[]
}

/**
 * Sends records to one topic in order, each exactly once, one request at a time. kafkajs takes a request's place in the sequence back when it fails,
 * so that the broker knows a repeated request again; a second request on its way would take that place, and be dropped as the repetition.
 *
 * A broker that starts again has forgotten producers whose records are older than `producer.id.expiration.ms`, a day, by the records' own time: a log of last
 * year has only such. So what has arrived is looked up before a request is repeated, and where some of it has, the sequence begins anew.
 */
export class TopicSender {
  readonly #kafka: Kafka
  readonly #options: SenderOptions
  readonly #partitions: KeyPartitions
  #producer: Producer

  constructor(options: SenderOptions) {
    this.#kafka = kafkaClient(options.bootstrap)
    this.#options = options
    this.#partitions = new KeyPartitions(options.topic, options.partitions)
    this.#producer = this.#newProducer()
  }

  /** @throws KafkaError as `send` */
  async open(): Promise<void> {
    await throughOutages('Cannot begin to send', this.#options, () => this.#producer.connect())
  }

  /**
   * @returns when all in-sync replicas have the records; a broker that is away is waited for
   * @throws KafkaError for what waiting does not help, and when the signal is aborted during an outage: then nobody knows whether these records arrived
   */
  async send(records: readonly OutgoingRecord[]): Promise<void> {
    const { topic } = this.#options
    let left = records
    await throughOutages(`Cannot send to topic ${topic}`, this.#options, async (isRepetition) => {
      if (isRepetition) left = await this.#missing(left)
      if (left.length === 0) return
      const messages = left.map(toMessage)
      await this.#producer.send({ topic, messages, acks: -1, compression: kafkajs.CompressionTypes.GZIP })
    })
  }

  async close(): Promise<void> {
    await this.#producer.disconnect()
  }

  async #missing(records: readonly OutgoingRecord[]): Promise<readonly OutgoingRecord[]> {
    const { bootstrap, topic, signal } = this.#options
    const missing = await missingRecords(bootstrap, topic, this.#partitions, records, signal)
    if (missing.length === records.length) return records
    // Its next request would have the numbers of the one that has arrived.
    await this.#producer.disconnect()
    this.#producer = this.#newProducer()
    await this.#producer.connect()
    return missing
  }

  #newProducer(): Producer {
    return this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      // The keys of OutgoingRecord are Buffers.
      createPartitioner: () => (args) => this.#partitions.of(args.message.key as Buffer),
      // The fewest that kafkajs allows, after 100 ms: no broker starts so quickly.
      retry: { retries: 1 },
    })
  }
}
