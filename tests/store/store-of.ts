import { type DuckDBConnection, DuckDBInstance, DuckDBTimestampMillisecondsValue } from '@duckdb/node-api'
import { minuteColumns, readingColumn, STORE_VERSION, TABLES } from '../../store/schema.ts'

/** A reading as a test gives it; sensors that are left out have no reading. */
export interface Reading {
  readonly device?: string
  readonly ts: number
  readonly [field: string]: number | string | null | undefined
}

export const DEVICE = 'card'
export const MINUTE = 60_000

/** A value of a sensor or null. */
export function valueIn(reading: Reading, field: string): number | null {
  return (reading[field] as number | null | undefined) ?? null
}

export function byTime(a: Reading, b: Reading): number {
  return a.ts - b.ts
}

/**
 * A store in memory with these readings, written in this order in this many transactions; each writes the minutes of its readings, as the
 * writer of a store does.
 */
export async function storeOf(readings: readonly Reading[], transactions = 1): Promise<DuckDBConnection> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  for (const table of TABLES) await connection.run(table)
  await connection.run(`INSERT INTO store VALUES (${STORE_VERSION}, 'UTC', false, '2024-01-01')`)
  const fields = [...new Set(readings.flatMap((reading) => Object.keys(reading)))].filter(
    (name) => name !== 'device' && name !== 'ts',
  )
  for (const field of fields) {
    await connection.run(`ALTER TABLE readings ADD COLUMN ${readingColumn(field)}`)
    for (const column of minuteColumns(field)) await connection.run(`ALTER TABLE minutes ADD COLUMN ${column}`)
  }
  const devices = [...new Set(readings.map(({ device = DEVICE }) => device))]
  for (const [index, device] of devices.entries())
    await connection.run('INSERT INTO devices VALUES ($1, $2)', [index + 1, device])
  const size = Math.max(Math.ceil(readings.length / transactions), 1)
  for (let at = 0; at < readings.length; at += size)
    await write(connection, devices, fields, readings.slice(at, at + size), at)
  return connection
}

async function write(
  connection: DuckDBConnection,
  devices: readonly string[],
  fields: readonly string[],
  readings: readonly Reading[],
  firstRow: number,
): Promise<void> {
  const appender = await connection.createAppender('readings')
  const minutes = new Map<string, Reading[]>()
  for (const [index, reading] of readings.entries()) {
    const device = devices.indexOf(reading.device ?? DEVICE) + 1
    appender.appendInteger(device)
    appender.appendTimestampMilliseconds(new DuckDBTimestampMillisecondsValue(BigInt(reading.ts)))
    appender.appendInteger(device)
    appender.appendUInteger(firstRow + index)
    for (const field of fields) append(valueIn(reading, field))
    appender.endRow()
    const minute = `${device} ${Math.floor(reading.ts / MINUTE) * MINUTE}`
    minutes.set(minute, [...(minutes.get(minute) ?? []), reading])
  }
  appender.closeSync()

  const ofMinutes = await connection.createAppender('minutes')
  for (const [minute, rows] of minutes) {
    const [device, ts] = minute.split(' ')
    ofMinutes.appendInteger(Number(device))
    ofMinutes.appendTimestampMilliseconds(new DuckDBTimestampMillisecondsValue(BigInt(ts)))
    for (const field of fields) {
      const values = rows.toSorted(byTime).flatMap((row) => valueIn(row, field) ?? [])
      ofMinutes.appendUInteger(values.length)
      if (values.length === 0) for (let part = 0; part < 4; part++) ofMinutes.appendNull()
      else
        for (const part of [Math.min(...values), Math.max(...values), sum(values), values.at(-1)!])
          ofMinutes.appendDouble(part)
    }
    ofMinutes.endRow()
  }
  ofMinutes.closeSync()

  function append(value: number | null): void {
    if (value === null) appender.appendNull()
    else appender.appendDouble(value)
  }
}

export function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}

/** Rows that have the same key, by key in the order of their first row. */
export function grouped<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>()
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row])
  return groups
}
