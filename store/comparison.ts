import type { DuckDBConnection } from '@duckdb/node-api'
import type { Comparison } from '../web/api.ts'
import { meanOfMinutes } from './buckets.ts'
import { comparisonSentence } from './comparison-sentence.ts'
import { paceOf } from './pace.ts'
import { checkPixels, MINUTE } from './resolution.ts'
import { rowsIn } from './rows-in.ts'
import { checkedSpan, type DeviceSpan } from './span.ts'
import { numbers } from './sql.ts'
import { readStatistics, type StatisticsQuery } from './statistics.ts'

/** What GET /api/compare asks. */
export interface ComparisonQuery {
  readonly a: StatisticsQuery
  readonly b: StatisticsQuery
  /** width of the chart */
  readonly pixels: number
}

/** Time since the start of a span in equal buckets. */
interface Axis {
  readonly table: 'readings' | 'minutes'
  /** ms */
  readonly bucket: number
  readonly buckets: number
}

/**
 * Two spans side by side, both from their start on, with what they have in common: means on one axis (null where a log pauses or is over),
 * statistics, and the difference in words.
 * @throws QueryError
 */
export async function readComparison(connection: DuckDBConnection, query: ComparisonQuery): Promise<Comparison> {
  checkPixels(query.pixels)
  const a = await checkedSpan(connection, query.a)
  const b = await checkedSpan(connection, query.b)
  const ofA = await readStatistics(connection, query.a)
  const ofB = await readStatistics(connection, query.b)
  const table = ofA.sensors.flatMap((sensor) => {
    const other = ofB.sensors.find(({ field }) => field === sensor.field)
    if (other === undefined) return []
    return [{ field: sensor.field, a: sensor, b: other, difference: other.mean - sensor.mean }]
  })
  const fields = table.map(({ field }) => field)
  const axis = await axisOf(connection, a, b, query.pixels)
  const meansA = await meansOf(connection, a, fields, axis)
  const meansB = await meansOf(connection, b, fields, axis)
  return {
    t: Array.from({ length: axis.buckets }, (_, index) => (index * axis.bucket) / 1000),
    sensors: Object.fromEntries(fields.map((field, index) => [field, { a: meansA[index], b: meansB[index] }])),
    table,
    sentence: comparisonSentence(table),
  }
}

async function axisOf(connection: DuckDBConnection, a: DeviceSpan, b: DeviceSpan, pixels: number): Promise<Axis> {
  const longest = Math.max(a.to - a.from, b.to - b.from)
  const width = longest / pixels
  if (width >= MINUTE) {
    const bucket = Math.round(width / MINUTE) * MINUTE
    return { table: 'minutes', bucket, buckets: Math.floor(longest / bucket) + 1 }
  }
  const paces = [await paceOf(connection, a), await paceOf(connection, b)]
  // At least two steps: of clocks that are a little off, a shorter bucket would now and then get no reading.
  const bucket = Math.max(Math.ceil(width), ...paces.map(({ step }) => 2 * step), 1)
  return { table: 'readings', bucket, buckets: Math.floor(longest / bucket) + 1 }
}

/** Means by field and bucket since the start of the span; null where a bucket has no reading. */
async function meansOf(
  connection: DuckDBConnection,
  span: DeviceSpan,
  fields: readonly string[],
  { table, bucket, buckets }: Axis,
): Promise<(number | null)[][]> {
  const means = fields.map((field) => (table === 'readings' ? `avg(${field})` : meanOfMinutes(field)))
  const start = table === 'readings' ? span.from : Math.floor(span.from / MINUTE) * MINUTE
  // The minute that the span begins in may push its last one past the end of the axis: it stays in the last bucket.
  const slot = 'least((epoch_ms(ts) - $start) // $bucket, $last)::DOUBLE'
  const { sql, values } = await rowsIn(connection, table, { ...span, from: start })
  const selected = [`${slot} AS slot`, ...means].join(', ')
  const [found, ...columns] = await numbers(connection, `SELECT ${selected} FROM ${sql(fields)} GROUP BY slot`, {
    ...values,
    start: BigInt(start),
    bucket: BigInt(bucket),
    last: BigInt(buckets - 1),
  })
  return columns.map((column) => {
    const means: (number | null)[] = new Array(buckets).fill(null)
    for (const [index, k] of found.entries()) means[k!] = column[index]
    return means
  })
}
