import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import type { State } from '../../web/api.ts'
import { type Outcome, outcome, start } from './gpumon.ts'

/** `gpumon run` with its page. */
export class Serving {
  readonly url: string
  readonly #child: ChildProcess
  readonly #end: Promise<Outcome>
  readonly #said: () => string

  private constructor(url: string, child: ChildProcess, end: Promise<Outcome>, said: () => string) {
    this.url = url
    this.#child = child
    this.#end = end
    this.#said = said
  }

  /** @param env nothing of a test may land in the data of the person who runs it: XDG_DATA_HOME is among it */
  static async start(
    args: readonly string[],
    env: Readonly<Record<string, string>> & { readonly XDG_DATA_HOME: string },
  ): Promise<Serving> {
    const child = start(['run', ...args, '--port', '0', '--timezone', 'UTC'], env)
    const end = outcome(child)
    let stderr = ''
    child.stderr?.on('data', (text: string) => {
      stderr += text
    })
    const url = new Promise<string>((resolve) => {
      let said = ''
      child.stdout?.on('data', (text: string) => {
        said += text
        const found = /^page {3}(\S+)$/m.exec(said)?.[1]
        if (found !== undefined) resolve(found)
      })
    })
    const failed = end.then(({ code, stderr }) => {
      throw new Error(`ended with ${code} before its page was there: ${stderr}`)
    })
    failed.catch(() => {})
    return new Serving(await Promise.race([url, failed]), child, end, () => stderr)
  }

  async get<T>(what: string): Promise<T> {
    const response = await fetch(new URL(what, this.url))
    expect(response.status).toBe(200)
    return (await response.json()) as T
  }

  /** Until so many readings are in the store. */
  async state(rows: number): Promise<State> {
    for (;;) {
      const state = await this.get<State>('api/state')
      if (state.devices.reduce((sum, device) => sum + device.rows, 0) >= rows) return state
      await sleep(50)
    }
  }

  /** Until it has said so on stderr. */
  async untilSaid(text: string): Promise<void> {
    while (!this.#said().includes(text)) await sleep(50)
  }

  interrupt(): Promise<Outcome> {
    this.#child.kill('SIGINT')
    return this.#end
  }
}
