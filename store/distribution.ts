import type { DuckDBConnection } from '@duckdb/node-api'
import type { Patterns } from '../web/api.ts'
import { storedFields } from './fields.ts'
import { minutesIn } from './minutes.ts'
import { EVER } from './span.ts'
import { numbers, numbersOfRow } from './sql.ts'

/** A bar of a chart of this many is still wide enough to see. */
const MOST_BINS = 50
/** Division may leave a reading a hair below its bin (0.3 / 0.1 is 2.9999999999999996). */
const HAIR = 1e-9

/** Readings while the card idles (GPU load < 10 %) and while it works (≥ 70 %), counted in the same bins. */
export async function distributionOf(
  connection: DuckDBConnection,
  id: number,
  field: string,
): Promise<Patterns['distribution']> {
  const minutes = await minutesIn(connection, { id, ...EVER })
  const extremes = `SELECT min(${field}_min), max(${field}_max) FROM ${minutes.sql([field])}`
  const [least, greatest] = await numbersOfRow(connection, extremes, minutes.values)
  if (least === null || greatest === null) return { start: 0, width: 1, idle: [], load: [] }
  const width = binWidth(greatest - least)
  const binOf = (value: number): number => Math.floor(value / width + HAIR)
  const first = binOf(least)
  const idle: number[] = new Array(binOf(greatest) - first + 1).fill(0)
  const load = idle.slice()
  if (!(await storedFields(connection)).includes('gpu_load')) return { start: first * width, width, idle, load }
  const sql = `
    SELECT floor(${field} / $width + ${HAIR})::DOUBLE AS bin, count(*) FILTER (gpu_load < 10)::DOUBLE, count(*) FILTER (gpu_load >= 70)::DOUBLE
    FROM readings WHERE device = $id::INTEGER AND ${field} IS NOT NULL GROUP BY bin`
  const [bins, idles, loads] = (await numbers(connection, sql, { id, width })) as number[][]
  for (const [index, bin] of bins.entries()) {
    idle[bin - first] = idles[index]
    load[bin - first] = loads[index]
  }
  return { start: first * width, width, idle, load }
}

/** The least of 1, 2, 5 × a power of ten with which `reach` takes at most 50 bins. */
function binWidth(reach: number): number {
  if (reach === 0) return 1
  const least = reach / (MOST_BINS - 1)
  const power = 10 ** Math.floor(Math.log10(least))
  return [1, 2, 5, 10].map((factor) => factor * power).find((width) => width >= least)!
}
