import { KsqlEngine } from '../engine/index.ts'
import { serveKsql } from '../ksql-rest/server/serve.ts'
import { parseCredentials } from './ksql-credentials.ts'
import { executeFile, readStatements } from './statement-file.ts'
import { version } from './version.ts'

export interface KsqlServerOptions {
  /** paths of scripts that are executed before the server answers */
  readonly files: readonly string[]
  /** default 127.0.0.1 */
  readonly host?: string
  /** default 8088; 0: any that is free */
  readonly port?: number
  /** name:password for basic authentication; needed where other machines can reach the server */
  readonly credentials?: string
  /** ends the server */
  readonly signal: AbortSignal
}

export interface KsqlServerListener {
  readonly onReady: (url: string) => void
  readonly onNotice: (text: string) => void
}

/**
 * Serves ksqlDB's REST interface over an engine in memory, until aborted. What SET and DEFINE set in a file ends with the file, as with a request.
 * @throws StatementError for a statement that fails; Error for an address that is not free, or that needs credentials, and what the operating system says
 */
export async function ksqlServer(options: KsqlServerOptions, { onReady, onNotice }: KsqlServerListener): Promise<void> {
  const { files, host, port, signal } = options
  const engine = new KsqlEngine()
  const credentials = options.credentials === undefined ? undefined : parseCredentials(options.credentials)
  for (const file of await Promise.all(files.map((path) => readStatements(path)))) {
    engine.scoped({ properties: new Map(), variables: new Map() }, () => executeFile(engine, file))
  }
  const onFault = (error: unknown): void => onNotice(error instanceof Error ? error.message : String(error))
  const server = await serveKsql({ engine, version: version(), host, port, credentials, onFault })
  onReady(server.url)
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await server.close()
}
