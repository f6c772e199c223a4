import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of package.json: one up from the sources, two up from what is built of them. */
export function packageRoot(): string {
  let folder = import.meta.dirname
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error(`no package.json above ${import.meta.dirname}: the installation is damaged`)
    folder = parent
  }
  return folder
}
