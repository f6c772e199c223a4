/** What a bucket says of a sensor, in the order of `partsOf`. */
export const SERIES_PARTS = ['min', 'max', 'avg', 'last'] as const

/**
 * SQL of the start of a reading's bucket, DOUBLE ms.
 * @param bucket ms, whole
 */
export function bucketStart(bucket: number): string {
  return `(epoch_ms(ts) // ${bucket} * ${bucket})::DOUBLE`
}

/** SQL of least, greatest, mean and last reading of a sensor in a group of rows, NULL where it has none. */
export function partsOf(table: 'readings' | 'minutes', field: string): string[] {
  if (table === 'readings')
    return [`min(${field})`, `max(${field})`, `avg(${field})`, `arg_max(${field}, epoch_ms(ts))`]
  return [`min(${field}_min)`, `max(${field}_max)`, meanOfMinutes(field), `arg_max(${field}_last, ${MINUTE_ORDER})`]
}

/**
 * The order of minutes in time, and as written where a minute has several rows, as one BIGINT: DuckDB's arg_max is twice as fast on it as on a
 * TIMESTAMP_MS. The minute takes 26 bits until the year 2097, the number of a row 37 (`minutesIn`).
 */
const MINUTE_ORDER = '((epoch_ms(ts) // 60000) << 37) + written'

/** SQL of the mean reading of a sensor in a group of minutes. */
export function meanOfMinutes(field: string): string {
  return `sum(${field}_sum) / nullif(sum(${field}_n), 0)`
}
