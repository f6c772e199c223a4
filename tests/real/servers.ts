import { afterEach, describe, inject } from 'vitest'
import type { RealServers } from './global-setup.ts'
import type { JavaServer } from './java-server.ts'
import { kafkaBroker } from './kafka.ts'

/** A `describe` block on the real servers of this run; skipped where there are none, which the start of the run has said. */
export function describeWithServers(name: string, body: (servers: RealServers) => void): void {
  const servers = inject('servers')
  if (servers === null) describe.skip(name, () => {})
  else describe(name, () => body(servers))
}

/** The broker of this run, for tests that kill it: when one ends, however it ends, it runs again. */
export function brokerToKill({ brokerFolder, brokerPorts }: RealServers): JavaServer {
  const broker = kafkaBroker(brokerFolder, brokerPorts)
  afterEach(async () => {
    if (!broker.running) await broker.start()
  })
  return broker
}
