import type { DuckDBConnection } from '@duckdb/node-api'
import { inTransaction } from './transaction.ts'
import { writeTable } from './write-table.ts'

/** What has been exported to each target. */
export const PROGRESS_TABLES = [
  // The last exported row of each part of a table to which rows are only appended, by what identifies it: rowids change once rows of a forgotten log
  // are gone. part: source or device; ordinal: row or ms; nth of the rows that have both; step: rises, the greatest is where the export stands
  'CREATE TABLE export_anchors (target VARCHAR NOT NULL, table_name VARCHAR NOT NULL, part INTEGER NOT NULL, ordinal BIGINT NOT NULL, nth BIGINT NOT NULL, step BIGINT NOT NULL)',
  // Episodes as they were exported; time: of the point that stands for it
  'CREATE TABLE exported_episodes (target VARCHAR NOT NULL, id INTEGER NOT NULL, device VARCHAR NOT NULL, rule VARCHAR NOT NULL, severity VARCHAR NOT NULL, time TIMESTAMP_MS NOT NULL, ended TIMESTAMP_MS NOT NULL, count BIGINT NOT NULL, open BOOLEAN NOT NULL)',
] as const

/** Tables that are exported in the order in which rows were appended, where they are, and what identifies a row: a part, and a number in it. */
export const APPENDED = {
  readings: { stored: 'packed_readings', part: 'source', ordinal: 'row::BIGINT' },
  minutes: { stored: 'minutes', part: 'device', ordinal: 'epoch_ms(ts)' },
} as const

export type AppendedTable = keyof typeof APPENDED

export interface Anchor {
  readonly part: number
  readonly ordinal: number
  readonly nth: number
}

/** Rowid of the last row that was exported to the target, as it is now; -1 before the first. */
export async function exportedUntil(
  connection: DuckDBConnection,
  target: string,
  table: AppendedTable,
): Promise<number> {
  const anchors = await connection.runAndReadAll(
    'SELECT part, ordinal::DOUBLE, nth::DOUBLE FROM export_anchors WHERE target = $target AND table_name = $table ORDER BY step DESC LIMIT 1',
    { target, table },
  )
  const [anchor] = anchors.getRowsJS() as [number, number, number][]
  if (anchor === undefined) return -1
  const [part, ordinal, nth] = anchor
  const { stored, part: partColumn, ordinal: ordinalColumn } = APPENDED[table]
  const found = await connection.runAndReadAll(
    `SELECT rowid::DOUBLE FROM ${stored} WHERE ${partColumn} = $part AND ${ordinalColumn} = $ordinal::BIGINT ORDER BY rowid LIMIT 1 OFFSET $skip`,
    { part, ordinal, skip: nth - 1 },
  )
  const [row] = found.getRowsJS() as [number][]
  return row === undefined ? -1 : row[0]
}

/** The last row of each part among those of the rowids above `after` and up to `end`, in order. */
export async function anchorsOf(
  connection: DuckDBConnection,
  table: AppendedTable,
  after: number,
  end: number,
): Promise<Anchor[]> {
  const { stored, part: partColumn, ordinal: ordinalColumn } = APPENDED[table]
  const lasts = await connection.runAndReadAll(
    `SELECT ${partColumn}, arg_max(${ordinalColumn}, rowid)::DOUBLE, max(rowid)::DOUBLE AS last FROM ${stored}
     WHERE rowid > $after::BIGINT AND rowid <= $end::BIGINT GROUP BY ${partColumn} ORDER BY last`,
    { after, end },
  )
  const anchors: Anchor[] = []
  for (const [part, ordinal, last] of lasts.getRowsJS() as [number, number, number][]) {
    const same = await connection.runAndReadAll(
      `SELECT count(*)::DOUBLE FROM ${stored} WHERE ${partColumn} = $part AND ${ordinalColumn} = $ordinal::BIGINT AND rowid <= $last::BIGINT`,
      { part, ordinal, last },
    )
    anchors.push({ part, ordinal, nth: Number(same.getRowsJS()[0][0]) })
  }
  return anchors
}

/** Everything up to these rows is exported to the target. */
export async function saveAnchors(
  connection: DuckDBConnection,
  target: string,
  table: AppendedTable,
  anchors: readonly Anchor[],
): Promise<void> {
  const columns = ['target', 'table_name', 'part', 'ordinal', 'nth', 'step']
  await inTransaction(connection, async () => {
    const steps = await connection.runAndReadAll('SELECT coalesce(max(step), 0)::DOUBLE FROM export_anchors')
    const step = Number(steps.getRowsJS()[0][0])
    const rows = anchors.map(({ part, ordinal, nth }, i) => [target, table, part, ordinal, nth, step + 1 + i])
    await writeTable(connection, { table: 'export_anchors', columns, key: ['target', 'table_name', 'part'], rows })
  })
}

/** Rows of the log are about to go, and those of its device in `minutes`: the anchors among them go too. Within the transaction that is open. */
export async function forgetAnchors(connection: DuckDBConnection, log: string, device: string): Promise<void> {
  await connection.run(
    `DELETE FROM export_anchors WHERE table_name = 'readings'
     AND part IN (SELECT s.id FROM sources s JOIN devices d ON s.device = d.id WHERE s.log = $log AND d.device = $device)`,
    { log, device },
  )
  await connection.run(
    "DELETE FROM export_anchors WHERE table_name = 'minutes' AND part IN (SELECT id FROM devices WHERE device = $device)",
    { device },
  )
}
