import { spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Small and quick to start: two cores and a short life. */
export const SMALL_JVM = ['-Xms128m', '-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1']

const START_MS = 60_000
const STOP_MS = 20_000
const LOOK_MS = 50

export interface JavaServerOptions {
  readonly name: string
  /** its data, log and process id; another process that knows the folder can stop the server */
  readonly folder: string
  readonly args: readonly string[]
  /** whether it answers */
  readonly ready: () => Promise<boolean>
}

/** A server in a JVM. It belongs to its folder, not to the process that started it: a worker's end does not end it, the run's end does. */
export class JavaServer {
  readonly #options: JavaServerOptions

  constructor(options: JavaServerOptions) {
    this.#options = options
  }

  /** @throws Error with the end of its log when it ends or does not answer within a minute */
  async start(): Promise<void> {
    const { name, folder, args, ready } = this.#options
    const log = openSync(this.#at('log'), 'a')
    const child = spawn('java', args, { cwd: folder, stdio: ['ignore', log, log] })
    closeSync(log)
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
    child.unref()
    writeFileSync(this.#at('pid'), String(child.pid))
    for (const until = Date.now() + START_MS; Date.now() < until && child.exitCode === null; await sleep(LOOK_MS)) {
      if (await ready()) return
    }
    await this.stop()
    throw new Error(`${name} does not start:\n${readFileSync(this.#at('log'), 'utf8').slice(-2_000)}`)
  }

  /** Ends it in order, and by force where it does not end. */
  async stop(): Promise<void> {
    if (!(await this.#end('SIGTERM'))) await this.kill()
  }

  /** As a power cut does. */
  async kill(): Promise<void> {
    if (!(await this.#end('SIGKILL'))) throw new Error(`${this.#options.name} does not end, process ${this.#pid()}`)
  }

  async #end(signal: NodeJS.Signals): Promise<boolean> {
    const pid = this.#pid()
    if (pid === null) return true
    let alive = send(pid, signal)
    for (const until = Date.now() + STOP_MS; alive && Date.now() < until; alive = send(pid, 0)) await sleep(LOOK_MS)
    if (!alive) rmSync(this.#at('pid'), { force: true })
    return !alive
  }

  #pid(): number | null {
    return existsSync(this.#at('pid')) ? Number(readFileSync(this.#at('pid'), 'utf8')) : null
  }

  #at(name: string): string {
    return join(this.#options.folder, name)
  }
}

/** @returns false when there is no such process */
function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}
