import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sharedDir } from '../shared.ts'
import { CACHE } from './cache.ts'
import { runTool } from './tool.ts'

/** InfluxDB 2.7, which is on no registry as a program. */
export const INFLUXD = join(CACHE, 'influxd')

const LIMIT_MS = 1_200_000

/** Builds InfluxDB where it is missing: minutes, then it is there. Without what that takes, it is left missing, which the tests that need it say. @throws Error where it cannot be built */
export async function buildInfluxd(): Promise<void> {
  const recipe = join(sharedDir ?? '', 'stack', 'build-influxd.sh')
  const hasTools = ['go', 'cargo'].every(
    (tool) => spawnSync(tool, [tool === 'go' ? 'version' : '--version']).status === 0,
  )
  if (existsSync(INFLUXD) || !hasTools || !existsSync(recipe)) return
  await runTool('InfluxDB cannot be built', 'bash', [recipe, CACHE], LIMIT_MS)
}
