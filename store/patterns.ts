import type { DuckDBConnection } from '@duckdb/node-api'
import type { Patterns } from '../web/api.ts'
import { correlationOf } from './correlation.ts'
import { daysOf } from './days.ts'
import { distributionOf } from './distribution.ts'
import { checkedFields } from './fields.ts'
import { deviceId, EVER } from './span.ts'

/** What GET /api/patterns asks. */
export interface PatternsQuery {
  readonly device: string
  readonly sensor: string
  /** IANA name of the zone whose days and hours are meant */
  readonly zone: string
}

/**
 * What repeats in all readings of a device.
 * @throws QueryError
 */
export async function readPatterns(connection: DuckDBConnection, query: PatternsQuery): Promise<Patterns> {
  const id = await deviceId(connection, query.device)
  const [field] = await checkedFields(connection, [query.sensor])
  return {
    ...(await daysOf(connection, id, field, query.zone)),
    distribution: await distributionOf(connection, id, field),
    correlation: await correlationOf(connection, { id, ...EVER }),
  }
}
