import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { bound, type DeviceSpan, IN_SPAN } from './span.ts'
import { numbersOfRow, timestamp } from './sql.ts'

const MINUTE = 60_000
const PARTS = ['n', 'min', 'max', 'sum', 'last'] as const
/** Greater than the number of any row, and still 37 bits: the open minute is written last. */
const WRITTEN_LAST = 2 ** 37 - 1

/** The minutes of a device that begin in a span. */
export interface Minutes {
  /**
   * SQL, in brackets, of rows (ts, written, FIELD_n, FIELD_min, FIELD_max, FIELD_sum, FIELD_last …) for these fields. A minute that late rows came
   * back to has several; `written` rises in the order in which they were written.
   */
  readonly sql: (fields: readonly string[]) => string
  /** goes with it */
  readonly values: Record<string, DuckDBValue>
}

/** The table `minutes` has those that are over; the newest, which still gets readings, is made of them. */
export async function minutesIn(connection: DuckDBConnection, span: DeviceSpan): Promise<Minutes> {
  const newest = 'SELECT epoch_ms(max(ts))::DOUBLE FROM minutes WHERE device = $id::INTEGER'
  const [last] = await numbersOfRow(connection, newest, { id: span.id })
  const sql = (fields: readonly string[]): string => {
    const stored = fields.flatMap((field) => PARTS.map((part) => `${field}_${part}`))
    const open = fields.flatMap((field) => [
      `count(${field})`,
      ...['min', 'max', 'sum'].map((part) => `${part}(${field}::DOUBLE)`),
      `arg_max(${field}::DOUBLE, rowid)`,
    ])
    return `(
      SELECT ${['ts', 'rowid AS written', ...stored].join(', ')} FROM minutes WHERE ${IN_SPAN}
      UNION ALL
      SELECT * FROM (
        SELECT ${["date_trunc('minute', ts)::TIMESTAMP_MS AS minute", WRITTEN_LAST, ...open].join(', ')}
        FROM packed_readings WHERE device = $id::INTEGER AND ts >= $open GROUP BY minute
      ) WHERE minute >= $from AND minute <= $to
    )`
  }
  const open = last === null ? Number.MIN_SAFE_INTEGER : last + MINUTE
  return { sql, values: { ...bound(span), open: timestamp(open) } }
}

/**
 * The same with one row a minute, without `_last`. To put rows together takes two seconds for the half million minutes of a year, to look whether
 * there is any need some milliseconds.
 */
export async function wholeMinutesIn(connection: DuckDBConnection, span: DeviceSpan): Promise<Minutes> {
  const { sql, values } = await minutesIn(connection, span)
  const count = `SELECT count(*)::DOUBLE, count(DISTINCT ts)::DOUBLE FROM ${sql([])}`
  const [rows, minutes] = await numbersOfRow(connection, count, values)
  if (rows === minutes) return { sql, values }
  const together = (field: string) => [
    `sum(${field}_n) AS ${field}_n`,
    ...['min', 'max', 'sum'].map((part) => `${part}(${field}_${part}) AS ${field}_${part}`),
  ]
  const grouped = (fields: readonly string[]): string =>
    `(SELECT ${['ts', ...fields.flatMap(together)].join(', ')} FROM ${sql(fields)} GROUP BY ts)`
  return { sql: grouped, values }
}
