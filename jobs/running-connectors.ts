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

interface Declared {
  readonly name: string
  /** that declares it, where one is known */
  readonly file?: string
}

/** Looks at connectors and all their tasks. */
export async function lookAtConnectors(connect: ConnectClient, connectors: readonly Declared[]): Promise<Look> {
  const looks = await Promise.all(connectors.map(async (one) => lookAt(one, await connect.status(one.name))))
  return { waiting: looks.flatMap(({ waiting }) => waiting), failed: looks.flatMap(({ failed }) => failed) }
}

function lookAt({ name, file }: Declared, status: ConnectorStatus | null): Look {
  const place = file === undefined ? '' : ` (${file})`
  if (status === null) return { waiting: [`connector ${name}${place} has no status`], failed: [] }
  const parts = partsOf(status)
  const failed = parts
    .filter(([, { state }]) => state === 'FAILED')
    .map(([what, part]) => `${file === undefined ? '' : `${file}: `}${what} ${failureText(part)}\n${MEND_TASK}`)
  const others = parts.filter(([, { state }]) => state !== 'RUNNING' && state !== 'FAILED')
  const waiting = others.map(([what, { state }]) => `${what}${place} is ${state}`)
  // Tasks come a moment after their connector.
  if (status.tasks.length === 0 && failed.length === 0) waiting.push(`connector ${name}${place} has no task`)
  return { waiting, failed }
}
