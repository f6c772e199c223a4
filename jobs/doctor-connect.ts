import type { ConnectClient, ConnectorStatus } from '../kafka/connect.ts'
import { sinkFindings } from './doctor-sinks.ts'
import { type Check, type Finding, findings } from './finding.ts'
import { failureText, lookAtConnectors, MEND_TASK, partsOf } from './running-connectors.ts'
import { settled } from './steady.ts'
import { changedFields } from './submit-connectors.ts'
import type { ConnectorFile } from './submit-files.ts'
import type { Cluster } from './submit-topics.ts'

const RESTART_MS = 60_000

/**
 * How all connectors of the workers do, and whether the product's are as their files say.
 * @param cluster null: nobody knows how far they are
 * @param restartFailed starts again what has FAILED, before it is looked at
 * @throws ConnectError, KafkaError
 */
export async function connectFindings(
  connect: ConnectClient,
  files: readonly ConnectorFile[],
  cluster: Cluster | null,
  restartFailed: boolean,
): Promise<Finding[]> {
  const answers: Finding = {
    health: 'well',
    what: 'Kafka Connect',
    text: `answers: version ${await connect.version()}`,
  }
  const names = await connect.connectors()
  const seen: ConnectorStatus[] = []
  const checks: Check[] = [
    ...names.map(
      (name): Check => [
        `connector ${name}`,
        async () => {
          const status = await connect.status(name)
          if (status !== null) seen.push(status)
          return statusFindings(name, status)
        },
      ],
    ),
    ...files.map((file): Check => [`connector ${file.name}`, () => fileFindings(file, connect)]),
  ]
  if (restartFailed) checks.unshift(['connectors', () => restart(connect, names)])
  if (cluster !== null) checks.push(['groups of connectors', () => sinkFindings(connect, names, seen, cluster)])
  return [answers, ...(await findings(...checks))]
}

async function restart(connect: ConnectClient, names: readonly string[]): Promise<Finding[]> {
  const statuses = await Promise.all(names.map((name) => connect.status(name)))
  const failed = statuses.filter((status) => status !== null).flatMap((status) => failedParts(status))
  const connectors = [...new Set(failed.map(({ connector }) => connector))]
  for (const connector of connectors) await connect.restartFailed(connector)
  const started = connectors.map((name) => ({ name }))
  if (started.length > 0) await settled(() => lookAtConnectors(connect, started), { timeout: RESTART_MS })
  return failed.map(({ what }) => ({ health: 'note', what, text: 'had FAILED, and was started again' }))
}

function failedParts(status: ConnectorStatus): { readonly connector: string; readonly what: string }[] {
  const failed = partsOf(status).filter(([, { state }]) => state === 'FAILED')
  return failed.map(([what]) => ({ connector: status.name, what }))
}

function statusFindings(name: string, status: ConnectorStatus | null): Finding[] {
  const none: Finding = {
    health: 'wrong',
    what: `connector ${name}`,
    text: 'no worker has begun with it',
    fix: "look into the workers' logs",
  }
  if (status === null) return [none]
  if (status.tasks.length === 0 && status.connector.state === 'RUNNING') {
    return [{ ...none, text: 'has no task', fix: 'look into the log of its worker, and at tasks.max' }]
  }
  return partsOf(status).map(([what, part]): Finding => {
    switch (part.state) {
      case 'RUNNING':
        return { health: 'well', what, text: `RUNNING on ${part.worker_id}` }
      case 'FAILED':
        return { health: 'wrong', what, text: failureText(part), fix: MEND_TASK }
      case 'PAUSED':
      case 'STOPPED':
        return { health: 'note', what, text: `is ${part.state}`, fix: `PUT /connectors/${name}/resume` }
      default:
        return { health: 'wrong', what, text: `is ${part.state}`, fix: 'a worker must take it: see that one runs' }
    }
  })
}

async function fileFindings({ file, name, config }: ConnectorFile, connect: ConnectClient): Promise<Finding[]> {
  const what = `connector ${name}`
  const live = await connect.config(name)
  const fix = `gpumon submit ${file} --connect URL`
  if (live === null) return [{ health: 'note', what, text: `is not there (${file})`, fix }]
  const changed = changedFields(live, { ...config, name })
  if (changed.length === 0) return []
  return [{ health: 'wrong', what, text: `is not as ${file} says: ${changed.join(', ')}`, fix }]
}
