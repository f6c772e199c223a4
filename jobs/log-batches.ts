import type { ReadingBatch } from '../gpuz/batch.ts'
import { LogReader, type LogReport } from '../gpuz/log-reader.ts'
import type { LogSource } from '../gpuz/log-source.ts'

export interface LogToRead {
  readonly log: LogSource
  readonly name: string
  /** of the file, or null where the log is a member of an archive */
  readonly path: string | null
  /** bytes */
  readonly size: number
  readonly timezone: string
  readonly fields: ReadonlySet<string>
}

/** Batches of a log in order. */
export interface LogBatches {
  /** the next batch, with the bytes of the log read since the one before; null at the end. @throws what the reader throws */
  next(): Promise<{ readonly batch: ReadingBatch; readonly bytes: number } | null>
  /** Stops, at the end or before it. @returns what the reader found as far as it has read */
  close(): Promise<LogReport>
}

/** Reads a log in this thread. @throws NotALogError; what the operating system says */
export function batchesOf({ log, name, timezone, fields }: LogToRead): LogBatches {
  const reader = new LogReader({ timezone, fields, source: name })
  async function* read(): AsyncGenerator<{ batch: ReadingBatch; bytes: number }, void, undefined> {
    let bytes = 0
    for await (const chunk of log.open()) {
      bytes += chunk.length
      for (const batch of reader.push(chunk)) {
        yield { batch, bytes }
        bytes = 0
      }
    }
    for (const batch of reader.end()) yield { batch, bytes: 0 }
  }
  const batches = read()
  return {
    next: async () => (await batches.next()).value ?? null,
    close: async () => {
      await batches.return()
      return reader.report
    },
  }
}
