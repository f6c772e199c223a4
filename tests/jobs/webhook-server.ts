import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Notification } from '../../jobs/notification.ts'

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
}

/** A real HTTP server that keeps what is posted to it. `answer` says what each request gets, null: none at all. */
export class WebhookServer {
  readonly received: Notification[] = []
  /** bodies of requests that were answered with 2xx */
  readonly taken: Notification[] = []
  answer: (request: number) => Answer | null = () => ({ status: 200 })
  #server: Server | null = null
  #port = 0

  async start(): Promise<void> {
    const server = createServer(async (request, response) => {
      const body = JSON.parse(await text(request)) as Notification
      this.received.push(body)
      const answer = this.answer(this.received.length)
      if (answer === null) return
      if (answer.status < 300) this.taken.push(body)
      response.writeHead(answer.status, { ...answer.headers }).end(`you posted to ${request.url}`)
    })
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  /** @param secret last part of the address */
  url(secret = 'T0KEN'): string {
    return `http://127.0.0.1:${this.#port}/hook/${secret}`
  }

  get texts(): string[] {
    return this.taken.map(({ kind, episode }) => `${kind} ${episode.id}`)
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = null
    server?.closeAllConnections()
    await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)))
  }
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
