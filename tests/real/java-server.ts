import { LocalServer, type LocalServerOptions } from './local-server.ts'

/** Small and quick to start: two cores and a short life. @param heapMiB at most */
export function smallJvm(heapMiB: number): string[] {
  return [`-Xms${heapMiB}m`, `-Xmx${heapMiB}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
}

/** A server in a JVM. */
export class JavaServer extends LocalServer {
  constructor(options: Omit<LocalServerOptions, 'program' | 'env'>) {
    super({ ...options, program: 'java' })
  }
}
