import http from 'node:http'
import https from 'node:https'
import { type Credentials, KSQL_JSON } from '../protocol.ts'

export interface Answer {
  readonly status: number
  readonly body: http.IncomingMessage
}

/**
 * Requests over HTTP/1.1 by node:http, since fetch ends an answer that says nothing for five minutes, as a push query may.
 * @throws Error that names the server when it cannot be reached; AbortError
 */
export class Transport {
  readonly #url: URL
  readonly #credentials: Credentials | undefined

  /** Throws Error for an address that is none of a server. */
  constructor(url: string, credentials: Credentials | undefined) {
    if (!URL.canParse(url) || !/^https?:/.test(url)) {
      throw new Error(`"${url}" is no address of a ksqlDB server. Give one such as http://localhost:8088.`)
    }
    this.#url = new URL(url)
    this.#credentials = credentials
  }

  get(path: string, signal: AbortSignal | undefined): Promise<Answer> {
    return this.#send('GET', path, null, KSQL_JSON, signal)
  }

  post(path: string, body: object, accept: string, signal: AbortSignal | undefined): Promise<Answer> {
    return this.#send('POST', path, JSON.stringify(body), accept, signal)
  }

  #send(
    method: string,
    path: string,
    body: string | null,
    accept: string,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    const { request } = this.#url.protocol === 'https:' ? https : http
    const url = new URL(this.#url.pathname.replace(/\/$/, '') + path, this.#url)
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, signal, headers: this.#headers(body, accept) }, (answer) =>
        resolve({ status: answer.statusCode ?? 0, body: answer }),
      )
      sent.on('error', (error) => reject(signal?.aborted ? error : this.#unreachable(error)))
      sent.end(body ?? undefined)
    })
  }

  #headers(body: string | null, accept: string): http.OutgoingHttpHeaders {
    const headers: http.OutgoingHttpHeaders = { accept }
    if (body !== null) {
      headers['content-type'] = KSQL_JSON
      headers['content-length'] = Buffer.byteLength(body)
    }
    if (this.#credentials !== undefined) {
      const { username, password } = this.#credentials
      headers['authorization'] = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
    }
    return headers
  }

  #unreachable(cause: Error): Error {
    const { origin } = this.#url
    return new Error(`${origin} cannot be reached: ${cause.message}. Check the address, and that the server runs.`, {
      cause,
    })
  }
}
