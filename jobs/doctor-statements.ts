import type { SchemaRegistryClient } from '../kafka/schema-registry.ts'
import type { KsqlClient } from '../ksql-rest/client/client.ts'
import { definitionsOf, persistentQueries, type ServerQuery } from '../ksql-rest/client/definitions.ts'
import { serverInfo } from './cluster-servers.ts'
import { lagFindings } from './doctor-kafka.ts'
import { type Check, type Finding, findings } from './finding.ts'
import { failureOf, mendingOf } from './running-queries.ts'
import { tryOut } from './submit-attempt.ts'
import type { SubmitFiles } from './submit-files.ts'
import { planStatements } from './submit-statements.ts'
import type { Cluster } from './submit-topics.ts'

const SUBMIT = 'gpumon submit --server URL'

/**
 * Whether the server has the product's statements as the files say, how all its queries do, and how far they are.
 * @param cluster null: nobody knows how far
 * @throws KsqlRequestError, KafkaError, Error
 */
export async function statementFindings(
  files: SubmitFiles,
  ksql: KsqlClient,
  registry: SchemaRegistryClient | null,
  cluster: Cluster | null,
): Promise<Finding[]> {
  const { version, ksqlServiceId, serverStatus } = await serverInfo(ksql)
  const answers = `answers: version ${version}, service ${ksqlServiceId}, ${serverStatus}`
  const checks: Check[] = [
    ['statements', () => declarationFindings(files, ksql, registry)],
    ['queries', () => queryFindings(ksql)],
  ]
  if (cluster !== null) checks.push(['groups of queries', () => readerFindings(cluster, ksql, ksqlServiceId)])
  return [{ health: 'well', what: 'ksqlDB', text: answers }, ...(await findings(...checks))]
}

/** In ksqlDB each query has a group, in gpumon ksql-server the service has one. */
async function readerFindings(cluster: Cluster, ksql: KsqlClient, serviceId: string): Promise<Finding[]> {
  const { sources } = await definitionsOf(ksql, true)
  const groups = new Set([serviceId, ...sources.flatMap((source) => source.groups)])
  return lagFindings(cluster, [...groups])
}

async function declarationFindings(
  files: SubmitFiles,
  ksql: KsqlClient,
  registry: SchemaRegistryClient | null,
): Promise<Finding[]> {
  const { declared, context } = await tryOut(files, { ksql, registry })
  const steps = context === null ? [] : planStatements(declared, context, ksql).steps
  const missing = steps.filter(({ action }) => action === 'create')
  const unlike = steps.filter(({ action }) => action !== 'create' && action !== 'unchanged')
  const found: Finding[] = unlike.map(({ kind, name, place, action, details }) => ({
    health: 'wrong',
    what: `${kind} ${name}`,
    text: [`is not as ${place} says`, ...details].join('\n'),
    fix: action === 'refused' ? 'do what is said here, then gpumon submit --server URL' : SUBMIT,
  }))
  if (missing.length > 0) {
    const text = `not there: ${missing.map(({ name }) => name).join(', ')}`
    found.push({ health: 'wrong', what: 'statements', text, fix: SUBMIT })
  }
  if (found.length === 0) found.push({ health: 'well', what: 'statements', text: `all ${steps.length} are there` })
  return found
}

async function queryFindings(ksql: KsqlClient): Promise<Finding[]> {
  const queries = await persistentQueries(ksql)
  const running = queries.filter(({ state }) => state === 'RUNNING').length
  const found: Finding[] = [{ health: 'well', what: 'queries', text: `RUNNING: ${running} of ${queries.length}` }]
  const others = queries.filter(({ state }) => state !== 'RUNNING')
  return [
    ...found,
    ...(await findings(
      ...others.map((query): Check => [`query ${query.id}`, async () => [await stateOf(query, ksql)]]),
    )),
  ]
}

async function stateOf({ id, state }: ServerQuery, ksql: KsqlClient): Promise<Finding> {
  const what = `query ${id}`
  switch (state) {
    case 'PAUSED':
      return { health: 'note', what, text: 'is PAUSED', fix: `RESUME ${id};` }
    case 'ERROR':
      return { health: 'wrong', what, text: await failureOf(ksql, id), fix: mendingOf(id) }
    default:
      return { health: 'wrong', what, text: `is ${state}`, fix: "look into the server's log" }
  }
}
