import { type ClusterServers, clientsOf, refuseUnreachable, type ServerAddresses } from './cluster-servers.ts'
import { nameOf, placeOf } from './declared-statements.ts'
import { packageRoot } from './package-root.ts'
import { lookAtConnectors } from './running-connectors.ts'
import { lookAtQueries } from './running-queries.ts'
import { untilRunning, type WaitOptions } from './steady.ts'
import { type Attempt, tryOut } from './submit-attempt.ts'
import { planConnectors } from './submit-connectors.ts'
import { readSubmitFiles, type SubmitFiles } from './submit-files.ts'
import type { PlanPart, PlanStep } from './submit-plan.ts'
import { planSchemas } from './submit-schemas.ts'
import { planStatements } from './submit-statements.ts'
import { controlTopics, planTopics } from './submit-topics.ts'

export interface SubmitOptions extends ServerAddresses {
  /** .ksql, .avsc and .json files, and folders of them; none: the product's own, for the servers that are given */
  readonly paths: readonly string[]
  /** says what would be done, and does nothing */
  readonly dryRun: boolean
}

export interface SubmitListener {
  /** before the first change */
  readonly onPlan: (steps: readonly PlanStep[]) => void
  /** of each change that is made */
  readonly onDone: (step: PlanStep) => void
  readonly onNotice: (text: string) => void
}

/** ksqlDB may restore the state of a query, Connect may load a plugin and share out its work. */
const RUNNING_MS = 180_000
const OWN_FOLDERS = ['schemas', 'ksql', 'connect']

/**
 * Brings a cluster to what files declare: topics, schemas, statements, connectors, in this order. All is validated before anything is changed: statements by
 * an engine of our own, schemas by the registry, connectors by their plugins. What is there already as declared is left alone, so a second run changes
 * nothing. Returns when all queries and tasks run.
 * @throws StatementError, SchemaRegistryError, ConnectError, KafkaError; Error for what is there in another form (nothing is changed then), for what does not
 * run, for servers that are not there or not given, for files that hold no such thing, and what the operating system says
 */
export async function submit(options: SubmitOptions, { onPlan, onDone, onNotice }: SubmitListener): Promise<void> {
  const files = await filesOf(options, onNotice)
  refuseMissingServers(files, options)
  const servers = clientsOf(options)
  await refuseUnreachable(servers)
  const attempt = await tryOut(files, servers)
  const parts = await planAll(files, servers, attempt)
  const steps = parts.flatMap((part) => part.steps)
  onPlan(steps)
  const refused = steps.filter(({ action }) => action === 'refused').length
  if (refused > 0) {
    throw new Error(
      `${refused === 1 ? 'one thing is' : `${refused} things are`} there in another form; nothing was changed. The plan says what each would take.`,
    )
  }
  if (options.dryRun) return
  for (const part of parts) await part.apply(onDone)
  await waitForAll(files, servers, attempt, onNotice)
}

async function filesOf({ paths, ...addresses }: SubmitOptions, onNotice: (text: string) => void): Promise<SubmitFiles> {
  if (paths.length > 0) return readSubmitFiles(paths, process.cwd())
  const files = await readSubmitFiles(OWN_FOLDERS, packageRoot())
  const kept = {
    statements: addresses.server === undefined ? [] : files.statements,
    schemas: addresses.registry === undefined ? [] : files.schemas,
    connectors: addresses.connect === undefined ? [] : files.connectors,
  }
  for (const kind of ['statements', 'schemas', 'connectors'] as const) {
    if (kept[kind].length < files[kind].length) onNotice(`the ${kind} are left out: no server for them is given`)
  }
  return kept
}

function refuseMissingServers({ statements, schemas, connectors }: SubmitFiles, given: ServerAddresses): void {
  const control = controlTopics(connectors)
  const needs = [
    ...statements.map(({ name }) => [name, 'a ksqlDB server', '--server URL', given.server] as const),
    ...schemas.map(({ file }) => [file, 'a schema registry', '--registry URL', given.registry] as const),
    ...connectors.map(({ file }) => [file, 'Kafka Connect', '--connect URL', given.connect] as const),
    ...control.map(
      ({ file, topic }) => [file, `topic ${topic} made beforehand`, '--bootstrap HOST:PORT', given.bootstrap] as const,
    ),
  ]
  const missing = needs.find(([, , , address]) => address === undefined)
  if (missing === undefined) return
  const [file, what, option] = missing
  throw new Error(`${file} needs ${what}: give ${option}`)
}

async function planAll(files: SubmitFiles, servers: ClusterServers, attempt: Attempt): Promise<PlanPart[]> {
  const { ksql, registry, connect, cluster } = servers
  const { declared, context, inputs } = attempt
  const topics = [...controlTopics(files.connectors), ...inputs]
  return [
    ...(cluster === null || topics.length === 0 ? [] : [await planTopics(topics, cluster)]),
    ...(registry === null ? [] : [await planSchemas(files.schemas, registry)]),
    ...(ksql === null || context === null ? [] : [planStatements(declared, context, ksql)]),
    ...(connect === null ? [] : [await planConnectors(files.connectors, connect)]),
  ]
}

async function waitForAll(
  { connectors }: SubmitFiles,
  { ksql, connect }: ClusterServers,
  { declared }: Attempt,
  onNotice: (text: string) => void,
): Promise<void> {
  const wait: WaitOptions = { timeout: RUNNING_MS, onWaiting: (waiting) => onNotice(`waiting: ${waiting.join('; ')}`) }
  const written = declared.filter(({ statement }) => 'query' in statement)
  const places = new Map(written.map((one) => [nameOf(one.statement), placeOf(one)]))
  if (ksql !== null && places.size > 0) await untilRunning(() => lookAtQueries(ksql, places), wait)
  if (connect !== null && connectors.length > 0) await untilRunning(() => lookAtConnectors(connect, connectors), wait)
}
