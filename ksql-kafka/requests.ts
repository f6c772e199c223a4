import type { Kafka } from 'kafkajs'
import {
  createSerdes,
  type KsqlEngine,
  keyColumns,
  type Settings,
  type Source,
  type Statement,
  valueColumns,
} from '../engine/index.ts'
import type { SchemaRegistryClient } from '../kafka/schema-registry.ts'
import { type ListedTopic, listTopics, makeTopics, type NewTopic, offsetsOf, topicRetention } from '../kafka/topic.ts'
import { isInspection } from '../ksql-rest/server/inspect.ts'
import type { InsertValues } from '../ksql-rest/server/service.ts'
import { parseRequest, tryStatements } from '../ksql-rest/server/statements.ts'
import { historyReaders, standingOf } from './catch-up.ts'
import { type EngineTask, readTopics, refuseOwnTopic } from './engine-task.ts'
import type { ExecutedRequest, OffsetRange, OffsetReset, SchemaFact } from './log-entry.ts'
import type { TrialRegistry } from './mirrored-registry.ts'

/** A request that can be executed. */
export interface PreparedRequest {
  readonly entry: ExecutedRequest
  /** it changes the engine, so that it belongs into the log */
  readonly isLogged: boolean
  /** that the broker has */
  readonly topics: readonly ListedTopic[]
}

interface Surroundings {
  readonly kafka: Kafka
  readonly registry: SchemaRegistryClient
  /** until the broker shows all that the service has committed */
  readonly settle: () => Promise<void>
}

/** What of it changes anything is not in the engine. */
const CHANGES_NOTHING: readonly Statement['kind'][] = ['insert-values', 'assert']
const OFFSET_RESETS = ['auto.offset.reset', 'ksql.streams.auto.offset.reset']

/**
 * Tries the statements of a request in a sandbox, with the topics and schemas that there are; then makes the topics and registers the schemas that they
 * need. A statement that is refused leaves everything as it was. Throws KsqlError, RestError, SchemaRegistryError and what kafkajs throws.
 */
export async function prepareRequest(
  { kafka, registry, settle }: Surroundings,
  task: EngineTask,
  text: string,
  settings: Settings,
): Promise<PreparedRequest> {
  const { engine } = task
  const statements = parseRequest(engine, text, settings)
  const reset = resetOf(engine, settings, statements)
  const nothing = { topics: [], schemas: [], starts: new Map(), history: new Map() }
  const empty: ExecutedRequest = { kind: 'request', text, settings, now: Date.now(), reset, ...nothing }
  const topics = await listTopics(kafka)
  if (statements.every(isInspection)) return { entry: empty, isLogged: false, topics }

  const trial = task.registry.trial()
  const schemas = await subjectsOf(engine, statements, settings, registry)
  for (const id of idsOf(statements)) {
    const schema = await registry.find(id)
    if (schema !== null) schemas.push({ subject: null, schema, type: 'AVRO', id })
  }
  for (const fact of schemas) trial.adopt(fact)
  const sandbox = engine.sandbox(trial)
  for (const { name, partitions, replicas } of topics) sandbox.createTopic(name, { partitions, replicas })
  tryStatements(sandbox, statements, settings)
  for (const statement of statements) if (statement.kind === 'insert-values') refuseOwnTopic(sandbox, statement)
  writeNothing(engine, sandbox, trial)

  for (const { subject, schema } of trial.wanted) {
    const isNew = (await registry.versionOf(subject, schema)) === null
    if (isNew && (await registry.latest(subject)) !== null) await registry.check(subject, schema)
  }
  for (const { subject, schema } of trial.wanted) {
    schemas.push({ subject, schema, type: 'AVRO', id: await registry.add(subject, schema) })
  }
  await makeTopics(kafka, await missingTopics(kafka, sandbox, statements, topics))
  await settle()
  const used = new Set([...sandbox.sources().map(({ topic }) => topic), ...asserted(statements)])
  return {
    entry: {
      ...empty,
      topics: topics.filter(({ name }) => used.has(name)),
      schemas,
      starts: await startsOf(kafka, task, sandbox, reset),
      history: await historyOf(kafka, task, sandbox, reset),
    },
    isLogged: statements.some((statement) => !isInspection(statement) && !CHANGES_NOTHING.includes(statement.kind)),
    topics,
  }
}

/** The rows of a request that does nothing but INSERT … VALUES; null: it does more. Throws KsqlError for text that is none. */
export function rowsOf(engine: KsqlEngine, text: string, settings: Settings): InsertValues[] | null {
  const statements = parseRequest(engine, text, settings)
  const rows = statements.filter((statement) => statement.kind === 'insert-values')
  return rows.length === statements.length ? rows : null
}

/** The newest schemas of the topics that statements name. */
async function subjectsOf(
  engine: KsqlEngine,
  statements: readonly Statement[],
  settings: Settings,
  registry: SchemaRegistryClient,
): Promise<SchemaFact[]> {
  const prefix = engine.scoped(settings, () => engine.settings()).properties.get('ksql.output.topic.name.prefix') ?? ''
  const subjects = statements.flatMap((statement) => {
    if (statement.kind === 'assert') return statement.subject === null ? [] : [statement.subject]
    if (statement.kind !== 'create-source' && statement.kind !== 'create-as-select') return []
    const named = statement.properties.get('KAFKA_TOPIC')?.value
    const topic = named?.kind === 'string' ? named.value : `${prefix}${statement.name}`
    return [`${topic}-key`, `${topic}-value`]
  })
  const found = await Promise.all(
    [...new Set(subjects)].map(async (subject) => ({ subject, latest: await registry.latest(subject) })),
  )
  return found.flatMap(({ subject, latest }) =>
    latest === null ? [] : [{ subject, schema: latest.schema, type: latest.schemaType, id: latest.id }],
  )
}

/** The schemas that statements name by id. */
function idsOf(statements: readonly Statement[]): number[] {
  return statements.flatMap((statement) => {
    if (statement.kind === 'assert') return statement.id === null ? [] : [statement.id]
    if (statement.kind !== 'create-source' && statement.kind !== 'create-as-select') return []
    return ['KEY_SCHEMA_ID', 'VALUE_SCHEMA_ID'].flatMap((name) => {
      const value = statement.properties.get(name)?.value
      return value?.kind === 'integer' ? [Number(value.value)] : []
    })
  })
}

function asserted(statements: readonly Statement[]): string[] {
  return statements.flatMap((s) => (s.kind === 'assert' && s.topic !== null ? [s.topic] : []))
}

/** A stream that was declared with a schema of others is written with one of its own, which the first row would register. */
function writeNothing(engine: KsqlEngine, sandbox: KsqlEngine, registry: TrialRegistry): void {
  const running = new Set(engine.queries().map(({ id }) => id))
  for (const { id, sinkName } of sandbox.queries()) {
    const sink = sandbox.source(sinkName)
    if (running.has(id) || sink.derived) continue
    const { key, value } = createSerdes(sink, registry)
    // one that is named by its id is there
    const registers = ({ name, schemaId }: Source['keyFormat']) => name === 'AVRO' && schemaId === undefined
    if (registers(sink.keyFormat)) key.serialize(keyColumns(sink).map(() => null))
    if (registers(sink.valueFormat)) value.serialize(valueColumns(sink).map(() => null))
  }
}

/** The topics of streams and tables that the broker has not. One that a query writes keeps its records as long as the query's source does, as with ksqlDB. */
async function missingTopics(
  kafka: Kafka,
  sandbox: KsqlEngine,
  statements: readonly Statement[],
  there: readonly ListedTopic[],
): Promise<NewTopic[]> {
  const known = new Set(there.map(({ name }) => name))
  const partitions = new Map(sandbox.topics().map((topic) => [topic.name, topic.partitions]))
  const missing: NewTopic[] = []
  for (const { name, topic, type, windowType } of sandbox.sources()) {
    if (known.has(topic)) continue
    known.add(topic)
    const statement = statements.find((one) => 'properties' in one && 'name' in one && one.name === name)
    const property = (key: string): string | undefined => {
      const value =
        statement !== undefined && 'properties' in statement ? statement.properties.get(key)?.value : undefined
      return value !== undefined && 'value' in value ? String(value.value) : undefined
    }
    const replicas = property('REPLICAS')
    const retention = property('RETENTION_MS') ?? (await inheritedRetention(kafka, sandbox, topic, there))
    missing.push({
      name: topic,
      partitions: partitions.get(topic) ?? 1,
      ...(replicas === undefined ? {} : { replicas: Number(replicas) }),
      config: {
        ...(retention === undefined ? {} : { 'retention.ms': retention }),
        ...(type === 'table' && windowType === null ? { 'cleanup.policy': 'compact' } : {}),
      },
    })
  }
  return missing
}

async function inheritedRetention(
  kafka: Kafka,
  sandbox: KsqlEngine,
  sink: string,
  there: readonly ListedTopic[],
): Promise<string | undefined> {
  const queries = sandbox.queries()
  const seen = new Set<string>()
  for (let topic = sink; !seen.has(topic); ) {
    seen.add(topic)
    if (there.some(({ name }) => name === topic)) return String(await topicRetention(kafka, topic))
    const writer = queries.find(({ sinkTopic }) => sinkTopic === topic)
    if (writer === undefined) return undefined
    topic = writer.sourceTopics[0]
  }
  return undefined
}

/** Where reading begins of topics that were not read before: at the end, unless `auto.offset.reset` says earliest; of tables always at the beginning. */
async function startsOf(
  kafka: Kafka,
  task: EngineTask,
  sandbox: KsqlEngine,
  reset: OffsetReset,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const fresh = [...readTopics(sandbox)].filter((topic) => !task.positions.has(topic))
  if (fresh.length === 0) return new Map()
  const tables = new Set(sandbox.sources().flatMap(({ type, topic }) => (type === 'table' ? [topic] : [])))
  const offsets = await offsetsOf(kafka, fresh)
  return new Map(
    fresh.map((topic) => [
      topic,
      (offsets.get(topic) ?? []).map(({ low, high }) => (reset === 'earliest' || tables.has(topic) ? low : high)),
    ]),
  )
}

/** What topics have that new queries are to be given: up to where the service has come, of topics that it writes all that is committed. */
async function historyOf(
  kafka: Kafka,
  task: EngineTask,
  sandbox: KsqlEngine,
  reset: OffsetReset,
): Promise<ReadonlyMap<string, readonly OffsetRange[]>> {
  const readers = historyReaders(standingOf(task.engine, task.positions.keys()), sandbox, reset)
  if (readers.size === 0) return new Map()
  const offsets = await offsetsOf(kafka, [...readers.keys()])
  return new Map(
    [...offsets].map(([topic, partitions]) => [
      topic,
      partitions.map(({ low, high }, i) => {
        const until = task.positions.get(topic)?.[i] ?? high
        return { from: Math.min(low, until), until }
      }),
    ]),
  )
}

/** The last value in the request: by a SET, by its properties or by what held before. */
export function resetOf(engine: KsqlEngine, settings: Settings, statements: readonly Statement[]): OffsetReset {
  const isReset = (name: string): boolean => OFFSET_RESETS.includes(name.toLowerCase())
  const set = statements.findLast((one) => one.kind === 'set' && isReset(one.name))
  const { properties } = engine.scoped(settings, () => engine.settings())
  const [, given] = [...properties].findLast(([name]) => isReset(name)) ?? []
  const value = set?.kind === 'set' ? set.value : given
  return value?.toLowerCase() === 'earliest' ? 'earliest' : 'latest'
}
