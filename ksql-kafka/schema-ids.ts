import { setTimeout as sleep } from 'node:timers/promises'
import type { Settings } from '../engine/index.ts'
import { type SchemaRegistryClient, SchemaRegistryError } from '../kafka/schema-registry.ts'
import type { InsertValues } from '../ksql-rest/server/service.ts'
import type { EngineTask } from './engine-task.ts'
import type { Merged } from './merge.ts'

/** Magic byte and id of Confluent's wire format. */
const HEADER_BYTES = 5
const RETRY_MS = 1_000

/** Sees to it that the engine knows the schemas of the records that it is about to read or write. */
export class SchemaIds {
  readonly #registry: SchemaRegistryClient
  readonly #task: EngineTask
  readonly #onNotice: (text: string) => void

  constructor(registry: SchemaRegistryClient, task: EngineTask, onNotice: (text: string) => void) {
    this.#registry = registry
    this.#task = task
    this.#onNotice = onNotice
  }

  /**
   * Fetches the schemas of records that the engine does not know yet; a registry that is away is waited for. One that the registry has not is left to the
   * engine, which counts the records.
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
      const schema = await this.#schema(id)
      if (schema !== null) registry.adoptId(id, schema, 'AVRO')
    }
  }

  /** Registers the schema that a row is written with, where the first row does that. Throws KsqlError, SchemaRegistryError. */
  async registerFor(row: InsertValues, settings: Settings): Promise<void> {
    const { registry, engine } = this.#task
    const source = engine.sources().find(({ name }) => name === row.target)
    if (source === undefined || (source.keyFormat.name !== 'AVRO' && source.valueFormat.name !== 'AVRO')) return
    const trial = registry.trial()
    const sandbox = engine.sandbox(trial)
    sandbox.scoped(settings, () => sandbox.recordOf(row))
    for (const { subject, schema } of trial.wanted) {
      registry.adopt({ subject, schema, type: 'AVRO', id: await this.#registry.add(subject, schema) })
    }
  }

  /** null: the registry has none of that id */
  async #schema(id: number): Promise<string | null> {
    for (let failures = 0; ; failures++) {
      try {
        const schema = await this.#registry.schema(id)
        if (failures > 0) this.#onNotice('The schema registry answers again')
        return schema
      } catch (error) {
        if (!(error instanceof SchemaRegistryError)) throw error
        if (!error.isOutage) return null
        if (failures === 0) this.#onNotice(`${error.message}; trying until it does`)
        await sleep(RETRY_MS)
      }
    }
  }
}
