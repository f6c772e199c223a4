import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { Checkpoint, StoredRows } from './checkpoint.ts'
import type { QueryArguments, QueryName, QueryResult } from './queries.ts'
import { openSession, type StoreSession } from './session.ts'
import type { StoreOptions } from './store.ts'
import { StoreError } from './store-error.ts'
import type { Answer, ToStore } from './thread-message.ts'

const SCRIPT = new URL('./thread-worker.js', import.meta.url)
/** batches that wait to be appended at most: memory stays bounded when the disk is slow */
const AHEAD = 24

/** Opens a store in a thread of its own; in this one where the program is not built (threads run JavaScript). @throws StoreError */
export async function openThreadSession(options: StoreOptions): Promise<StoreSession> {
  if (!existsSync(SCRIPT)) return openSession(options)
  const thread = new StoreThread()
  try {
    const { zone, simulated } = (await thread.send({ kind: 'open', options })) as { zone: string; simulated: boolean }
    return new ThreadSession(thread, zone, simulated)
  } catch (error) {
    await thread.end()
    throw error
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

class StoreThread {
  readonly #worker = new Worker(SCRIPT)
  readonly #waiting = new Map<number, Waiting>()
  #sent = 0
  #ended: Error | null = null

  constructor() {
    this.#worker.on('message', ({ id, value, error }: Answer) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(value)
      else waiting?.reject(restored(error))
    })
    const fail = (error: Error): void => {
      this.#ended = error
      for (const { reject } of this.#waiting.values()) reject(error)
      this.#waiting.clear()
    }
    this.#worker.on('error', fail)
    this.#worker.on('exit', () => fail(new Error('the thread of the store has ended')))
  }

  send(message: ToStore, transfer: ArrayBuffer[] = []): Promise<unknown> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    const id = this.#sent++
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
    this.#worker.postMessage({ id, message }, transfer)
    return answer
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}

class ThreadSession implements StoreSession {
  readonly zone: string
  readonly simulated: boolean
  readonly #thread: StoreThread
  #appending = 0
  #failure: unknown = null
  #wake: () => void = () => {}

  constructor(thread: StoreThread, zone: string, simulated: boolean) {
    this.#thread = thread
    this.zone = zone
    this.simulated = simulated
  }

  /** Returns while the rows are still on their way, unless many are: a failure is thrown by a later call. */
  async append(rows: StoredRows): Promise<void> {
    this.#appending++
    const done = (failure: unknown): void => {
      this.#failure ??= failure
      this.#appending--
      this.#wake()
    }
    this.#thread.send({ kind: 'append', rows }, buffersOf(rows)).then(() => done(null), done)
    while (this.#appending > AHEAD && this.#failure === null) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#failure !== null) throw this.#failure
  }

  async commit(checkpoint: Checkpoint): Promise<void> {
    await this.#thread.send({ kind: 'commit', checkpoint })
  }

  async ask<Q extends QueryName>(query: Q, ...args: QueryArguments<Q>): Promise<QueryResult<Q>> {
    return (await this.#thread.send({ kind: 'ask', query, args })) as QueryResult<Q>
  }

  async close(): Promise<void> {
    await this.#thread.send({ kind: 'close' })
  }
}

function buffersOf({ ts, row, sensors }: StoredRows): ArrayBuffer[] {
  const arrays = [
    ts,
    row,
    ...[...sensors.values()].flatMap(({ data, nulls }) => (nulls === null ? [data] : [data, nulls])),
  ]
  return [...new Set(arrays.map((array) => array.buffer as ArrayBuffer))]
}

function restored({ name, message, fix }: NonNullable<Answer['error']>): Error {
  if (name === 'StoreError' && fix !== undefined) {
    const error = new StoreError('', fix)
    error.message = message
    return error
  }
  const error = new Error(message)
  error.name = name
  return error
}
