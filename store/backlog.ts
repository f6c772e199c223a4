import type { DuckDBConnection, DuckDBResultReader } from '@duckdb/node-api'

/** Readings, or minutes, of one device and time, to be exported. */
export interface Sample {
  readonly device: string
  readonly host: string
  /** ms since 1970-01-01 UTC */
  readonly time: number
  /** field → value; null where there is none */
  readonly values: Readonly<Record<string, number | null>>
}

/** Rows that follow a position, and the position after them. Positions are rowids: in an append-only table they rise and stay. */
export interface Backlog {
  readonly samples: readonly Sample[]
  readonly position: number
}

export interface StoredEpisode {
  readonly id: number
  readonly device: string
  readonly host: string
  readonly rule: string
  readonly severity: string
  readonly sensor: string
  /** ms since 1970-01-01 UTC */
  readonly started: number
  readonly ended: number
  readonly count: number
  readonly peak: number | null
  readonly bound: number | null
  readonly open: boolean
}

/** A device's host, as its first log has it: one for good, so that what is exported again replaces what was exported before. */
const HOST_OF_DEVICE = "coalesce((SELECT arg_min(host, id) FROM sources WHERE sources.device = devices.id), '')"

/**
 * The first `limit` readings after `position`, in the order in which they were appended; null if there are none.
 * @param position of the Backlog before; -1 for the beginning
 */
export async function readingsAfter(
  connection: DuckDBConnection,
  position: number,
  limit: number,
): Promise<Backlog | null> {
  const end = await lastOf(connection, 'readings', position, limit)
  if (end === null) return null
  const reader = await connection.runAndReadAll(
    `SELECT coalesce(devices.device, ''), coalesce(host, ''), epoch_ms(ts)::DOUBLE, r.* EXCLUDE (device, ts, source, row)
     FROM readings r LEFT JOIN devices ON devices.id = r.device LEFT JOIN sources ON sources.id = r.source
     WHERE r.rowid > $position::BIGINT AND r.rowid <= $end::BIGINT ORDER BY r.rowid`,
    { position, end },
  )
  return { samples: samplesOf(reader), position: end }
}

/**
 * The minutes of which any of the first `limit` rows after `position` is a part, each whole: all its rows so far together. Null if there are none.
 * Values are named <sensor>_min, _max and _avg.
 * @param position of the Backlog before; -1 for the beginning
 */
export async function minutesAfter(
  connection: DuckDBConnection,
  position: number,
  limit: number,
): Promise<Backlog | null> {
  const end = await lastOf(connection, 'minutes', position, limit)
  if (end === null) return null
  const parts = (await minuteFields(connection)).map(
    (f) =>
      `, min("${f}_min") AS "${f}_min", max("${f}_max") AS "${f}_max", sum("${f}_sum") / sum("${f}_n") AS "${f}_avg"`,
  )
  const reader = await connection.runAndReadAll(
    `SELECT any_value(coalesce(devices.device, '')), any_value(${HOST_OF_DEVICE}), epoch_ms(ts)::DOUBLE${parts.join('')}
     FROM minutes SEMI JOIN (SELECT device, ts FROM minutes WHERE rowid > $position::BIGINT AND rowid <= $end::BIGINT) USING (device, ts)
     LEFT JOIN devices ON devices.id = minutes.device GROUP BY minutes.device, ts ORDER BY ts`,
    { position, end },
  )
  return { samples: samplesOf(reader), position: end }
}

/** The episodes with an id above `after`, and those of `ids`, by id. */
export async function episodesAfter(
  connection: DuckDBConnection,
  after: number,
  ids: readonly number[],
  limit: number,
): Promise<StoredEpisode[]> {
  const reader = await connection.runAndReadAll(
    `SELECT episodes.id, device, coalesce(host, '') AS host, rule, severity, sensor, epoch_ms(started)::DOUBLE AS started, epoch_ms(ended)::DOUBLE AS ended,
       count::DOUBLE AS count, peak, bound, open
     FROM episodes LEFT JOIN (SELECT device, ${HOST_OF_DEVICE} AS host FROM devices) USING (device)
     WHERE episodes.id > $after OR list_contains($ids::INTEGER[], episodes.id) ORDER BY episodes.id LIMIT $limit`,
    { after, ids: `[${ids.join(',')}]`, limit: limit + ids.length },
  )
  return reader.getRowObjectsJS() as unknown as StoredEpisode[]
}

/** Position of the last of the first `limit` rows after `position`; null if there are none. */
async function lastOf(
  connection: DuckDBConnection,
  table: 'readings' | 'minutes',
  position: number,
  limit: number,
): Promise<number | null> {
  const reader = await connection.runAndReadAll(
    `SELECT max(position)::DOUBLE FROM (SELECT rowid AS position FROM ${table} WHERE rowid > $position::BIGINT ORDER BY rowid LIMIT $limit)`,
    { position, limit },
  )
  return reader.getRowsJS()[0][0] as number | null
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
