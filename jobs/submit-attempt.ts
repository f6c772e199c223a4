import { KsqlEngine, type Statement } from '../engine/index.ts'
import { definitionsOf } from '../ksql-rest/client/definitions.ts'
import type { ClusterServers } from './cluster-servers.ts'
import { type DeclaredStatement, declareIn, placeOf } from './declared-statements.ts'
import { engineLike, type KnownSchema } from './engine-like.ts'
import { readingsStream } from './readings-stream.ts'
import { placed, type StatementFile } from './statement-file.ts'
import type { SubmitFiles } from './submit-files.ts'
import { schemasOf } from './submit-schemas.ts'
import type { StatementContext } from './submit-statements.ts'
import type { WantedTopic } from './submit-topics.ts'

/** What came of executing all statements in an engine of our own. */
export interface Attempt {
  readonly declared: readonly DeclaredStatement[]
  /** null: there are none, or no server to compare them with */
  readonly context: StatementContext | null
  /** topics that Kafka must keep longer than a ksqlDB server would have it */
  readonly inputs: readonly WantedTopic[]
}

/**
 * Executes the statements of files in an engine that has what the server has besides, and the schemas that there are or will be.
 * @throws StatementError for the first that cannot be; SchemaRegistryError; KsqlRequestError
 */
export async function tryOut(
  files: SubmitFiles,
  { ksql, registry }: Pick<ClusterServers, 'ksql' | 'registry'>,
): Promise<Attempt> {
  if (ksql === null || files.statements.length === 0) return { declared: [], context: null, inputs: [] }
  const definitions = await definitionsOf(ksql)
  const parsed = files.statements.flatMap(parse)
  const topics = [...definitions.sources.map(({ topic }) => topic), ...parsed.flatMap(topicOf)]
  const there: readonly KnownSchema[] = registry === null ? [] : await schemasOf(topics, registry)
  const submitted = files.schemas.map(({ subject, schema }) => ({ subject, schema, schemaType: 'AVRO' as const }))
  const schemas = [...there, ...submitted]

  const own = new Set(parsed.flatMap((statement) => ('name' in statement ? (statement.name ?? []) : [])))
  const engine = engineLike(definitions, schemas, own)
  const declared = declareIn(engine, files.statements)
  const context = { engine, live: engineLike(definitions, schemas), definitions }
  return { declared, context, inputs: await readingsTopic(declared, engine) }
}

function parse(file: StatementFile): Statement[] {
  return placed(file, () => new KsqlEngine().parse(file.text))
}

function topicOf(statement: Statement): string[] {
  if (statement.kind !== 'create-source') return []
  const topic = statement.properties.get('KAFKA_TOPIC')?.value
  return [topic?.kind === 'string' ? topic.value : statement.name]
}

/**
 * A server would make the topic of readings as its brokers make topics, which mostly keep records for a week: of their own time, so that a log of last year
 * would be deleted within minutes.
 */
async function readingsTopic(declared: readonly DeclaredStatement[], engine: KsqlEngine): Promise<WantedTopic[]> {
  const { topic } = await readingsStream()
  const partitions = engine.topics().find(({ name }) => name === topic)?.partitions ?? 1
  const reads = declared.filter(
    ({ statement }) => statement.kind === 'create-source' && engine.source(statement.name).topic === topic,
  )
  return reads.slice(0, 1).map((one) => ({ topic, partitions, retentionMs: -1, file: placeOf(one), strict: false }))
}
