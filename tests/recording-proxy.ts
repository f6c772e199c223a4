import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterAll } from 'vitest'

export interface RecordedRequest {
  readonly method: string
  readonly path: string
  readonly body: string
}

export interface RecordingProxy {
  readonly url: string
  /** those that change something, since the last call */
  takeWrites(): RecordedRequest[]
}

/** In front of a server, to see what it is asked. It ends with the test file. @param target its URL, path included */
export async function recordingProxy(target: string): Promise<RecordingProxy> {
  const requests: RecordedRequest[] = []
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request
    const body = await buffer(request)
    requests.push({ method, path, body: body.toString('utf8') })
    const { host: _, 'content-length': __, connection: ___, ...rest } = headers
    const answer = await fetch(target + path, {
      method,
      headers: rest as Record<string, string>,
      body: body.length === 0 ? null : body,
    })
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' })
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => server.close())
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, takeWrites: () => requests.splice(0).filter(isWrite) }
}

/** Reads that are no GET: statements that ask, look-ups and checks of a registry, validation by Connect. */
function isWrite({ method, path, body }: RecordedRequest): boolean {
  if (method === 'GET') return false
  if (path === '/ksql') return !/^(SHOW|DESCRIBE|EXPLAIN)\b/.test((JSON.parse(body) as { ksql: string }).ksql)
  if (method === 'POST' && /^\/subjects\/[^/]+$|^\/compatibility\//.test(path)) return false
  return !path.endsWith('/config/validate')
}
