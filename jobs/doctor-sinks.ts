import { setTimeout as sleep } from 'node:timers/promises'
import { type ConnectClient, type ConnectorStatus, sinkGroup, type WorkStatus } from '../kafka/connect.ts'
import { groupMembers } from '../kafka/group-lag.ts'
import { lagFindings } from './doctor-kafka.ts'
import type { Finding } from './finding.ts'
import type { Cluster } from './submit-topics.ts'

/** A task that has just begun is in its group a moment later. */
const JOIN_MS = 5_000
const LOOK_MS = 500

/** A sink whose tasks say that they run. */
interface RunningSink {
  readonly name: string
  readonly group: string
  readonly tasks: readonly WorkStatus[]
}

/**
 * How far connectors are, and whether those sinks read that say RUNNING: what a worker that was killed has said last stands until another one takes its tasks.
 * @param statuses those that are known
 * @throws ConnectError, KafkaError
 */
export async function sinkFindings(
  connect: ConnectClient,
  names: readonly string[],
  statuses: readonly ConnectorStatus[],
  cluster: Cluster,
): Promise<Finding[]> {
  const groups = new Map<string, string>()
  for (const name of names) groups.set(name, sinkGroup(name, (await connect.config(name)) ?? {}))
  const running = statuses.flatMap(({ name, type, tasks }): RunningSink[] => {
    const group = groups.get(name)
    const those = tasks.filter(({ state }) => state === 'RUNNING')
    return type === 'sink' && group !== undefined && those.length > 0 ? [{ name, group, tasks: those }] : []
  })
  const idle = await withoutReaders(running, cluster)
  return [...idle.map(idleFinding), ...(await lagFindings(cluster, [...groups.values()]))]
}

async function withoutReaders(sinks: readonly RunningSink[], { kafka, bootstrap }: Cluster): Promise<RunningSink[]> {
  const groups = sinks.map(({ group }) => group)
  for (const until = Date.now() + JOIN_MS; groups.length > 0; await sleep(LOOK_MS)) {
    const members = await groupMembers(kafka, groups, bootstrap)
    const idle = sinks.filter(({ group }) => members.get(group) === 0)
    if (idle.length === 0 || Date.now() > until) return idle
  }
  return []
}

function idleFinding({ name, group, tasks }: RunningSink): Finding {
  const workers = [...new Set(tasks.map(({ worker_id: worker }) => worker))].join(', ')
  return {
    health: 'wrong',
    what: `connector ${name}`,
    text: `says RUNNING on ${workers}, and reads nothing: nobody is in its group ${group}`,
    fix:
      "see that a worker runs; tasks of one that is gone are nobody's for scheduled.rebalance.max.delay.ms, " +
      'five minutes unless it is set, and a restart does not hasten that',
  }
}
