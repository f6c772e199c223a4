import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ServerProcess } from './server-process.ts'

const START_MS = 60_000
const LOOK_MS = 50

export interface LocalServerOptions {
  readonly name: string
  readonly folder: string
  readonly program: string
  readonly args: readonly string[]
  /** beside the variables of this process */
  readonly env?: Readonly<Record<string, string>>
  /** whether it answers */
  readonly ready: () => Promise<boolean>
}

/** A server on this machine. A worker's end does not end it, the run's end does. */
export class LocalServer extends ServerProcess {
  readonly #options: LocalServerOptions

  constructor(options: LocalServerOptions) {
    super(options.name, options.folder)
    this.#options = options
  }

  /** @throws Error with the end of its log when it ends or does not answer within a minute */
  async start(): Promise<void> {
    const { name, folder, program, args, env, ready } = this.#options
    mkdirSync(folder, { recursive: true })
    const log = openSync(this.#logFile, 'a')
    const child = spawn(program, args, { cwd: folder, stdio: ['ignore', log, log], env: { ...process.env, ...env } })
    closeSync(log)
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject))
    child.unref()
    this.began(Number(child.pid))
    for (const until = Date.now() + START_MS; Date.now() < until && child.exitCode === null; await sleep(LOOK_MS)) {
      if (await ready()) return
    }
    await this.stop()
    throw new Error(`${name} does not start:\n${this.logEnd(2_000)}`)
  }

  /** The last so many characters of its log. */
  logEnd(characters: number): string {
    return readFileSync(this.#logFile, 'utf8').slice(-characters)
  }

  get #logFile(): string {
    return join(this.folder, 'log')
  }
}
