import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type Figure, figure } from './figure.ts'

const PAGE = fileURLToPath(new URL('../../web/page/', import.meta.url))

/** All scripts of the built page, each compressed as a server would send it. */
export async function scriptBytes(): Promise<Figure[]> {
  const files = await readdir(PAGE, { recursive: true })
  const scripts = files.filter((name) => name.endsWith('.js'))
  if (scripts.length === 0) throw new Error(`${PAGE} has no scripts; run "npm run build" first`)
  let bytes = 0
  for (const name of scripts) bytes += gzipSync(await readFile(join(PAGE, name))).length
  return [figure('script', `${scripts.length} script, gzip`, bytes / 1000, 'KB', { atMost: 100 })]
}
