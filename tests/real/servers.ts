import { describe, inject } from 'vitest'
import type { RealServers } from './global-setup.ts'

/** A `describe` block on the real servers of this run; skipped where there are none, which the start of the run has said. */
export function describeWithServers(name: string, body: (servers: RealServers) => void): void {
  const servers = inject('servers')
  if (servers === null) describe.skip(name, () => {})
  else describe(name, () => body(servers))
}
