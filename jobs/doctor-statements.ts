import type { SchemaRegistryClient } from '../kafka/schema-registry.ts'
import type { KsqlClient } from '../ksql-rest/client/client.ts'
import { definitionsOf, persistentQueries } from '../ksql-rest/client/definitions.ts'
import { serverInfo } from './cluster-servers.ts'
import { lagFindings } from './doctor-kafka.ts'
import type { Finding } from './finding.ts'
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
  const found: Finding[] = [{ health: 'well', what: 'ksqlDB', text: answers }]
  found.push(...(await declarationFindings(files, ksql, registry)), ...(await queryFindings(ksql)))
  if (cluster === null) return found
  const { sources } = await definitionsOf(ksql, true)
  // In ksqlDB each query has a group, in gpumon ksql-server the service has one.
  const groups = new Set([ksqlServiceId, ...sources.flatMap((source) => source.groups)])
  return [...found, ...(await lagFindings(cluster, [...groups]))]
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
  for (const { id, state } of queries) {
    if (state === 'RUNNING') continue
    const what = `query ${id}`
    if (state === 'PAUSED') found.push({ health: 'note', what, text: 'is PAUSED', fix: `RESUME ${id};` })
    else if (state !== 'ERROR')
      found.push({ health: 'wrong', what, text: `is ${state}`, fix: "look into the server's log" })
    else {
      found.push({ health: 'wrong', what, text: await failureOf(ksql, id), fix: mendingOf(id) })
    }
  }
  return found
}
