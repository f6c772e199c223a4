import { mkdir, rename, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeLog } from '../gpuz/simulator/write-log.ts'

/** Folder of what the benchmarks keep for the next run: logs and stores. */
export async function benchFolder(): Promise<string> {
  const folder = join(tmpdir(), 'gpu-monitoring-dashboard-bench')
  await mkdir(folder, { recursive: true })
  return folder
}

/**
 * A simulated log at 1 Hz from 2024 on, UTC; kept for the next run.
 * @returns its path
 */
export async function generatedLog(rows: number): Promise<string> {
  const path = join(await benchFolder(), `simulated-${rows}.txt`)
  if ((await stat(path).catch(() => null)) !== null) return path
  console.error(`writing ${path}, ${((rows * 685) / 1e9).toFixed(1)} GB, which is kept for the next run`)
  // A run that was stopped leaves half a log, which must not be taken for a whole one.
  const unfinished = `${path}.unfinished`
  await writeLog(unfinished, rows, { seed: 1, start: Date.UTC(2024, 0, 1), timezone: 'UTC' })
  await rename(unfinished, path)
  return path
}
