import type { DuckDBConnection } from '@duckdb/node-api'
import { type Minutes, minutesIn } from './minutes.ts'
import { bound, type DeviceSpan, IN_SPAN } from './span.ts'

/** Readings or minutes of a device that are in a span, to be asked in one way. */
export async function rowsIn(
  connection: DuckDBConnection,
  table: 'readings' | 'minutes',
  span: DeviceSpan,
): Promise<Minutes> {
  if (table === 'minutes') return minutesIn(connection, span)
  return { sql: () => `(SELECT * FROM readings WHERE ${IN_SPAN})`, values: bound(span) }
}
