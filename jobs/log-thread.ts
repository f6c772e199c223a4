import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { LogReport } from '../gpuz/log-reader.ts'
import { emptyReport } from '../gpuz/report.ts'
import type { LogBatches, LogToRead } from './log-batches.ts'
import { CREDIT, type FromThread, STOP, type ThreadControl, type ThreadTask } from './log-thread-message.ts'
import { restored } from './thread-error.ts'

const SCRIPT = new URL('./log-thread-worker.js', import.meta.url)
/** Batches that survive in number are promoted by the collector and stay until it runs in full: few keep memory flat. */
const AHEAD = 8
/** Smaller logs are read before a thread would have started. */
const WORTH_BYTES = 16 << 20

/** Whether a log is worth a thread: it is a large plain file, there is a second core, and the program is built (threads run JavaScript). */
export function worthThread({ path, size }: LogToRead): boolean {
  return path !== null && size >= WORTH_BYTES && availableParallelism() > 1 && existsSync(SCRIPT)
}

/** The batches of a log that a thread of its own reads. */
export function threadBatches(log: LogToRead): LogBatches {
  const { path, name, timezone, fields } = log
  if (path === null) throw new Error(`${name} is no file of its own, a thread cannot open it`)
  const control: ThreadControl = new Int32Array(new SharedArrayBuffer(8))
  control[CREDIT] = AHEAD
  const task: ThreadTask = { path, name, timezone, fields: [...fields], control }
  const worker = new Worker(SCRIPT, { workerData: task })
  const arrived: FromThread[] = []
  let report: LogReport | null = null
  let failed = false
  let wake: () => void = () => {}
  const put = (message: FromThread): void => {
    arrived.push(message)
    wake()
  }
  worker.on('message', put)
  worker.on('error', (error) => put({ kind: 'error', error }))
  worker.on('exit', (code) => {
    if (code !== 0) put({ kind: 'error', error: new Error(`the thread that read ${name} ended with code ${code}`) })
  })
  async function take(): Promise<FromThread> {
    for (;;) {
      const message = arrived.shift()
      if (message !== undefined) return message
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  async function next(): ReturnType<LogBatches['next']> {
    if (report !== null) return null
    const message = await take()
    switch (message.kind) {
      case 'batch':
        Atomics.add(control, CREDIT, 1)
        return { batch: message.batch, bytes: message.bytes }
      case 'end':
        report = message.report
        return null
      case 'error':
        failed = true
        throw restored(message.error)
    }
  }
  return {
    next,
    close: async () => {
      Atomics.store(control, STOP, 1)
      while (report === null && !failed) await next()
      await worker.terminate()
      return report ?? emptyReport()
    },
  }
}
