import { afterEach } from 'vitest'
import { KsqlEngine } from '../../engine/index.ts'
import { type KsqlServer, type KsqlServerOptions, serveKsql } from '../../ksql-rest/server/serve.ts'

const running: KsqlServer[] = []
afterEach(async () => {
  for (const server of running.splice(0)) await server.close()
})

export interface Served {
  readonly engine: KsqlEngine
  readonly url: string
  readonly faults: unknown[]
}

/** A real server on a free port, ended after the test. */
export async function served(options: Partial<KsqlServerOptions> = {}): Promise<Served> {
  const engine = options.engine ?? new KsqlEngine()
  const faults: unknown[] = []
  const server = await serveKsql({ version: '0.0.0', port: 0, onFault: (e) => faults.push(e), ...options, engine })
  running.push(server)
  return { engine, url: server.url, faults }
}
