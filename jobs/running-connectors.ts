import { type ConnectClient, type ConnectorStatus, causesOf, type WorkStatus } from '../kafka/connect.ts'
import type { Look } from './steady.ts'

const CAUSES = 4
/** What has FAILED stays so until somebody says so. */
export const MEND_TASK = 'mend the cause, then gpumon doctor --connect URL --restart-failed'

/** A connector's own work and its tasks, each with what to call it. */
export function partsOf({ name, connector, tasks }: ConnectorStatus): [what: string, status: WorkStatus][] {
  return [
    [`connector ${name}`, connector],
    ...tasks.map((task): [string, WorkStatus] => [`connector ${name}, task ${task.id}`, task]),
  ]
}

/** Where something has FAILED, with the causes that its trace names. */
export function failureText({ worker_id: worker, trace }: WorkStatus): string {
  const causes = trace === undefined ? ['no trace; look into the log of the worker'] : causesOf(trace).slice(0, CAUSES)
  return [`FAILED on ${worker}:`, ...causes.map((cause) => `  ${cause}`)].join('\n')
}

/** Looks at connectors and all their tasks. */
export async function lookAtConnectors(connect: ConnectClient, names: readonly string[]): Promise<Look> {
  const looks = await Promise.all(names.map(async (name) => lookAt(name, await connect.status(name))))
  return { waiting: looks.flatMap(({ waiting }) => waiting), failed: looks.flatMap(({ failed }) => failed) }
}

function lookAt(name: string, status: ConnectorStatus | null): Look {
  if (status === null) return { waiting: [`connector ${name} has no status`], failed: [] }
  const parts = partsOf(status)
  const failed = parts
    .filter(([, { state }]) => state === 'FAILED')
    .map(([what, part]) => `${what} ${failureText(part)}\n${MEND_TASK}`)
  const others = parts.filter(([, { state }]) => state !== 'RUNNING' && state !== 'FAILED')
  const waiting = others.map(([what, { state }]) => `${what} is ${state}`)
  // Tasks come a moment after their connector.
  if (status.tasks.length === 0 && failed.length === 0) waiting.push(`connector ${name} has no task`)
  return { waiting, failed }
}
