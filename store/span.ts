import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import { QueryError } from './query-error.ts'
import { timestamp } from './sql.ts'

/** Of one device, the time from `from` to `to`, both included; ms since 1970-01-01 UTC. */
export interface Span {
  readonly device: string
  readonly from: number
  readonly to: number
}

/** A span that was checked, with the number that stands for its device in `readings` and `minutes`. */
export interface DeviceSpan {
  readonly id: number
  readonly from: number
  readonly to: number
}

/** What a Date can hold, ms. */
export const EVER = { from: -8.64e15, to: 8.64e15 } as const

/** Rows of `readings` or `minutes` in a span; goes with `bound`. */
export const IN_SPAN = 'device = $id::INTEGER AND ts >= $from AND ts <= $to'

export function bound({ id, from, to }: DeviceSpan): Record<string, DuckDBValue> {
  return { id, from: timestamp(from), to: timestamp(to) }
}

/** @throws QueryError for an unknown device, and for a span that ends before it begins */
export async function checkedSpan(connection: DuckDBConnection, { device, from, to }: Span): Promise<DeviceSpan> {
  checkTimes(from, to)
  return { id: await deviceId(connection, device), from: Math.ceil(from), to: Math.floor(to) }
}

/** @throws QueryError for what is no time, and for a span that ends before it begins */
export function checkTimes(from: number, to: number): void {
  if (EVER.from <= from && from <= to && to <= EVER.to) return
  throw new QueryError('invalid', `No span of time: from ${from} to ${to}.`, 'Give ms since 1970 UTC, from ≤ to.')
}

/** Number and name of all devices, in the order in which they were first seen. */
export async function deviceNames(connection: DuckDBConnection): Promise<{ id: number; device: string }[]> {
  const reader = await connection.runAndReadAll('SELECT id, device FROM devices ORDER BY id')
  return reader.getRowObjectsJS() as { id: number; device: string }[]
}

/** @throws QueryError for an unknown device */
export async function deviceId(connection: DuckDBConnection, name: string): Promise<number> {
  const known = await deviceNames(connection)
  const found = known.find(({ device }) => device === name)
  if (found !== undefined) return found.id
  const some = known.slice(0, 10).map(({ device }) => device)
  const fix = some.length === 0 ? 'The store has no devices yet.' : `Known devices: ${some.join(', ')}.`
  throw new QueryError('unknown', `No device "${name}".`, fix)
}
