import { formatIdentifier } from '../../engine/index.ts'
import type { Entity } from '../protocol.ts'
import type { KsqlClient } from './client.ts'

/** A stream or table that a server has. */
export interface ServerSource {
  readonly name: string
  readonly type: 'STREAM' | 'TABLE'
  /** what made it, as the server prints it, with a semicolon */
  readonly statement: string
  readonly topic: string
  readonly keyFormat: string
  readonly valueFormat: string
  /** ids of the queries that read it */
  readonly readers: readonly string[]
  /** ids of the queries that write it */
  readonly writers: readonly string[]
  /** consumer groups of the queries that write it; none unless asked for */
  readonly groups: readonly string[]
}

/** A persistent query that a server runs. */
export interface ServerQuery {
  readonly id: string
  /** as the server prints it, with a semicolon */
  readonly statement: string
  /** names of the streams and tables that it writes */
  readonly sinks: readonly string[]
  /** RUNNING, ERROR, PAUSED, UNRESPONSIVE … */
  readonly state: string
}

/** What a server has been told by statements. */
export interface Definitions {
  readonly sources: readonly ServerSource[]
  readonly queries: readonly ServerQuery[]
  /** partitions by topic, of all topics that the server sees */
  readonly topics: ReadonlyMap<string, number>
  /** of CREATE TYPE, as the server tells them, by name */
  readonly types: ReadonlyMap<string, unknown>
}

/**
 * Asks a server for everything that statements have made.
 * @param withGroups also the consumer groups, which costs ksqlDB a look into Kafka for each source
 * @throws KsqlRequestError, Error
 */
export async function definitionsOf(client: KsqlClient, withGroups = false): Promise<Definitions> {
  const shown = await client.execute('SHOW STREAMS; SHOW TABLES; SHOW TOPICS; SHOW TYPES;')
  const [streams, tables, topics, types] = shown as [
    Entity & { streams: { name: string }[] },
    Entity & { tables: { name: string }[] },
    Entity & { topics: { name: string; replicaInfo: number[] }[] },
    Entity & { types: Record<string, unknown> },
  ]
  const names = [...streams.streams, ...tables.tables].map(({ name }) => name)
  const extended = withGroups ? ' EXTENDED' : ''
  const script = names.map((name) => `DESCRIBE ${formatIdentifier(name)}${extended};`).join('\n')
  const described = names.length === 0 ? [] : await client.execute(script)
  return {
    sources: described.map(sourceOf),
    queries: await persistentQueries(client),
    topics: new Map(topics.topics.map(({ name, replicaInfo }) => [name, replicaInfo.length])),
    types: new Map(Object.entries(types.types)),
  }
}

/** The queries that go on when whoever started them has left. @throws KsqlRequestError, Error */
export async function persistentQueries(client: KsqlClient): Promise<ServerQuery[]> {
  const [{ queries }] = (await client.execute('SHOW QUERIES;')) as [
    Entity & { queries: { id: string; queryString: string; sinks: string[]; queryType: string; state: string }[] },
  ]
  return queries
    .filter(({ queryType }) => queryType === 'PERSISTENT')
    .map(({ id, queryString: statement, sinks, state }) => ({ id, statement, sinks, state }))
}

/** Whether a query is one of INSERT INTO … SELECT: what it writes is there without it. */
export function isInsertQuery(id: string): boolean {
  return id.startsWith('INSERTQUERY_')
}

function sourceOf(entity: Entity): ServerSource {
  const { readQueries, writeQueries, queryOffsetSummaries, ...source } = entity['sourceDescription'] as Omit<
    ServerSource,
    'readers' | 'writers' | 'groups'
  > & {
    readQueries: { id: string }[]
    writeQueries: { id: string }[]
    queryOffsetSummaries?: { groupId: string }[]
  }
  const { name, type, statement, topic, keyFormat, valueFormat } = source
  return {
    name,
    type,
    statement,
    topic,
    keyFormat,
    valueFormat,
    readers: readQueries.map(({ id }) => id),
    writers: writeQueries.map(({ id }) => id),
    groups: (queryOffsetSummaries ?? []).map(({ groupId }) => groupId),
  }
}
