import type { DuckDBConnection } from '@duckdb/node-api'
import type { Range, Series } from '../web/api.ts'
import { bucketStart, partsOf, SERIES_PARTS } from './buckets.ts'
import { checkedFields } from './fields.ts'
import { paceOf, pauseAfter } from './pace.ts'
import { withPauses } from './pauses.ts'
import { checkPixels, type Resolution, resolutionFor } from './resolution.ts'
import { rowsIn } from './rows-in.ts'
import { bound, checkedSpan, type DeviceSpan, IN_SPAN, type Span } from './span.ts'
import { numbers } from './sql.ts'

/** What GET /api/range asks. */
export interface RangeQuery extends Span {
  readonly sensors: readonly string[]
  /** width of the chart */
  readonly pixels: number
}

/**
 * The points of a chart: at most two a pixel and pauses of the log between them. Buckets begin at whole multiples of their length since 1970 and
 * are always whole, so panning moves a line and does not change it; the first may begin before `from`.
 * @throws QueryError
 */
export async function readRange(connection: DuckDBConnection, query: RangeQuery): Promise<Range> {
  checkPixels(query.pixels)
  const span = await checkedSpan(connection, query)
  const fields = await checkedFields(connection, query.sensors)
  const pace = await paceOf(connection, span, 2 * query.pixels)
  const resolution = resolutionFor(span, query.pixels, pace)
  const { bucket } = resolution
  const [t, ...columns] = await (bucket === 0
    ? everyReading(connection, span, fields)
    : everyBucket(connection, span, fields, resolution))
  const points = withPauses({ t: t as number[], columns }, pauseAfter(pace.step, bucket), bucket || pace.step)
  const parts = bucket === 0 ? 1 : SERIES_PARTS.length
  const series = fields.map((field, index) => [
    field,
    seriesOf(points.columns.slice(index * parts, (index + 1) * parts)),
  ])
  const { device, from, to } = query
  return { device, from, to, bucket, resolution: resolution.from, t: points.t, sensors: Object.fromEntries(series) }
}

function everyReading(connection: DuckDBConnection, span: DeviceSpan, fields: readonly string[]) {
  const sql = `SELECT ${['epoch_ms(ts)::DOUBLE', ...fields].join(', ')} FROM readings WHERE ${IN_SPAN} ORDER BY ts`
  return numbers(connection, sql, bound(span))
}

async function everyBucket(
  connection: DuckDBConnection,
  { id, from, to }: DeviceSpan,
  fields: readonly string[],
  { from: table, bucket }: Resolution,
) {
  const first = Math.floor(from / bucket) * bucket
  const last = (Math.floor(to / bucket) + 1) * bucket - 1
  const { sql, values } = await rowsIn(connection, table, { id, from: first, to: last })
  const parts = fields.flatMap((field) => partsOf(table, field))
  const columns = [`${bucketStart(bucket)} AS t`, ...parts].join(', ')
  return numbers(connection, `SELECT ${columns} FROM ${sql(fields)} GROUP BY t ORDER BY t`, values)
}

function seriesOf(columns: readonly (number | null)[][]): Series {
  const [min, max = min, avg = min, last = min] = columns
  return { min, max, avg, last }
}
