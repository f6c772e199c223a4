import {
  createSerdes,
  JSON_FORMAT,
  type KsqlEngine,
  KsqlError,
  keyColumns,
  type RawRecord,
  type Source,
  valueColumns,
} from '../engine/index.ts'
import type { JsonRecord } from './json-records.ts'

type Encode = (json: string) => Uint8Array | null

/** How the records of one topic are written, by the stream or table declared on it. */
interface TopicEncoder {
  readonly key: Encode
  readonly value: Encode
}

/** Turns records of JSON into records in the formats of their topics. */
export class RecordEncoder {
  readonly #engine: KsqlEngine
  readonly #encoders = new Map<string, TopicEncoder>()

  constructor(engine: KsqlEngine) {
    this.#engine = engine
  }

  /**
   * The topic of a record: the one it names, or the only one that a statement has declared.
   * @throws Error that offers the nearest topic, or names those there are
   */
  topicOf({ topic, at }: JsonRecord): string {
    const declared = [...new Set(this.#declared().map((source) => source.topic))]
    if (topic === null && declared.length === 1) return declared[0]
    if (topic === null) {
      throw new Error(
        `${at}: the record names no topic. Write "topic" into it; topics here: ${declared.join(', ') || 'none'}`,
      )
    }
    if (this.#sourceOf(topic) !== undefined) return topic
    try {
      this.#engine.topic(topic)
    } catch (error) {
      if (error instanceof KsqlError) throw new Error(`${at}: ${error.message} ${error.fix ?? ''}`)
      throw error
    }
    throw new Error(
      `${at}: no stream or table is declared on topic ${topic}. CREATE STREAM … WITH (KAFKA_TOPIC = '${topic}', …)`,
    )
  }

  /**
   * @param topic of the record
   * @param now time of records that have none
   * @throws Error for a key or value that the topic's format cannot carry
   */
  encode(record: JsonRecord, topic: string, now: number): RawRecord {
    const encoder = this.#encoderOf(topic)
    const { key, value, timestamp, at } = record
    try {
      return {
        key: key === null ? null : encoder.key(key),
        value: value === null ? null : encoder.value(value),
        timestamp: timestamp ?? now,
        headers: [],
      }
    } catch (error) {
      throw new Error(`${at}: ${(error as Error).message}`)
    }
  }

  #encoderOf(topic: string): TopicEncoder {
    const known = this.#encoders.get(topic)
    if (known !== undefined) return known
    const source = this.#sourceOf(topic)
    if (source === undefined) throw new Error(`no stream or table on topic ${topic}`)
    const encoder = { key: sideEncoder(source, true, this.#engine), value: sideEncoder(source, false, this.#engine) }
    this.#encoders.set(topic, encoder)
    return encoder
  }

  #declared(): Source[] {
    return this.#sources().filter((source) => !source.derived)
  }

  #sourceOf(topic: string): Source | undefined {
    return this.#sources().find((source) => source.topic === topic)
  }

  #sources(): Source[] {
    return this.#engine.sources().map(({ name }) => this.#engine.source(name))
  }
}

function sideEncoder(source: Source, isKey: boolean, { registry }: KsqlEngine): Encode {
  const { name } = isKey ? source.keyFormat : source.valueFormat
  const columns = isKey ? keyColumns(source) : valueColumns(source)
  const serdes = createSerdes(source, registry)
  const { serialize } = isKey ? serdes.key : serdes.value
  const reader = (wrapSingle: boolean) =>
    JSON_FORMAT.create(columns, { isKey, topic: source.topic, registry, wrapSingle })
  const [inObject, bare] = columns.length === 1 ? [reader(true), reader(false)] : [reader(true), reader(true)]
  return (json) => {
    const bytes = Buffer.from(json)
    // As the producer's own text: what is wrong in it, the statements meet as they would on a server.
    if (name === 'JSON') return bytes
    if (name === 'DELIMITED' && json.startsWith('"')) return Buffer.from(JSON.parse(json) as string)
    return serialize((json.startsWith('{') ? inObject : bare).deserialize(bytes))
  }
}
