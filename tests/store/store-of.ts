import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { StoredRows } from '../../store/checkpoint.ts'
import { TABLES } from '../../store/schema.ts'
import { StoreWriter } from '../../store/writer.ts'

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

/** A store in memory with these readings, written by the store's writer in this order and in this many transactions. */
export async function storeOf(readings: readonly Reading[], transactions = 1): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  for (const table of TABLES) await connection.run(table)
  const writer = await StoreWriter.open(await instance.connect())
  const size = Math.max(Math.ceil(readings.length / transactions), 1)
  for (let at = 0; at < readings.length; at += size) {
    for (const run of runs(readings.slice(at, at + size))) await writer.append(rowsOf(run, at))
    await writer.commit({ tables: [], rejects: [], pipelines: [] })
  }
  return connection
}

/** Readings of one device that follow one another. */
function runs(readings: readonly Reading[]): Reading[][] {
  const found: Reading[][] = []
  for (const reading of readings) {
    const run = found.at(-1)
    if (run !== undefined && run[0].device === reading.device) run.push(reading)
    else found.push([reading])
  }
  return found
}

function rowsOf(readings: readonly Reading[], firstRow: number): StoredRows {
  const device = readings[0].device ?? DEVICE
  const fields = new Set(readings.flatMap((reading) => Object.keys(reading)))
  fields.delete('device')
  fields.delete('ts')
  const columnOf = (field: string) => {
    const values = readings.map((reading) => valueIn(reading, field))
    return {
      data: Float64Array.from(values, (value) => value ?? Number.NaN),
      nulls: values.includes(null) ? Uint8Array.from(values, (value) => (value === null ? 1 : 0)) : null,
    }
  }
  return {
    device,
    host: 'host',
    log: `${device}.txt`,
    generation: 0,
    count: readings.length,
    ts: Float64Array.from(readings, ({ ts }) => ts),
    row: Float64Array.from(readings, (_, index) => firstRow + index),
    sensors: new Map([...fields].map((field) => [field, columnOf(field)])),
    other: null,
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
