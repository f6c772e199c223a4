import type { KsqlEngine, QueryHandle } from '../../engine/index.ts'
import { typeEntity } from './type-entity.ts'

/** A query as SHOW QUERIES and DESCRIBE tell it. */
export function queryEntity({ id, statement, sinkName, sinkTopic, isTransient }: QueryHandle) {
  return {
    queryString: `${statement};`,
    sinks: isTransient ? [] : [sinkName],
    sinkKafkaTopics: isTransient ? [] : [sinkTopic],
    id,
    statusCount: { RUNNING: 1 },
    queryType: isTransient ? 'PUSH' : 'PERSISTENT',
    state: 'RUNNING',
  }
}

/** What DESCRIBE tells of a stream or table. Throws KsqlError, with the nearest name, when there is none of that name. */
export function describeSource(engine: KsqlEngine, name: string, extended: boolean) {
  const source = engine.source(name)
  const queries = engine.queries().filter(({ isTransient }) => !isTransient)
  const readers = queries.filter(({ sourceNames }) => sourceNames.includes(name))
  const writers = queries.filter(({ sinkName }) => sinkName === name)
  const topic = engine.topics().find((t) => t.name === source.topic)
  return {
    name: source.name,
    windowType: source.window?.type ?? null,
    readQueries: readers.map(queryEntity),
    writeQueries: writers.map(queryEntity),
    fields: source.columns.map((column) => ({
      name: column.name,
      schema: typeEntity(column.type),
      ...fieldRole(column),
    })),
    type: source.kind,
    timestamp: source.timestamp?.column ?? '',
    statistics: '',
    errorStats: '',
    extended,
    keyFormat: source.keyFormat.name,
    valueFormat: source.valueFormat.name,
    topic: source.topic,
    partitions: topic?.partitions ?? 0,
    replication: topic?.replicas ?? 0,
    statement: `${source.statement};`,
    queryOffsetSummaries: extended ? writers.map(({ id }) => ({ groupId: id, topicSummaries: [] })) : [],
    sourceConstraints: [...new Set(readers.map(({ sinkName }) => sinkName))].sort(),
    clusterStatistics: [],
    clusterErrorStats: [],
  }
}

function fieldRole({ role, headerKey }: { role: 'key' | 'value' | 'headers'; headerKey: string | null }) {
  if (role === 'value') return {}
  return role === 'key' ? { type: 'KEY' } : { type: 'HEADER', ...(headerKey === null ? {} : { headerKey }) }
}
