import type { SchemaRegistry } from '../../engine/formats/format.ts'
import { MemorySchemaRegistry } from '../../engine/formats/registry.ts'
import { decodeBase64 } from '../../engine/formats/utf8.ts'
import { type Actual, decode } from './actual.ts'
import type { RecordSpec, Scenario } from './case.ts'
import type { ConformanceEngine, EngineFactory, RawRecord, RunningQuery } from './contract.ts'
import { plain } from './expand.ts'
import { encode } from './feed.ts'
import { sideOf } from './sides.ts'
import { prepareTopics, toNumber } from './topics.ts'

export interface Outcome {
  /** null: all statements ran and all inputs were fed */
  readonly error: unknown
  /** the error came no earlier than the last statement */
  readonly atLast: boolean
}

/**
 * One engine, one script, its inputs, and what stands in every topic afterwards: the algorithm of QTT-FORMAT.md 2.1.
 * The clock stands still: nothing that waits for time to pass ever happens.
 */
export class Harness {
  readonly registry: SchemaRegistry = new MemorySchemaRegistry()
  private readonly scenario: Scenario
  private readonly createEngine: EngineFactory
  private started: ConformanceEngine | null = null
  private readonly stub = new Map<string, RawRecord[]>()

  constructor(scenario: Scenario, createEngine: EngineFactory) {
    this.scenario = scenario
    this.createEngine = createEngine
  }

  get engine(): ConformanceEngine {
    if (this.started === null) throw new Error('the engine did not start')
    return this.started
  }

  /** What was written to a topic, in order. */
  records(topic: string): readonly RawRecord[] {
    return this.stub.get(topic) ?? []
  }

  decode(topic: string, record: RawRecord, exactNumbers: boolean): { key: Actual; value: Actual } {
    const sources = this.engine.sources()
    return {
      key: decode(record.key, sideOf(topic, true, sources, this.registry), exactNumbers),
      value: decode(record.value, sideOf(topic, false, sources, this.registry), exactNumbers),
    }
  }

  /** Runs the statements, then feeds the queries one after the other. Never throws: what went wrong is in the outcome. */
  run(): Outcome {
    let atLast = false
    try {
      const properties = new Map(Object.entries(this.scenario.properties).map(([name, value]) => [name, plain(value)]))
      const started = Date.now()
      const engine = this.createEngine({ registry: this.registry, properties, now: () => started, wiring: 'manual' })
      this.started = engine
      prepareTopics(this.scenario, engine, this.registry)
      // ksqlDB parses the whole script before it runs the first statement.
      atLast = true
      const statements = engine.parse(this.scenario.statements.join('\n'))
      for (const [i, statement] of statements.entries()) {
        atLast = i === statements.length - 1
        engine.executeStatement(statement)
      }
      this.feed(engine)
      return { error: null, atLast }
    } catch (error) {
      return { error, atLast }
    }
  }

  private feed(engine: ConformanceEngine): void {
    const inputs = this.scenario.inputs ?? []
    for (const { name } of engine.topics()) this.append(name, engine.topic(name).records())
    const encoded = inputs.map((spec) => ({ topic: spec.topic, record: this.encodeRecord(spec, engine) }))
    for (const { topic, record } of encoded) this.append(topic, [record])
    const fed = new Set(inputs.map((spec) => spec.topic))
    for (const query of engine.queries()) {
      for (const { topic, record } of encoded) {
        if (query.sourceTopics.includes(topic)) this.pipe(query, topic, record)
      }
      for (const topic of query.sourceTopics) {
        if (fed.has(topic)) continue
        for (const record of [...(this.stub.get(topic) ?? [])]) this.pipe(query, topic, record)
      }
    }
  }

  private pipe(query: RunningQuery, topic: string, record: RawRecord): void {
    this.append(query.sinkTopic, query.pipe(topic, [record]))
  }

  private append(topic: string, records: readonly RawRecord[]): void {
    const stored = this.stub.get(topic)
    if (stored === undefined) this.stub.set(topic, [...records])
    else stored.push(...records)
  }

  private encodeRecord(spec: RecordSpec, engine: ConformanceEngine): RawRecord {
    const sources = engine.sources()
    return {
      key: encode(spec.key, sideOf(spec.topic, true, sources, this.registry)),
      value: encode(spec.value, sideOf(spec.topic, false, sources, this.registry)),
      timestamp: toNumber(spec.timestamp) ?? 0,
      headers: (spec.headers ?? []).map(({ KEY, VALUE }) => ({
        key: KEY,
        value: VALUE === null ? null : decodeBase64(VALUE),
      })),
      window: spec.window && {
        start: toNumber(spec.window.start) ?? 0,
        end: toNumber(spec.window.end) ?? 0,
        type: spec.window.type.toLowerCase() === 'session' ? 'session' : 'time',
      },
    }
  }
}
