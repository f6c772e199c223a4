import type { Source } from '../catalog/source.ts'
import { KsqlError } from '../errors.ts'
import { dataColumns } from '../plan/scope.ts'
import { parseTimestamp } from '../types/datetime.ts'
import type { SqlValue } from '../types/values.ts'
import { withColumns } from './adapter.ts'
import { type Batch, filterBatch, noNulls, readValue } from './batch.ts'

export interface EventTimeOptions {
  /** ksql.timestamp.throw.on.invalid */
  readonly throwOnInvalid: boolean
  readonly report: (column: string, error: unknown) => void
}

/**
 * Event time by WITH (TIMESTAMP='column'): the column overrides the record's own time. Rows whose time cannot be told are dropped; rows
 * without value keep `fallback`, the record's time.
 */
export function applyEventTime(batch: Batch, source: Source, options: EventTimeOptions): Batch {
  const { timestamp } = source
  if (timestamp === null || batch.count === 0) return batch
  const columns = dataColumns(source)
  const index = columns.findIndex((c) => c.name === timestamp.column)
  const type = columns[index]?.type
  const column = batch.columns[index]
  if (type === undefined || column === undefined) throw new Error(`no column ${timestamp.column} in ${source.name}`)
  const times = column.data as Float64Array
  const plain = type.base === 'TIMESTAMP' && batch.tombstone === null
  if (plain && allKnown(times, column.nulls ?? noNulls(batch.count), batch.count)) return withRowtime(batch, times)
  const rowtime = new Float64Array(batch.count)
  for (let i = 0; i < batch.count; i++) {
    if (batch.tombstone?.[i] === 1) {
      rowtime[i] = batch.rowtime[i] ?? 0
      continue
    }
    const value = readValue(column, i, type)
    try {
      rowtime[i] = eventTime(value, timestamp.format)
    } catch (error) {
      if (options.throwOnInvalid) {
        throw new KsqlError(
          'runtime',
          `Fatal user code error in TimestampExtractor callback for record: ${String((error as Error).message)}`,
          { cause: error },
        )
      }
      options.report(timestamp.column, error)
      rowtime[i] = -1
    }
  }
  return filterBatch(withRowtime(batch, rowtime), (i) => (rowtime[i] ?? -1) >= 0)
}

function allKnown(times: Float64Array, nulls: Uint8Array, count: number): boolean {
  for (let i = 0; i < count; i++) if ((times[i] ?? 0) < 0 || nulls[i] === 1) return false
  return true
}

/** The batch itself may have other readers, so it is not changed. */
function withRowtime(batch: Batch, rowtime: Float64Array): Batch {
  const copy = withColumns(batch, batch.columns)
  copy.rowtime = rowtime
  return copy
}

function eventTime(value: SqlValue, format: string | null): number {
  if (value === null) throw new Error('the timestamp column is NULL')
  const time = typeof value === 'string' && format !== null ? parseTimestamp(value, format) : Number(value)
  if (!(time >= 0)) throw new Error(`the timestamp ${value} is before 1970`)
  return time
}
