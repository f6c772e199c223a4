import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandStatus, CurrentStatus, Entity } from '../protocol.ts'

const POLL_MS = 250

export function isCommand(entity: Entity): entity is CurrentStatus {
  return entity['@type'] === 'currentStatus'
}

/**
 * Waits until a command has succeeded or failed. A server answers after 5 s at the latest, be it done or not.
 * @param ask asks for the status of the command
 * @param timeout ms
 * @throws Error after the timeout; AbortError
 */
export async function settled(
  command: CurrentStatus,
  ask: (commandId: string) => Promise<CommandStatus>,
  { timeout, signal }: { readonly timeout: number; readonly signal: AbortSignal | undefined },
): Promise<CommandStatus> {
  const { commandId } = command
  const deadline = Date.now() + timeout
  let status = command.commandStatus
  while (['QUEUED', 'PARSING', 'EXECUTING'].includes(status.status)) {
    if (Date.now() >= deadline) {
      throw new Error(
        `${commandId} is still ${status.status} after ${timeout} ms (${status.message}). Look into the server's log, or wait longer.`,
      )
    }
    await sleep(POLL_MS, undefined, { signal })
    status = await ask(commandId)
  }
  return status
}
