import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api'
import type { Causes } from '../web/api.ts'
import { storedFields } from './fields.ts'
import { minutesIn } from './minutes.ts'
import { paceOf, pauseAfter } from './pace.ts'
import { perfCapReasons } from './perf-cap.ts'
import { MINUTE } from './resolution.ts'
import { bound, checkedSpan, type DeviceSpan, IN_SPAN, type Span } from './span.ts'
import { numbers } from './sql.ts'
import { MIXED, type Stretch, shortened } from './stretches.ts'

const MOST_STRETCHES = 500
/** A longer span is read from minutes: on its chart a stretch of less could not be seen. */
const LONGEST_BY_READINGS = 86_400_000

const READINGS = `SELECT ts, perf_cap_reason AS mask FROM readings WHERE ${IN_SPAN}`
const MASK_OF_MINUTE = `
  CASE WHEN min(perf_cap_reason_min) = max(perf_cap_reason_max) THEN min(perf_cap_reason_min)
    WHEN sum(perf_cap_reason_n) > 0 THEN ${MIXED} END AS mask`

/**
 * Why the card was held back, in stretches of equal reasons; a stretch without reasons is time in which nothing held it. There is none where
 * the log pauses or PerfCap Reason has no reading. Beyond 500 the shortest become "mixed"; in spans of more than a day also minutes of
 * several reasons.
 * @throws QueryError
 */
export async function readCauses(connection: DuckDBConnection, query: Span): Promise<Causes> {
  const span = await checkedSpan(connection, query)
  if (!(await storedFields(connection)).includes('perf_cap_reason')) return { stretches: [] }
  const stretches = await (span.to - span.from <= LONGEST_BY_READINGS ? byReadings : byMinutes)(connection, span)
  return {
    stretches: shortened(stretches, MOST_STRETCHES).map(({ from, to, mask }) => ({
      from,
      to,
      reasons: mask === MIXED ? ['mixed'] : perfCapReasons(mask),
    })),
  }
}

async function byReadings(connection: DuckDBConnection, span: DeviceSpan): Promise<Stretch[]> {
  const { step } = await paceOf(connection, span)
  return stretchesOf(connection, READINGS, bound(span), step)
}

async function byMinutes(connection: DuckDBConnection, span: DeviceSpan): Promise<Stretch[]> {
  const from = Math.floor(span.from / MINUTE) * MINUTE
  const { sql, values } = await minutesIn(connection, { ...span, from })
  const source = `SELECT ts, ${MASK_OF_MINUTE} FROM ${sql(['perf_cap_reason'])} GROUP BY ts`
  return stretchesOf(connection, source, values, MINUTE)
}

/**
 * @param source SQL of rows (ts, mask), with its values
 * @param step usual ms between its rows: how long the last before a pause lasts
 */
async function stretchesOf(
  connection: DuckDBConnection,
  source: string,
  values: Record<string, DuckDBValue>,
  step: number,
): Promise<Stretch[]> {
  // Only rows at which something changes leave the database: of a day some hundreds of 86,400. A row without time tells the last time there is.
  const sql = `
    WITH source AS (${source}), pairs AS (
      SELECT epoch_ms(ts) AS t, mask, lag(mask) OVER (ORDER BY ts) AS mask_before, lag(epoch_ms(ts)) OVER (ORDER BY ts) AS t_before
      FROM source
    )
    SELECT t::DOUBLE AS t, mask::DOUBLE, t_before::DOUBLE FROM pairs
    WHERE mask IS DISTINCT FROM mask_before OR t - t_before > $pause
    UNION ALL SELECT NULL, NULL, max(t)::DOUBLE FROM pairs
    ORDER BY t NULLS LAST`
  const pause = pauseAfter(step, 0)
  const [times, masks, before] = await numbers(connection, sql, { ...values, pause })
  const stretches: Stretch[] = []
  let open: { from: number; mask: number } | null = null
  for (const [index, t] of times.entries()) {
    const last = before[index]
    if (open !== null) {
      const to = t !== null && t - last! <= pause ? t : last! + step
      stretches.push({ ...open, to })
    }
    const mask = masks[index]
    open = t === null || mask === null ? null : { from: t, mask }
  }
  return stretches
}
