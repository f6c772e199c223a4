import type { Kafka } from 'kafkajs'
import { type KsqlEngine, KsqlError, type Settings, type Statement } from '../engine/index.ts'
import { reasonOf } from '../kafka/client.ts'
import { PartitionReader, type Positions } from '../kafka/partition-reader.ts'
import type { SchemaRegistryClient } from '../kafka/schema-registry.ts'
import { offsetsOf } from '../kafka/topic.ts'
import type { AskedEngine, QueriesEnded } from '../ksql-rest/server/service.ts'
import type { EngineTask } from './engine-task.ts'
import { incomingRecords } from './incoming.ts'
import type { OffsetReset } from './log-entry.ts'
import { dropTaken, merge } from './merge.ts'
import { resetOf } from './requests.ts'
import { SchemaIds } from './schema-ids.ts'

type Relation = Extract<Statement, { kind: 'select' }>['query']['from']

export interface PushEngineOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistryClient
  readonly serviceId: string
  /** until the broker shows all that the service has committed */
  readonly settle: () => Promise<void>
  readonly onFault: (error: unknown) => void
  readonly onNotice: (text: string) => void
  readonly onEnded: QueriesEnded
}

const MOST_ROWS = 4_000
const IDLE_MS = 1_000

/**
 * The engine for a push query. The service's own, where all that it asks for goes through that anyway; else, for topics that nothing reads and for
 * `auto.offset.reset=earliest`, one with the same definitions and no other queries, which reads the topics from Kafka for it alone. Throws KsqlError.
 */
export async function engineFor(
  options: PushEngineOptions,
  task: EngineTask,
  sql: string,
  settings: Settings,
): Promise<AskedEngine> {
  const { engine } = task
  const own = { engine, begin: async () => {} }
  const [statement] = engine.scoped(settings, () => engine.parse(sql))
  if (statement?.kind !== 'select' || statement.query.emit === null) return own
  const reset = resetOf(engine, settings, [statement])
  const names = new Set(sourceNames(statement.query.from))
  const sources = engine.sources().filter(({ name }) => names.has(name))
  // what is not there is refused where the query is planned
  if (sources.length < names.size) return own
  const topics = new Set(sources.map(({ topic }) => topic))
  const isLive = [...topics].every((topic) => task.isOwn(topic) || task.positions.has(topic))
  if (isLive && reset === 'latest') return own
  const schemas = task.registry.trial()
  const apart = engine.sandbox(schemas)
  apart.execute('TERMINATE ALL;')
  await options.settle()
  const positions = await startsOf(options.kafka, apart, [...topics], reset)
  return { engine: apart, begin: () => begin(options, { engine: apart, registry: schemas }, positions) }
}

function sourceNames(relation: Relation): string[] {
  return relation.kind === 'source' ? [relation.name] : [...sourceNames(relation.left), relation.right.name]
}

/** Tables mean nothing without their beginnings. */
async function startsOf(
  kafka: Kafka,
  engine: KsqlEngine,
  topics: readonly string[],
  reset: OffsetReset,
): Promise<Positions> {
  const offsets = await offsetsOf(kafka, topics)
  const tables = tableTopics(engine)
  return new Map(
    [...offsets].map(([topic, partitions]) => [
      topic,
      partitions.map(({ low, high }) => (reset === 'earliest' || tables.has(topic) ? low : high)),
    ]),
  )
}

function tableTopics(engine: KsqlEngine): Set<string> {
  return new Set(engine.sources().flatMap(({ type, topic }) => (type === 'table' ? [topic] : [])))
}

/** Reads until the query has ended, by its LIMIT, its reader or an error. */
async function begin(
  { kafka, registry, serviceId, onFault, onNotice, onEnded }: PushEngineOptions,
  apart: Pick<EngineTask, 'engine' | 'registry'>,
  positions: Positions,
): Promise<void> {
  const { engine } = apart
  const reader = await PartitionReader.open(kafka, positions, { group: `${serviceId}-push` })
  const tables = tableTopics(engine)
  const ids = new SchemaIds(registry, apart, onNotice)
  const pump = async (): Promise<void> => {
    try {
      while (engine.queries().length > 0) {
        await reader.news(IDLE_MS)
        for (;;) {
          const { runs, ranges } = merge(reader.queues, (topic) => tables.has(topic), MOST_ROWS)
          if (ranges.length === 0) break
          if (!(await ids.learnWaiting(runs, () => engine.queries().length > 0))) return
          for (const { topic, records } of runs) {
            engine.topic(topic).append(incomingRecords(engine, topic, records))
          }
          dropTaken(reader.queues, ranges)
          // rows are written to their reader meanwhile
          await new Promise((resolve) => setImmediate(resolve))
        }
      }
    } catch (error) {
      onFault(error)
      engine.execute('TERMINATE ALL;')
      // what a record broke the engine tells by itself
      if (error instanceof KsqlError) onEnded(engine)
      else onEnded(engine, `The query has ended: ${reasonOf(error)}. Ask again.`)
    } finally {
      await reader.close()
    }
  }
  pump().catch(onFault)
}
