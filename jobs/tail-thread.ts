import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { TailPosition } from '../gpuz/tail-event.ts'
import { CREDIT, STOP, type ThreadControl } from './log-thread-message.ts'
import { TailLooks } from './tail-looks.ts'
import type { FromTail, Look, TailTask } from './tail-thread-message.ts'
import { restored } from './thread-error.ts'

export interface TailSource {
  readonly path: string
  readonly position: TailPosition | null
  readonly timezone: string
  readonly intervalMs: number
}

/** A log that is followed. */
export interface FollowedLog {
  /** what is new; null: nothing so far. Waits only while a backlog is being read. @throws what LogTail.poll throws */
  next(): Promise<Look | null>
  /** calls back once something is new */
  onNews(listener: () => void): void
  close(): Promise<void>
}

const SCRIPT = new URL('./tail-thread-worker.js', import.meta.url)
/** Looks of up to 8 MB of log each: see log-thread.ts on why they are few. */
const AHEAD = 2

/** Follows a log in a thread of its own; in this one where the program is not built (threads run JavaScript). */
export function followLog(source: TailSource): FollowedLog {
  return existsSync(SCRIPT) ? new ThreadedTail(source) : new LocalTail(source)
}

class ThreadedTail implements FollowedLog {
  readonly #worker: Worker
  readonly #control: ThreadControl = new Int32Array(new SharedArrayBuffer(8))
  #arrived: FromTail[] = []
  /** a look is on its way: the first, or the next of a backlog */
  #expected = true
  #wake: () => void = () => {}
  #news: () => void = () => {}

  constructor({ path, position, timezone, intervalMs }: TailSource) {
    this.#control[CREDIT] = AHEAD
    const task: TailTask = { path, position, timezone, intervalMs, control: this.#control }
    this.#worker = new Worker(SCRIPT, { workerData: task })
    this.#worker.on('message', (message: FromTail) => this.#put(message))
    this.#worker.on('error', (error) => this.#put({ kind: 'error', error }))
  }

  onNews(listener: () => void): void {
    this.#news = listener
  }

  async next(): Promise<Look | null> {
    while (this.#arrived.length === 0) {
      if (!this.#expected) return null
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    const message = this.#arrived.shift()
    if (message === undefined || message.kind === 'end') return null
    if (message.kind === 'error') throw restored(message.error)
    Atomics.add(this.#control, CREDIT, 1)
    this.#expected = message.look.behind
    return message.look
  }

  async close(): Promise<void> {
    Atomics.store(this.#control, STOP, 1)
    Atomics.notify(this.#control, STOP)
    await this.#worker.terminate()
  }

  #put(message: FromTail): void {
    this.#arrived.push(message)
    this.#wake()
    this.#news()
  }
}

class LocalTail implements FollowedLog {
  readonly #looks: TailLooks
  readonly #intervalMs: number
  readonly #closed = new AbortController()
  #news: () => void = () => {}
  #fresh = true

  constructor({ path, position, timezone, intervalMs }: TailSource) {
    this.#looks = new TailLooks(path, position, timezone)
    this.#intervalMs = intervalMs
  }

  onNews(listener: () => void): void {
    this.#news = listener
  }

  async next(): Promise<Look | null> {
    if (!this.#fresh && !this.#looks.behind) return null
    this.#fresh = false
    const look = await this.#looks.look()
    if (!this.#looks.behind) void this.#later()
    return look
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#looks.close()
  }

  async #later(): Promise<void> {
    const { signal } = this.#closed
    await sleep(this.#intervalMs, undefined, { signal, ref: false }).catch(() => {})
    if (signal.aborted) return
    this.#fresh = true
    this.#news()
  }
}
