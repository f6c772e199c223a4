import type { DuckDBConnection, DuckDBResultReader } from '@duckdb/node-api'
import { type Anchor, APPENDED, type AppendedTable, anchorsOf, exportedUntil } from './progress.ts'
import { inTransaction } from './transaction.ts'

/** Readings, or minutes, of one device and time, to be exported. */
export interface Sample {
  readonly device: string
  readonly host: string
  /** ms since 1970-01-01 UTC */
  readonly time: number
  /** field → value; null where there is none */
  readonly values: Readonly<Record<string, number | null>>
}

/** What is to be exported next, and what to save once it is. */
export interface Backlog {
  readonly samples: readonly Sample[]
  readonly anchors: readonly Anchor[]
}

/** A device's host, as its first log has it: one for good, so that what is exported again replaces what was exported before. */
export const HOST_OF_DEVICE = "coalesce((SELECT arg_min(host, id) FROM sources WHERE sources.device = devices.id), '')"

/** The first `limit` readings that the target has not got, in the order in which they were appended; null if there are none. */
export function unexportedReadings(
  connection: DuckDBConnection,
  target: string,
  limit: number,
): Promise<Backlog | null> {
  return backlog(connection, target, 'readings', limit, (after, end) =>
    connection.runAndReadAll(
      `SELECT coalesce(devices.device, ''), coalesce(host, ''), epoch_ms(ts)::DOUBLE, COLUMNS(r.* EXCLUDE (device, ts, source, row))::DOUBLE
       FROM packed_readings r LEFT JOIN devices ON devices.id = r.device LEFT JOIN sources ON sources.id = r.source
       WHERE r.rowid > $after::BIGINT AND r.rowid <= $end::BIGINT ORDER BY r.rowid`,
      { after, end },
    ),
  )
}

/**
 * The minutes of which any of the first `limit` rows that the target has not got is a part, each whole: all its rows so far together. Null if there are
 * none. Values are named <sensor>_min, _max and _avg.
 */
export function unexportedMinutes(
  connection: DuckDBConnection,
  target: string,
  limit: number,
): Promise<Backlog | null> {
  return backlog(connection, target, 'minutes', limit, async (after, end) => {
    const fields = await minuteFields(connection)
    const parts = fields.map(
      (f) =>
        `, min("${f}_min") AS "${f}_min", max("${f}_max") AS "${f}_max", sum("${f}_sum") / sum("${f}_n") AS "${f}_avg"`,
    )
    return connection.runAndReadAll(
      `SELECT any_value(coalesce(devices.device, '')), any_value(${HOST_OF_DEVICE}), epoch_ms(ts)::DOUBLE${parts.join('')}
       FROM minutes SEMI JOIN (SELECT device, ts FROM minutes WHERE rowid > $after::BIGINT AND rowid <= $end::BIGINT) USING (device, ts)
       LEFT JOIN devices ON devices.id = minutes.device GROUP BY minutes.device, ts ORDER BY ts`,
      { after, end },
    )
  })
}

/** In one transaction: a rowid means the same row from the first statement to the last, and no sensor comes in between. */
function backlog(
  connection: DuckDBConnection,
  target: string,
  table: AppendedTable,
  limit: number,
  read: (after: number, end: number) => Promise<DuckDBResultReader>,
): Promise<Backlog | null> {
  return inTransaction(connection, async () => {
    const after = await exportedUntil(connection, target, table)
    const ends = await connection.runAndReadAll(
      `SELECT max(position)::DOUBLE FROM (SELECT rowid AS position FROM ${APPENDED[table].stored} WHERE rowid > $after::BIGINT ORDER BY rowid LIMIT $limit)`,
      { after, limit },
    )
    const end = ends.getRowsJS()[0][0] as number | null
    if (end === null) return null
    const samples = samplesOf(await read(after, end))
    return { samples, anchors: await anchorsOf(connection, table, after, end) }
  })
}

/** Rows of device, host, time, then a column for each value. */
function samplesOf(reader: DuckDBResultReader): Sample[] {
  const names = reader.columnNames().slice(3)
  const rows = reader.getRowsJS() as [device: string, host: string, time: number, ...values: (number | null)[]][]
  return rows.map(([device, host, time, ...values]) => ({
    device,
    host,
    time,
    values: Object.fromEntries(names.map((name, i) => [name, values[i]])),
  }))
}

/** The sensors that `minutes` has columns of, by the one that each of them has. */
async function minuteFields(connection: DuckDBConnection): Promise<string[]> {
  const reader = await connection.runAndReadAll(
    "SELECT column_name FROM duckdb_columns() WHERE table_name = 'minutes' ORDER BY column_index",
  )
  const names = reader.getRowsJS().map(([name]) => String(name))
  return names.filter((name) => name.endsWith('_sum')).map((name) => name.slice(0, -'_sum'.length))
}
