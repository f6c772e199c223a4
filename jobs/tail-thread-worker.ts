import { parentPort, workerData } from 'node:worker_threads'
import { buffersOf } from './batch-buffers.ts'
import { CREDIT, STOP } from './log-thread-message.ts'
import { TailLooks } from './tail-looks.ts'
import type { FromTail, TailTask } from './tail-thread-message.ts'

/** Follows one log in a thread of its own, a few looks ahead of what is taken. */
const port = parentPort
if (port === null) throw new Error('tail-thread-worker.js is the body of a thread: it is started by tail-thread.js')
const { path, position, timezone, intervalMs, control } = workerData as TailTask
/** Being woken would cost the other thread more than a look every few ms costs this one. */
const WAIT_MS = 3

function send(message: FromTail, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer)
}

function stopped(): boolean {
  return Atomics.load(control, STOP) === 1
}

async function follow(): Promise<void> {
  const looks = new TailLooks(path, position, timezone)
  while (!stopped()) {
    const look = await looks.look()
    if (look !== null) {
      const batches = look.events.flatMap((event) => (event.kind === 'rows' ? [event.batch] : []))
      send({ kind: 'look', look }, batches.flatMap(buffersOf))
      Atomics.sub(control, CREDIT, 1)
    }
    while (Atomics.load(control, CREDIT) <= 0 && !stopped()) Atomics.wait(control, STOP, 0, WAIT_MS)
    if (!looks.behind && !stopped()) Atomics.wait(control, STOP, 0, intervalMs)
  }
  await looks.close()
  send({ kind: 'end' })
}

follow().catch((error: unknown) => send({ kind: 'error', error }))
