import { type Batch, createSerdes, type KsqlEngine, type RawRecord, RecordCodec, type Source } from '../engine/index.ts'
import { partitionOf } from '../kafka/topic.ts'
import type { AddressedRecord } from '../kafka/transactional-sender.ts'
import { UnregisteredSchema } from './mirrored-registry.ts'
import { windowedKey } from './windowed-key.ts'

interface Written {
  readonly batch: Batch
  readonly source: Source
}

/** Keys whose partition is remembered: to choose it takes longer than to write the record. */
const REMEMBERED_KEYS = 10_000

/** What the queries of an engine write, as records of their topics. */
export class Outputs {
  readonly #codecs = new WeakMap<Source, RecordCodec>()
  readonly #written = new Map<string, Written[]>()
  readonly #partitions = new Map<string, Map<string, number>>()
  #unkeyed = 0

  /** Listens to a topic of the engine from now on. */
  listen(engine: KsqlEngine, topic: string): void {
    engine.topic(topic).subscribe((batch, source) => {
      const written = this.#written.get(topic) ?? []
      this.#written.set(topic, written)
      written.push({ batch, source })
    })
  }

  /**
   * What was written since the last call. Of a table only the last change of each key, as after ksqlDB's cache: who reads a table wants its rows.
   * A row that its format cannot carry, such as NULL where a schema has none, is left out and counted among the engine's errors.
   * @param isOwn topics that queries write; what others have is not ours to send
   */
  take(engine: KsqlEngine, isOwn: (topic: string) => boolean): AddressedRecord[] {
    const partitions = new Map(engine.topics().map((topic) => [topic.name, topic.partitions]))
    const records: AddressedRecord[] = []
    for (const [topic, written] of this.#written) {
      if (isOwn(topic)) this.#write(topic, partitions.get(topic) ?? 1, written, engine, records)
    }
    this.#written.clear()
    return records
  }

  /** A record on its way to one of the engine's topics. */
  address(engine: KsqlEngine, topic: string, record: RawRecord): AddressedRecord {
    const partitions = engine.topics().find(({ name }) => name === topic)?.partitions ?? 1
    return this.#addressed(topic, partitions, record)
  }

  #write(topic: string, partitions: number, written: Written[], engine: KsqlEngine, into: AddressedRecord[]): void {
    const last = new Map<string, AddressedRecord>()
    for (const { batch, source } of written) {
      const bad = (error: unknown): void => {
        if (error instanceof UnregisteredSchema) throw error
        engine.errors.count(`topic ${topic}`, `a row cannot be written as ${source.valueFormat.name}`, error)
      }
      for (const raw of this.#codec(source, engine).encode(batch, bad)) {
        const record = this.#addressed(topic, partitions, raw)
        if (source.kind === 'STREAM' || record.key === null) into.push(record)
        else {
          const name = record.key.toString('latin1')
          // at the end again: the order is that of the last changes
          last.delete(name)
          last.set(name, record)
        }
      }
    }
    into.push(...last.values())
  }

  #addressed(topic: string, partitions: number, raw: RawRecord): AddressedRecord {
    const { key, value, timestamp, headers, window } = raw
    return {
      topic,
      partition: this.#partitionOf(topic, key, partitions),
      key: key === null ? null : window === undefined ? Buffer.from(key) : windowedKey(key, window),
      value: value === null ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength),
      timestamp,
      ...(headers.length === 0 ? {} : { headers: headersOf(headers) }),
    }
  }

  /** Of windowed keys by the key without its window, as Kafka Streams does. */
  #partitionOf(topic: string, key: Uint8Array | null, partitions: number): number {
    if (partitions === 1) return 0
    if (key === null) return this.#unkeyed++ % partitions
    let chosen = this.#partitions.get(topic)
    if (chosen === undefined || chosen.size > REMEMBERED_KEYS) {
      chosen = new Map()
      this.#partitions.set(topic, chosen)
    }
    const bytes = Buffer.from(key)
    const name = bytes.toString('latin1')
    const known = chosen.get(name)
    if (known !== undefined) return known
    const partition = partitionOf(topic, bytes, [...Array(partitions).keys()])
    chosen.set(name, partition)
    return partition
  }

  #codec(source: Source, engine: KsqlEngine): RecordCodec {
    const known = this.#codecs.get(source)
    if (known !== undefined) return known
    const { key, value } = createSerdes(source, engine.registry)
    const codec = new RecordCodec(source, key, value)
    this.#codecs.set(source, codec)
    return codec
  }
}

/** A header may stand more than once. */
function headersOf(headers: readonly { readonly key: string; readonly value: Uint8Array | null }[]) {
  const byKey: Record<string, Buffer[]> = {}
  for (const { key, value } of headers) {
    byKey[key] ??= []
    byKey[key].push(Buffer.from(value ?? []))
  }
  return byKey
}
