import kafkajs, { type Kafka, type Producer } from 'kafkajs'
import { isOutage, KafkaError, reasonOf } from './client.ts'

/** A record on its way to a topic. */
export interface OutgoingRecord {
  readonly key: Buffer
  readonly value: Buffer
  /** event time, ms since 1970-01-01 UTC */
  readonly timestamp: string
}

export interface SenderOptions {
  readonly bootstrap: string
  readonly topic: string
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

/**
 * Sends records to one topic in order, each exactly once, one request at a time. kafkajs takes a request's place in the sequence back when it fails,
 * so that the broker knows a repeated request again; a second request on its way would take that place, and be dropped as the repetition.
 */
export class TopicSender {
  readonly #producer: Producer
  readonly #options: SenderOptions

  constructor(kafka: Kafka, options: SenderOptions) {
    this.#options = options
    this.#producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    })
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
    const batch = { topic, messages: [...records], acks: -1, compression: kafkajs.CompressionTypes.GZIP }
    await this.#through(`Cannot send to topic ${topic}`, () => this.#producer.send(batch))
  }

  async close(): Promise<void> {
    await this.#producer.disconnect()
  }

  async #through(doing: string, work: () => Promise<unknown>): Promise<void> {
    const { bootstrap, signal, onNotice } = this.#options
    for (let failures = 0; ; failures++) {
      try {
        await work()
        if (failures > 0) onNotice(`Kafka at ${bootstrap} answers again`)
        return
      } catch (error) {
        if (!isOutage(error) || signal.aborted) throw new KafkaError(doing, bootstrap, error, fixOf(error, signal))
        if (failures === 0) onNotice(`Kafka at ${bootstrap} does not answer (${reasonOf(error)}), trying until it does`)
      }
    }
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
