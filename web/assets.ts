import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import type { MiddlewareHandler } from 'hono'

/** Where `npm run build` puts the page: beside the built server; from the sources (tests) it is the same folder. */
const FOLDER = import.meta.filename.endsWith('.ts')
  ? join(import.meta.dirname, '..', 'dist', 'web', 'page')
  : join(import.meta.dirname, 'page')

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/**
 * Serves the built page from memory: it is a few small files, and a path that is not one of theirs cannot reach the disk.
 * @throws Error when the page is not built
 */
export function servePageFiles(): MiddlewareHandler {
  const files = readFiles()
  return async (c, next) => {
    const path = c.req.path === '/' ? '/index.html' : c.req.path
    const file = files.get(path)
    if (file === undefined || c.req.method !== 'GET') return next()
    // Vite names all but the document by their content.
    const cache = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache'
    return c.body(file.body, 200, { 'content-type': file.type, 'cache-control': cache })
  }
}

function readFiles(): Map<string, { type: string; body: Uint8Array<ArrayBuffer> }> {
  if (!existsSync(join(FOLDER, 'index.html')))
    throw new Error(`the page is not built: there is no index.html in ${FOLDER}. Run npm run build.`)
  const files = new Map<string, { type: string; body: Uint8Array<ArrayBuffer> }>()
  for (const entry of readdirSync(FOLDER, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files.set(`/${relative(FOLDER, path).split(sep).join('/')}`, {
      type: TYPES[extname(entry.name)] ?? 'application/octet-stream',
      body: new Uint8Array(readFileSync(path)),
    })
  }
  return files
}
