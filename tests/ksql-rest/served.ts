import { afterEach } from 'vitest'
import { KsqlEngine } from '../../engine/index.ts'
import { MemoryService } from '../../ksql-rest/server/memory-service.ts'
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
export async function served(
  options: Partial<Omit<KsqlServerOptions, 'service'>> & { readonly engine?: KsqlEngine } = {},
): Promise<Served> {
  const { engine = new KsqlEngine(), ...rest } = options
  const faults: unknown[] = []
  const onFault = (e: unknown) => faults.push(e)
  const service = new MemoryService(engine, onFault)
  const server = await serveKsql({ version: '0.0.0', port: 0, onFault, ...rest, service })
  running.push(server)
  return { engine, url: server.url, faults }
}
