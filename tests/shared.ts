import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe } from 'vitest'

const wanted = resolve(process.env['GPUMON_SHARED'] ?? '../shared')

/** The folder of reference material (real logs, ksqlDB cases), or null where a clone stands alone. Other people's data: read, never copied. */
export const sharedDir: string | null = existsSync(wanted) ? wanted : null

/** A `describe` block that needs the reference material; skipped with a printed reason where it is absent. */
export function describeWithShared(name: string, body: (shared: string) => void): void {
  if (sharedDir !== null) {
    const dir = sharedDir
    describe(name, () => body(dir))
  } else {
    console.warn(`skipped "${name}": no reference material at ${wanted} (set GPUMON_SHARED to its path)`)
    describe.skip(name, () => {})
  }
}
