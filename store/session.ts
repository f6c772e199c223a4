import type { DuckDBConnection } from '@duckdb/node-api'
import type { Checkpoint, StoredRows } from './checkpoint.ts'
import { QUERIES, type QueryArguments, type QueryName, type QueryResult } from './queries.ts'
import { openStore, type Store, type StoreOptions } from './store.ts'
import { storeError } from './store-error.ts'
import { StoreWriter } from './writer.ts'

/** A store in use: one writer, and questions beside it, which see what is committed. */
export interface StoreSession {
  readonly zone: string
  readonly simulated: boolean
  /** Takes rows for the next checkpoint. The arrays are the store's from now on. @throws StoreError */
  append(rows: StoredRows): Promise<void>
  /** Everything taken since the last one is in the store when this returns, or nothing of it. @throws StoreError */
  commit(checkpoint: Checkpoint): Promise<void>
  /** @throws what the query throws; StoreError */
  ask<Q extends QueryName>(query: Q, ...args: QueryArguments<Q>): Promise<QueryResult<Q>>
  close(): Promise<void>
}

/** Opens a store in this thread. @throws StoreError */
export async function openSession(options: StoreOptions): Promise<LocalSession> {
  const store = await openStore(options)
  try {
    return new LocalSession(store, await StoreWriter.open(await store.connect()), await store.connect())
  } catch (error) {
    store.close()
    throw storeError(store.path, error)
  }
}

/** A store in the thread that uses it. */
export class LocalSession implements StoreSession {
  readonly #store: Store
  readonly #writer: StoreWriter
  readonly #questions: DuckDBConnection
  /** a connection does one thing at a time */
  #writing: Promise<void> = Promise.resolve()
  #asking: Promise<unknown> = Promise.resolve()

  constructor(store: Store, writer: StoreWriter, questions: DuckDBConnection) {
    this.#store = store
    this.#writer = writer
    this.#questions = questions
  }

  get zone(): string {
    return this.#store.zone
  }

  get simulated(): boolean {
    return this.#store.simulated
  }

  append(rows: StoredRows): Promise<void> {
    return this.#write(() => this.#writer.append(rows))
  }

  commit(checkpoint: Checkpoint): Promise<void> {
    return this.#write(() => this.#writer.commit(checkpoint))
  }

  ask<Q extends QueryName>(query: Q, ...args: QueryArguments<Q>): Promise<QueryResult<Q>> {
    const run = QUERIES[query] as unknown as (
      connection: DuckDBConnection,
      ...args: QueryArguments<Q>
    ) => Promise<QueryResult<Q>>
    const answer = this.#asking.then(() => run(this.#questions, ...args))
    this.#asking = answer.catch(() => {})
    return answer
  }

  /** One more connection, for work of its own beside the writer's. */
  connect(): Promise<DuckDBConnection> {
    return this.#store.connect()
  }

  async close(): Promise<void> {
    await this.#asking
    // a write that failed was told to its caller
    await this.#writing.catch(() => {})
    await this.#writer.rollback()
    this.#store.close()
  }

  /** After a failure nothing more is written: what follows would leave a hole. */
  #write(work: () => Promise<void>): Promise<void> {
    const written = this.#writing.then(work)
    this.#writing = written
    return written.catch(async (error: unknown) => {
      throw storeError(this.#store.path, error)
    })
  }
}
