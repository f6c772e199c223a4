import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Outside the clone: what is fetched once serves every clone and every run. */
export const CACHE = join(homedir(), '.cache', 'gpu-monitoring-dashboard')

/**
 * The folder that `fill` has made, now or in an earlier run.
 * @param name with the version: another version is another folder
 * @param fill puts everything into the folder it is given; where it fails, nothing is kept
 */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(CACHE, name)
  if (existsSync(folder)) return folder
  mkdirSync(CACHE, { recursive: true })
  const fresh = mkdtempSync(join(CACHE, `${name}.part-`))
  try {
    await fill(fresh)
    renameSync(fresh, folder)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    // Another run was faster: its folder is as good.
    if (!existsSync(folder)) throw error
  }
  return folder
}
