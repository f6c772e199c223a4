import type { ReadingBatch } from '../../gpuz/batch.ts'
import { LogReader, type LogReaderOptions, type LogReport } from '../../gpuz/log-reader.ts'

export interface ReadLog {
  readonly rows: readonly Record<string, number | null>[]
  readonly report: LogReport
}

/** Reads a whole log. Rows carry the sensors of their header, unknown headers under their own names, and `ts`. */
export function readLog(input: string | Uint8Array, options: Partial<LogReaderOptions> = {}): ReadLog {
  const reader = new LogReader({ timezone: 'UTC', ...options })
  const bytes = typeof input === 'string' ? Buffer.from(input) : input
  const rows = [...reader.push(bytes), ...reader.end()].flatMap(rowsOf)
  return { rows, report: reader.report }
}

export function rowsOf(batch: ReadingBatch): Record<string, number | null>[] {
  return Array.from({ length: batch.count }, (_, i) => {
    const row: Record<string, number | null> = { ts: batch.ts[i] }
    for (const [field, { data, nulls }] of batch.sensors) row[field] = nulls?.[i] === 1 ? null : data[i]
    return { ...row, ...Object.fromEntries(batch.other?.[i] ?? []) }
  })
}

/** UTC of a stamp such as `2024-01-31 12:00:00`, ms. */
export function utc(stamp: string): number {
  return Date.parse(`${stamp.replace(' ', 'T')}Z`)
}
