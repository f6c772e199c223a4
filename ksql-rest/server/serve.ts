import type { Credentials } from '../protocol.ts'
import { ksqlApp } from './app.ts'
import { isLoopback } from './guard.ts'
import { listen } from './listen.ts'
import type { KsqlService } from './service.ts'

export const DEFAULT_HOST = '127.0.0.1'
/** ksqlDB's own */
export const DEFAULT_PORT = 8088

export interface KsqlServerOptions {
  readonly service: KsqlService
  readonly version: string
  /** default 127.0.0.1 */
  readonly host?: string
  /** default 8088; 0: any that is free */
  readonly port?: number
  /** basic authentication; needed where other machines can reach the server */
  readonly credentials?: Credentials
  /** told of what is not the fault of a request */
  readonly onFault: (error: unknown) => void
}

export interface KsqlServer {
  readonly url: string
  /** Ends all connections, push queries too. */
  close(): Promise<void>
}

/**
 * Serves ksqlDB's REST interface to a service over HTTP/1.1 and HTTP/2 (h2c) on one port.
 * @throws Error when the address is not free, or other machines could reach it and there are no credentials
 */
export async function serveKsql(options: KsqlServerOptions): Promise<KsqlServer> {
  const { service, version, host = DEFAULT_HOST, port = DEFAULT_PORT, credentials, onFault } = options
  if (credentials === undefined && !isLoopback(host)) {
    throw new Error(
      `${host} can be reached by other machines, and there are no credentials. Give a name and a password, or bind ${DEFAULT_HOST}.`,
    )
  }
  const app = ksqlApp({ service, version, host, credentials, onFault })
  const listening = await listen(app.fetch, { host, port }, onFault).catch((error: Error) => {
    throw new Error(
      `${host}:${port} is not free to listen on: ${error.message}. End the program that has it, or give another port.`,
      { cause: error },
    )
  })
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listening.port}`,
    close: () => listening.close(),
  }
}
