import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { writeLog } from '../../gpuz/simulator/write-log.ts'

/** A folder for the files of one test file, removed at its end. */
export function scratchFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'gpumon-jobs-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const path = (name: string): string => join(folder, name)
  return {
    path,
    write(name: string, content: string | Uint8Array): string {
      writeFileSync(path(name), content)
      return path(name)
    },
    async simulated(name: string, rows: number, seed = 1, start = Date.UTC(2024, 5, 1, 12)): Promise<string> {
      await writeLog(path(name), rows, { seed, start, timezone: 'UTC' })
      return path(name)
    },
  }
}
