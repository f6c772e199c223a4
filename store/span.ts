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
  if (!(EVER.from <= from && from <= to && to <= EVER.to))
    throw new QueryError('invalid', `No span of time: from ${from} to ${to}.`, 'Give ms since 1970 UTC, from ≤ to.')
  return { id: await deviceId(connection, device), from: Math.ceil(from), to: Math.floor(to) }
}

/** @throws QueryError for an unknown device */
export async function deviceId(connection: DuckDBConnection, device: string): Promise<number> {
  const reader = await connection.runAndReadAll('SELECT device, id FROM devices ORDER BY id')
  const [names, ids] = reader.getColumns() as [string[], number[]]
  const at = names.indexOf(device)
  if (at >= 0) return ids[at]
  const fix = names.length === 0 ? 'The store has no devices yet.' : `Known devices: ${names.slice(0, 10).join(', ')}.`
  throw new QueryError('unknown', `No device "${device}".`, fix)
}
