import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ServerProcess } from './server-process.ts'

/** Small and quick to start: two cores and a short life. @param heapMiB at most */
export function smallJvm(heapMiB: number): string[] {
  return [`-Xms${heapMiB}m`, `-Xmx${heapMiB}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']
}

const START_MS = 60_000
const LOOK_MS = 50

export interface JavaServerOptions {
  readonly name: string
  readonly folder: string
  readonly args: readonly string[]
  /** whether it answers */
  readonly ready: () => Promise<boolean>
}

/** A server in a JVM. A worker's end does not end it, the run's end does. */
export class JavaServer extends ServerProcess {
  readonly #options: JavaServerOptions

  constructor(options: JavaServerOptions) {
    super(options.name, options.folder)
    this.#options = options
  }

  /** @throws Error with the end of its log when it ends or does not answer within a minute */
  async start(): Promise<void> {
    const { name, folder, args, ready } = this.#options
    const logFile = join(folder, 'log')
    const log = openSync(logFile, 'a')
    const child = spawn('java', args, { cwd: folder, stdio: ['ignore', log, log] })
    closeSync(log)
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
    child.unref()
    this.began(Number(child.pid))
    for (const until = Date.now() + START_MS; Date.now() < until && child.exitCode === null; await sleep(LOOK_MS)) {
      if (await ready()) return
    }
    await this.stop()
    throw new Error(`${name} does not start:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`)
  }
}
