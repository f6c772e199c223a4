import { setTimeout as sleep } from 'node:timers/promises'
import { KsqlError } from '../engine/index.ts'
import { type SchemaRegistryClient, SchemaRegistryError } from '../kafka/schema-registry.ts'
import type { EngineTask } from './engine-task.ts'
import type { Merged } from './merge.ts'
import { UnregisteredSchema } from './mirrored-registry.ts'

/** Magic byte and id of Confluent's wire format. */
const HEADER_BYTES = 5
const RETRY_MS = 1_000

/** Sees to it that the engine knows the schemas of the records that it is about to read or write. */
export class SchemaIds {
  readonly #registry: SchemaRegistryClient
  readonly #task: Pick<EngineTask, 'engine' | 'registry'>
  readonly #onNotice: (text: string) => void
  #isAway = false

  constructor(
    registry: SchemaRegistryClient,
    task: Pick<EngineTask, 'engine' | 'registry'>,
    onNotice: (text: string) => void,
  ) {
    this.#registry = registry
    this.#task = task
    this.#onNotice = onNotice
  }

  /** The registry did not answer when it was asked last. */
  get isAway(): boolean {
    return this.#isAway
  }

  /**
   * Fetches the schemas of records that the engine does not know yet. One that the registry has not is left to the engine, which counts the records.
   * @throws SchemaRegistryError where the registry does not say; that it is away, and that it answers again, is told
   */
  async learn(runs: Merged['runs']): Promise<void> {
    const { registry, engine } = this.#task
    const isAvro = (topic: string): boolean =>
      engine.sources().some((s) => s.topic === topic && (s.keyFormat.name === 'AVRO' || s.valueFormat.name === 'AVRO'))
    const ids = new Set<number>()
    for (const { topic, records } of runs) {
      if (!isAvro(topic)) continue
      for (const { key, value } of records) {
        for (const bytes of [key, value]) {
          if (bytes !== null && bytes.length >= HEADER_BYTES && bytes[0] === 0) ids.add(bytes.readInt32BE(1))
        }
      }
    }
    for (const id of ids) {
      if (registry.byId(id) !== null) continue
      const schema = await this.#find(id)
      if (schema !== null) registry.adoptId(id, schema, 'AVRO')
    }
  }

  /** The work's result; a schema that it would be the first to use is registered. Throws SchemaRegistryError and what the work throws. */
  async registering<T>(work: () => T): Promise<T> {
    for (;;) {
      try {
        return work()
      } catch (error) {
        const missing = error instanceof KsqlError ? error.cause : error
        if (!(missing instanceof UnregisteredSchema)) throw error
        const { subject, schema } = missing
        this.#task.registry.adopt({ subject, schema, type: 'AVRO', id: await this.#registry.add(subject, schema) })
      }
    }
  }

  /**
   * As `learn`, and waits for a registry that is away, as long as `goOn` says so.
   * @returns false: it said no
   * @throws SchemaRegistryError for what the registry refuses; what `goOn` throws
   */
  async learnWaiting(runs: Merged['runs'], goOn: () => boolean): Promise<boolean> {
    while (goOn()) {
      try {
        await this.learn(runs)
        return true
      } catch (error) {
        if (!(error instanceof SchemaRegistryError) || !error.isOutage) throw error
        await sleep(RETRY_MS)
      }
    }
    return false
  }

  /** null: the registry has none of that id */
  async #find(id: number): Promise<string | null> {
    try {
      const schema = await this.#registry.find(id)
      if (this.#isAway) this.#onNotice('The schema registry answers again')
      this.#isAway = false
      return schema
    } catch (error) {
      if (error instanceof SchemaRegistryError && error.isOutage) {
        if (!this.#isAway) this.#onNotice(`${error.message}; trying until it does`)
        this.#isAway = true
      }
      throw error
    }
  }
}
