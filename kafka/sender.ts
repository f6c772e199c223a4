import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type ICustomPartitioner, type Kafka, type Producer } from 'kafkajs'
import { isOutage, KafkaError, reasonOf } from './client.ts'
import { missingRecords, type OutgoingRecord } from './missing-records.ts'

export interface SenderOptions {
  readonly bootstrap: string
  readonly topic: string
  readonly partitions: readonly number[]
  /** looks up what has arrived; with retries enough for a broker that has just started, whose first consumer waits */
  readonly lookup: Kafka
  /** ends the waiting for a broker that is away */
  readonly signal: AbortSignal
  readonly onNotice: (text: string) => void
}

const FIXES: Readonly<Record<string, string>> = {
  INVALID_TIMESTAMP:
    'A reading is too far in the future for the topic (message.timestamp.after.max.ms, an hour by default): check --timezone, or raise the limit of the topic',
  TOPIC_AUTHORIZATION_FAILED: 'Allow this client to write to the topic',
  UNKNOWN_TOPIC_OR_PARTITION: 'The topic was deleted meanwhile; start again',
}

/** Before a request is repeated, ms; kafkajs would do it at once, and without a look at what has arrived. */
const PAUSE_MS = 500

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
  #producer: Producer

  constructor(kafka: Kafka, options: SenderOptions) {
    this.#kafka = kafka
    this.#options = options
    this.#producer = producerOf(kafka)
  }

  async open(): Promise<void> {
    await this.#through('Cannot begin to send', () => this.#producer.connect())
  }

  /**
   * @returns when all in-sync replicas have the records; a broker that is away is waited for
   * @throws KafkaError for what waiting does not help, and when the signal is aborted during an outage: then nobody knows whether these records arrived
   */
  async send(records: readonly OutgoingRecord[]): Promise<void> {
    const { topic } = this.#options
    let left = records
    await this.#through(`Cannot send to topic ${topic}`, async (isRepetition) => {
      if (isRepetition) left = await this.#missing(left)
      if (left.length === 0) return
      const messages = [...left]
      await this.#producer.send({ topic, messages, acks: -1, compression: kafkajs.CompressionTypes.GZIP })
    })
  }

  async close(): Promise<void> {
    await this.#producer.disconnect()
  }

  async #missing(records: readonly OutgoingRecord[]): Promise<readonly OutgoingRecord[]> {
    const { lookup, topic, partitions } = this.#options
    const missing = await missingRecords(lookup, topic, partitions, records)
    if (missing.length === records.length) return records
    // Its next request would have the numbers of the one that has arrived.
    await this.#producer.disconnect()
    this.#producer = producerOf(this.#kafka)
    await this.#producer.connect()
    return missing
  }

  async #through(doing: string, work: (isRepetition: boolean) => Promise<unknown>): Promise<void> {
    const { bootstrap, signal, onNotice } = this.#options
    for (let failures = 0; ; failures++) {
      try {
        await work(failures > 0)
        if (failures > 0) onNotice(`Kafka at ${bootstrap} answers again`)
        return
      } catch (error) {
        if (!isOutage(error) || signal.aborted) throw new KafkaError(doing, bootstrap, error, fixOf(error, signal))
        if (failures === 0) onNotice(`Kafka at ${bootstrap} does not answer (${reasonOf(error)}), trying until it does`)
        await sleep(PAUSE_MS)
      }
    }
  }
}

function producerOf(kafka: Kafka): Producer {
  return kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: partitionerByKey,
    // The fewest that kafkajs allows, after 100 ms: no broker starts so quickly.
    retry: { retries: 1 },
  })
}

/** Kafka's own choice, remembered: kafkajs's murmur2 counts in bigints, a tenth of the time that a record takes. Equal keys are one Buffer here. */
const partitionerByKey: ICustomPartitioner = () => {
  const choose = kafkajs.Partitioners.DefaultPartitioner()
  const chosen = new WeakMap<Buffer, { readonly partitions: number; readonly partition: number }>()
  return (args) => {
    const { key } = args.message
    if (!Buffer.isBuffer(key)) return choose(args)
    const partitions = args.partitionMetadata.length
    const known = chosen.get(key)
    if (known?.partitions === partitions) return known.partition
    const partition = choose(args)
    chosen.set(key, { partitions, partition })
    return partition
  }
}

function fixOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'Start again when it is back: sending goes on behind the last reading that arrived'
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    const known = 'type' in at && typeof at.type === 'string' ? FIXES[at.type] : undefined
    if (known !== undefined) return known
  }
  return 'Start again: sending goes on behind the last reading that arrived'
}
