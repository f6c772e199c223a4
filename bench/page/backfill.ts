import { rm } from 'node:fs/promises'
import { measureInChild } from '../measure.ts'
import { type Figure, figure } from './figure.ts'
import { fillStore } from './log-store.ts'

const MANY_ROWS = 10_000_000

/**
 * A log into the store by the real program, against DuckDB's own COPY of the file into a table. Both take turns, the fastest of each counts.
 * The program's time has the start and end of its process in it, DuckDB's goes from opening to closing.
 */
export async function backfill(log: string, rows: number): Promise<Figure[]> {
  const rounds = rows > MANY_ROWS ? 1 : 2
  const copies: number[] = []
  const fills: number[] = []
  const peaks: number[] = []
  for (let round = 0; round < rounds; round++) {
    copies.push(await copySeconds(log, rows))
    const { seconds, peakMiB } = await fillStore(log, rows)
    fills.push(seconds)
    if (peakMiB !== null) peaks.push(peakMiB)
  }
  const [copy, fill] = [Math.min(...copies), Math.min(...fills)]
  return [
    figure('backfill', 'DuckDB COPY', copy, 's'),
    figure('backfill', 'gpumon run, start to end', fill, 's'),
    figure('backfill', 'gpumon run', rows / fill, 'rows/s'),
    figure('backfill', 'speed against DuckDB COPY', copy / fill, 'x', { above: 1 }),
    ...(peaks.length === 0 ? [] : [figure('backfill', 'greatest resident memory', Math.max(...peaks), 'MiB')]),
  ]
}

async function copySeconds(log: string, rows: number): Promise<number> {
  const database = `${log}.duckdb`
  const remove = async (): Promise<void> => {
    for (const path of [database, `${database}.wal`]) await rm(path, { force: true })
  }
  await remove()
  try {
    const copy = await measureInChild('duckdb-copy', [log, database])
    if (copy.rows !== rows) throw new Error(`DuckDB copied ${copy.rows} of the ${rows} rows in ${log}`)
    return copy.seconds
  } finally {
    await remove()
  }
}
