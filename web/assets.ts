import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import type { MiddlewareHandler } from 'hono'
import { parseAddress } from './address.ts'
import type { PageModel } from './model.ts'
import { Refusal } from './refusal.ts'
import { FIRST_PIXELS, firstQuestion } from './shown.ts'

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

type Answers = Pick<PageModel, 'state' | 'range'>

/**
 * Serves the built page from memory: it is a few small files, and a path that is not one of theirs cannot reach the disk. The document goes out in
 * parts, so that the browser fetches the script while what the page asks first is being answered.
 * @param onFault told when that cannot be answered; the page then asks by itself, and is told why
 * @throws Error when the page is not built
 */
export function servePageFiles(model: Answers, onFault: (error: unknown) => void): MiddlewareHandler {
  const files = readFiles()
  return async (c, next) => {
    const path = c.req.path === '/' ? '/index.html' : c.req.path
    const file = files.get(path)
    if (file === undefined || c.req.method !== 'GET') return next()
    // Vite names all but the document by their content.
    const cache = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-store'
    const { search } = new URL(c.req.url)
    const body = path === '/index.html' ? documentOf(file.body, firstAnswers(model, search, onFault)) : file.body
    return c.body(body, 200, { 'content-type': file.type, 'cache-control': cache })
  }
}

interface FirstAnswer {
  /** of the element that it belongs into */
  readonly id: string
  readonly value: unknown
}

async function* firstAnswers(
  model: Answers,
  search: string,
  onFault: (error: unknown) => void,
): AsyncGenerator<FirstAnswer> {
  try {
    const state = await model.state()
    yield { id: 'state', value: state }
    const question = firstQuestion(state, parseAddress(search))
    if (question === null) return
    const { sensors, ...span } = question
    yield { id: 'range', value: await model.range(span, sensors, FIRST_PIXELS) }
  } catch (error) {
    // a question that the address asks wrongly is the page's to complain of
    if (!(error instanceof Refusal)) onFault(error)
  }
}

/** The document with answers in their elements, in the order of the document. */
function documentOf(
  document: Uint8Array<ArrayBuffer>,
  answers: AsyncIterable<FirstAnswer>,
): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async start(controller) {
      let sent = 0
      const sendTo = (end: number) => {
        controller.enqueue(document.subarray(sent, end))
        sent = end
      }
      const placeOf = (id: string) => {
        const tag = `<script id="${id}" type="application/json">`
        return Buffer.from(document).indexOf(tag) + tag.length
      }
      sendTo(placeOf('state'))
      for await (const { id, value } of answers) {
        if (placeOf(id) > sent) sendTo(placeOf(id))
        // an end tag in a name must not end the element
        controller.enqueue(Buffer.from(JSON.stringify(value).replaceAll('<', '\\u003c')))
      }
      sendTo(document.length)
      controller.close()
    },
  })
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
