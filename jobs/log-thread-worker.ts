import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { ReadingBatch } from '../gpuz/batch.ts'
import { LogReader } from '../gpuz/log-reader.ts'
import { buffersOf } from './batch-buffers.ts'
import { CREDIT, type FromThread, STOP, type ThreadTask } from './log-thread-message.ts'

/** Reads one log in a thread of its own and hands its batches over, a few ahead of what is taken. */
const CHUNK_BYTES = 2 << 20
/** Several batches are ahead, so there is time to look; being woken would cost the other thread more than the statements on a hundred rows. */
const LOOK_MS = 3

const port = parentPort
if (port === null) throw new Error('log-thread-worker.js is the body of a thread: it is started by log-thread.js')
const task = workerData as ThreadTask
const { control } = task

function send(message: FromThread, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer)
}

function stopped(): boolean {
  return Atomics.load(control, STOP) === 1
}

function hand(batches: readonly ReadingBatch[], bytes: number): void {
  for (const [i, batch] of batches.entries()) {
    send({ kind: 'batch', batch, bytes: i === 0 ? bytes : 0 }, buffersOf(batch))
    Atomics.sub(control, CREDIT, 1)
    waitForCredit()
  }
}

function waitForCredit(): void {
  while (Atomics.load(control, CREDIT) <= 0 && !stopped()) Atomics.wait(control, STOP, 0, LOOK_MS)
}

function read(): void {
  const reader = new LogReader({ timezone: task.timezone, fields: new Set(task.fields), source: task.name })
  const file = openSync(task.path, 'r')
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    while (!stopped()) {
      const length = readSync(file, chunk, 0, CHUNK_BYTES, null)
      if (length === 0) break
      hand(reader.push(chunk.subarray(0, length)), length)
    }
    if (!stopped()) hand(reader.end(), 0)
  } finally {
    closeSync(file)
  }
  send({ kind: 'end', report: reader.report })
}

try {
  read()
} catch (error) {
  send({ kind: 'error', error })
}
