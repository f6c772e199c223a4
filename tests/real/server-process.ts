import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const STOP_MS = 20_000
const LOOK_MS = 50

/** A process that belongs to its folder, which holds its id: whoever knows the folder can stop it, also when who started it is gone. */
export class ServerProcess {
  readonly name: string
  /** its data, log and process id */
  readonly folder: string

  constructor(name: string, folder: string) {
    this.name = name
    this.folder = folder
  }

  get running(): boolean {
    const pid = this.#pid()
    return pid !== null && send(pid, 0)
  }

  /** Ends it in order, and by force where it does not end. */
  async stop(): Promise<void> {
    if (!(await this.#end('SIGTERM'))) await this.kill()
  }

  /** As a power cut does. */
  async kill(): Promise<void> {
    if (!(await this.#end('SIGKILL'))) throw new Error(`${this.name} does not end, process ${this.#pid()}`)
  }

  /** Stands still for so many ms, with its connections open. */
  async hang(ms: number): Promise<void> {
    const pid = this.#pid()
    if (pid === null) throw new Error(`${this.name} does not run`)
    process.kill(pid, 'SIGSTOP')
    try {
      await sleep(ms)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  }

  /** Who has started the process says so. */
  protected began(pid: number): void {
    writeFileSync(this.#pidFile, String(pid))
  }

  async #end(signal: NodeJS.Signals): Promise<boolean> {
    const pid = this.#pid()
    if (pid === null) return true
    let alive = send(pid, signal)
    for (const until = Date.now() + STOP_MS; alive && Date.now() < until; alive = send(pid, 0)) await sleep(LOOK_MS)
    if (!alive) rmSync(this.#pidFile, { force: true })
    return !alive
  }

  #pid(): number | null {
    return existsSync(this.#pidFile) ? Number(readFileSync(this.#pidFile, 'utf8')) : null
  }

  get #pidFile(): string {
    return join(this.folder, 'pid')
  }
}

/** Every server whose folder is in this one. */
export function serversIn(folder: string): ServerProcess[] {
  return readdirSync(folder).map((name) => new ServerProcess(name, join(folder, name)))
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
