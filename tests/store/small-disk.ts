import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A disk of its own for a test, in memory. */
export interface SmallDisk {
  readonly path: string
  /** @param options of mount, as `size=64m` or `ro` */
  remount(options: string): void
  remove(): void
}

/** null where the system does not let us, with a printed reason. */
export function smallDisk(megabytes: number): SmallDisk | null {
  const path = mkdtempSync(join(tmpdir(), 'gpumon-disk-'))
  const run = (command: string, ...args: string[]): void => {
    execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  }
  try {
    run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path)
  } catch (error) {
    rmdirSync(path)
    console.warn(`skipped: a disk of ${megabytes} MB cannot be mounted here (${String(error).trim()})`)
    return null
  }
  return {
    path,
    remount: (options) => run('mount', '-o', `remount,${options}`, path),
    remove() {
      run('umount', path)
      rmdirSync(path)
    },
  }
}
