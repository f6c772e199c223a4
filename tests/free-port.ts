import { randomInt } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const LINUX_RANGE = '/proc/sys/net/ipv4/ip_local_port_range'
const LOWEST = 10_000
/** Below what other systems give to clients. */
const HIGHEST = 32_768

/** A port of 127.0.0.1 that nothing listened on a moment ago, and that is given to no client: a server that is killed gets it again. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(LOWEST, belowClients())
    if (await isFree(port)) return port
  }
}

/** The first port that the system gives to clients. */
function belowClients(): number {
  const first = existsSync(LINUX_RANGE) ? Number.parseInt(readFileSync(LINUX_RANGE, 'utf8'), 10) : HIGHEST
  // A machine may give nearly all to clients.
  return first > LOWEST ? first : HIGHEST
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .once('listening', () => server.close(() => resolve(true)))
    server.listen(port, '127.0.0.1')
  })
}
