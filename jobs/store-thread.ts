import { existsSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { Checkpoint, StoredRows } from '../store/checkpoint.ts'
import type { QueryArguments, QueryName, QueryResult } from '../store/queries.ts'
import { QueryError } from '../store/query-error.ts'
import { type LocalSession, openSession, type StoreSession } from '../store/session.ts'
import type { StoreOptions } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import { buffersOf } from './batch-buffers.ts'
import { type ExportSettings, StoreExports } from './store-exports.ts'
import type { Answer, FromStore, ToStore } from './store-thread-message.ts'

const SCRIPT = new URL('./store-thread-worker.js', import.meta.url)
/** Batches that wait to be appended at most, 0.7 MB each at their largest: memory stays bounded, and the statements go on while a checkpoint is written. */
const AHEAD = 128

/** Opens a store in a thread of its own; in this one where the program is not built (threads run JavaScript). @throws StoreError */
export async function openStoreThread(
  options: StoreOptions,
  onNotice: (text: string) => void,
): Promise<ExportingStore> {
  if (!existsSync(SCRIPT)) return localStore(await openSession(options), onNotice)
  const thread = new StoreThread(onNotice)
  try {
    const { zone, simulated } = (await thread.send({ kind: 'open', options })) as { zone: string; simulated: boolean }
    return new ThreadSession(thread, zone, simulated)
  } catch (error) {
    await thread.end()
    throw error
  }
}

/** A store that also sends what it gets to others. */
export interface ExportingStore extends StoreSession {
  /** Notifications and InfluxDB, until the store is closed. @throws Error for settings that are no good */
  export(settings: ExportSettings): Promise<void>
}

function localStore(session: LocalSession, onNotice: (text: string) => void): ExportingStore {
  let exports: StoreExports | null = null
  return {
    zone: session.zone,
    simulated: session.simulated,
    append: (rows) => session.append(rows),
    commit: (checkpoint) => session.commit(checkpoint),
    ask: (query, ...args) => session.ask(query, ...args),
    export: async (settings) => {
      exports = new StoreExports(settings, onNotice)
      exports.start(session)
    },
    close: async () => {
      await exports?.stop()
      await session.close()
    },
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

  constructor(onNotice: (text: string) => void) {
    this.#worker.on('message', (message: FromStore) => {
      if ('notice' in message) {
        onNotice(message.notice)
        return
      }
      const { id, value, error } = message
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

class ThreadSession implements ExportingStore {
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

  async export(settings: ExportSettings): Promise<void> {
    await this.#thread.send({ kind: 'export', settings })
  }

  async close(): Promise<void> {
    await this.#thread.send({ kind: 'close' })
  }
}

/** Errors lose their class on the way between threads. */
function restored({ name, message, fix, kind }: NonNullable<Answer['error']>): Error {
  if (name === 'StoreError' && fix !== undefined) {
    const error = new StoreError('', fix)
    error.message = message
    return error
  }
  if (name === 'QueryError' && fix !== undefined) return new QueryError(kind ?? 'invalid', message, fix)
  const error = new Error(message)
  error.name = name
  return error
}
