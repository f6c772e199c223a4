import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach } from 'vitest'

/** What is answered: text and bytes as they are, everything else as JSON. Default status: 200. */
export interface StandInAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

const running: Server[] = []
afterEach(() => {
  for (const server of running.splice(0)) server.close()
})

/**
 * A small real server in place of one that cannot be brought to say what a test wants; its answers are written after the real one's documentation.
 * What it does not know is 404.
 * @returns its URL; it ends with the test
 */
export async function standIn(
  answer: (request: string, body: string) => StandInAnswer | undefined | Promise<StandInAnswer>,
): Promise<string> {
  const server = createServer(async (request: IncomingMessage, response) => {
    const known = await answer(`${request.method} ${request.url}`, await text(request))
    const { status = 200, headers, body } = known ?? { status: 404, body: { error_code: 404, message: 'not found' } }
    response.writeHead(status, headers)
    if (body === undefined) response.end()
    else response.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body))
  })
  running.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
