import { KsqlEngine } from '../engine/index.ts'
import type { SnapshotInterval } from '../ksql-kafka/intake.ts'
import { KafkaService } from '../ksql-kafka/kafka-service.ts'
import { DEFAULT_SERVICE_ID } from '../ksql-kafka/service-names.ts'
import { MemoryService } from '../ksql-rest/server/memory-service.ts'
import { serveKsql } from '../ksql-rest/server/serve.ts'
import type { KsqlService } from '../ksql-rest/server/service.ts'
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
  /** HOST:PORT of a Kafka broker, several with commas; absent: an engine in memory */
  readonly bootstrap?: string
  /** URL of a schema registry; with `bootstrap` only, and needed there */
  readonly registry?: string
  /** servers of one service are one another's standbys; default `gpumon_` */
  readonly serviceId?: string
  /** of a service on Kafka; default: every 30 seconds or 400,000 rows, once a day without rows */
  readonly snapshots?: SnapshotInterval
  /** ends the server */
  readonly signal: AbortSignal
}

export interface KsqlServerListener {
  readonly onReady: (url: string) => void
  readonly onNotice: (text: string) => void
}

/**
 * Serves ksqlDB's REST interface until aborted: over an engine in memory, or with a `bootstrap` to a service on Kafka. What SET and DEFINE set in a file ends
 * with the file, as with a request.
 * @throws StatementError for a statement that fails; Error for options that do not go together, for an address that is not free, or that needs credentials, and what
 * the operating system says; LostRecordsError where Kafka no longer has what the service needs
 */
export async function ksqlServer(options: KsqlServerOptions, { onReady, onNotice }: KsqlServerListener): Promise<void> {
  const { files, host, port, signal, bootstrap, registry } = options
  const credentials = options.credentials === undefined ? undefined : parseCredentials(options.credentials)
  const onFault = (error: unknown): void => onNotice(error instanceof Error ? error.message : String(error))
  const serve = (service: KsqlService) => serveKsql({ service, version: version(), host, port, credentials, onFault })
  if (bootstrap !== undefined) {
    if (registry === undefined) throw new Error('--bootstrap needs a schema registry: give --registry URL')
    if (files.length > 0) {
      throw new Error(
        `${files[0]} cannot be executed at each start, since the service on Kafka remembers its statements: send it to /ksql once`,
      )
    }
    const { serviceId = DEFAULT_SERVICE_ID, snapshots } = options
    const service = new KafkaService({ bootstrap, registry, serviceId, snapshots, onFault, onNotice })
    const server = await serve(service)
    onReady(server.url)
    try {
      await service.run(server.url, signal)
    } finally {
      await server.close()
    }
    return
  }
  const engine = new KsqlEngine()
  for (const file of await Promise.all(files.map((path) => readStatements(path)))) {
    engine.scoped({ properties: new Map(), variables: new Map() }, () => executeFile(engine, file))
  }
  const server = await serve(new MemoryService(engine, onFault))
  onReady(server.url)
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await server.close()
}
