import { closeSync, openSync, readSync } from 'node:fs'
import { parentPort, workerData } from 'node:worker_threads'
import type { ReadingBatch } from '../gpuz/batch.ts'
import { LogReader } from '../gpuz/log-reader.ts'
import type { FromThread, ThreadTask, ToThread } from './log-thread-message.ts'

/** Reads one log in a thread of its own and hands its batches over, a few ahead of what is taken. */
const CHUNK_BYTES = 2 << 20

const port = parentPort
if (port === null) throw new Error('log-thread-worker.js is the body of a thread: it is started by log-thread.js')
const task = workerData as ThreadTask
let credit = task.ahead
let stopped = false
let resume: () => void = () => {}

port.on('message', ({ taken, stop }: ToThread) => {
  credit += taken
  stopped ||= stop
  resume()
})

function send(message: FromThread, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer)
}

function buffersOf({ row, ts, sensors }: ReadingBatch): ArrayBuffer[] {
  const arrays = [
    row,
    ts,
    ...[...sensors.values()].flatMap(({ data, nulls }) => (nulls === null ? [data] : [data, nulls])),
  ]
  return [...new Set(arrays.map((array) => array.buffer as ArrayBuffer))]
}

async function hand(batches: readonly ReadingBatch[], bytes: number): Promise<void> {
  for (const [i, batch] of batches.entries()) {
    send({ kind: 'batch', batch, bytes: i === 0 ? bytes : 0 }, buffersOf(batch))
    credit--
    while (credit <= 0 && !stopped) {
      await new Promise<void>((wake) => {
        resume = wake
      })
    }
  }
}

async function read(): Promise<void> {
  const reader = new LogReader({ timezone: task.timezone, fields: new Set(task.fields), source: task.name })
  const file = openSync(task.path, 'r')
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    while (!stopped) {
      const length = readSync(file, chunk, 0, CHUNK_BYTES, null)
      if (length === 0) break
      await hand(reader.push(chunk.subarray(0, length)), length)
    }
    if (!stopped) await hand(reader.end(), 0)
  } finally {
    closeSync(file)
  }
  send({ kind: 'end', report: reader.report })
}

try {
  await read()
} catch (error) {
  send({ kind: 'error', error })
}
port.close()
