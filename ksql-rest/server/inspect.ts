import type { KsqlEngine, Statement } from '../../engine/index.ts'
import type { Entity } from '../protocol.ts'
import { describeSource, queryEntity } from './describe-source.ts'
import { describeFunction, functionEntities } from './function-entities.ts'
import { unknownName, unsupported } from './refusals.ts'
import { typeEntity } from './type-entity.ts'

type Inspection = Extract<Statement, { kind: 'show' | 'describe' | 'explain' | 'pause' | 'resume' }>

/** Statements that the engine does not execute: they ask what there is. */
export function isInspection(statement: Statement): statement is Inspection {
  return ['show', 'describe', 'explain', 'pause', 'resume'].includes(statement.kind)
}

/** A topic as SHOW TOPICS lists it. */
export type TopicEntity = ReturnType<KsqlEngine['topics']>[number]

/**
 * The answer to SHOW, LIST and DESCRIBE. Throws KsqlError for a name that nothing has, and for what this server does not tell.
 * @param topics that there are
 */
export function inspect(
  engine: KsqlEngine,
  statement: Inspection,
  topics: readonly TopicEntity[] = engine.topics(),
): Entity {
  const statementText = `${statement.text};`
  const entity = (type: string, fields: Readonly<Record<string, unknown>>): Entity => ({
    '@type': type,
    statementText,
    ...fields,
    warnings: [],
  })
  switch (statement.kind) {
    case 'show':
      return show(engine, statement, topics, entity)
    case 'describe':
      if (statement.name === null) throw unsupported(statement, 'DESCRIBE STREAMS and DESCRIBE TABLES')
      if (statement.what === 'function') return entity('describe_function', describeFunction(statement.name, statement))
      if (statement.what === 'connector') throw unsupported(statement, 'Connectors')
      return entity('sourceDescription', {
        sourceDescription: describeSource(engine, statement.name, statement.extended),
      })
    default:
      throw refuseQueryCommand(engine, statement)
  }
}

function show(
  engine: KsqlEngine,
  statement: Extract<Statement, { kind: 'show' }>,
  topics: readonly TopicEntity[],
  entity: (type: string, fields: Readonly<Record<string, unknown>>) => Entity,
): Entity {
  if (statement.extended) throw unsupported(statement, `SHOW ${statement.what} EXTENDED`)
  switch (statement.what) {
    case 'STREAMS':
      return entity('streams', { streams: sourceEntities(engine, 'stream') })
    case 'TABLES':
      return entity('tables', { tables: sourceEntities(engine, 'table') })
    case 'TOPICS':
      return entity('kafka_topics', {
        topics: topics
          .map(({ name, partitions, replicas }) => ({ name, replicaInfo: Array<number>(partitions).fill(replicas) }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      })
    case 'QUERIES':
      return entity('queries', { queries: engine.queries().map(queryEntity) })
    case 'FUNCTIONS':
      return entity('function_names', { functions: functionEntities() })
    case 'TYPES':
      return entity('type_list', {
        types: Object.fromEntries([...engine.types()].map(([name, type]) => [name, typeEntity(type)])),
      })
    case 'VARIABLES':
      return entity('variables', {
        variables: [...engine.settings().variables].map(([name, value]) => ({ name: name.toLowerCase(), value })),
      })
    default:
      throw unsupported(statement, `SHOW ${statement.what}`)
  }
}

function sourceEntities(engine: KsqlEngine, type: 'stream' | 'table') {
  return engine
    .sources()
    .filter((source) => source.type === type)
    .map(({ name, topic, keyFormat, valueFormat, windowType }) => ({
      type: type.toUpperCase(),
      name,
      topic,
      keyFormat: keyFormat.name,
      valueFormat: valueFormat.name,
      isWindowed: windowType !== null,
    }))
}

function refuseQueryCommand(
  engine: KsqlEngine,
  statement: Extract<Statement, { kind: 'explain' | 'pause' | 'resume' }>,
): Error {
  const { kind, query } = statement
  const ids = engine.queries().map(({ id }) => id)
  if (query === null || ids.includes(query)) return unsupported(statement, kind.toUpperCase())
  const message =
    kind === 'explain'
      ? `Query with id:${query} does not exist, use SHOW QUERIES to view the full set of queries.`
      : `Unknown queryId: ${query}`
  return unknownName(statement, message, query, ids, 'Queries')
}
