import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import type { Settings } from '../engine/index.ts'
import type { PartitionReader } from '../kafka/partition-reader.ts'
import { type SchemaRegistryClient, SchemaRegistryError } from '../kafka/schema-registry.ts'
import { removeTopics } from '../kafka/topic.ts'
import { type AddressedRecord, TransactionalSender } from '../kafka/transactional-sender.ts'
import { type Entity, ERROR_CODE } from '../ksql-rest/protocol.ts'
import type { JsonObject } from '../ksql-rest/server/request-body.ts'
import { RestError } from '../ksql-rest/server/rest-error.ts'
import type { InsertValues } from '../ksql-rest/server/service.ts'
import { deletePatterns, TERMINATED, terminateCluster } from '../ksql-rest/server/terminate.ts'
import type { CatchUp } from './catch-up.ts'
import { EngineTask, isRefusal } from './engine-task.ts'
import { newPartitions } from './growth.ts'
import { mergeHistory, openHistory } from './history.ts'
import { LiveRows, lossesIn } from './live-rows.ts'
import type { CaughtUpRows, ProcessedRows } from './log-entry.ts'
import { dropTaken, type Merged } from './merge.ts'
import { openLive, replay } from './replay.ts'
import { type PreparedRequest, prepareRequest, rowsOf } from './requests.ts'
import { SchemaIds } from './schema-ids.ts'
import { logTopic, transactionalId } from './service-names.ts'
import { entryRecord, readLog } from './state-log.ts'
import { Transactions } from './transactions.ts'

export interface ActiveServerOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistryClient
  readonly serviceId: string
  /** when a snapshot is written */
  readonly snapshots: SnapshotInterval
  /** ends waiting */
  readonly signal: AbortSignal
  readonly onFault: (error: unknown) => void
  readonly onNotice: (text: string) => void
}

/** So many ms or rows, whatever comes first, lie between two snapshots. */
export interface SnapshotInterval {
  readonly ms: number
  readonly rows: number
}

/** Rows of one transaction at most: fewer than a reader keeps ready. */
const MOST_ROWS = 4_000
/** ms between two transactions while fewer rows than that wait */
const COMMIT_INTERVAL = 100
const IDLE_MS = 1_000
/** ms between two looks for new partitions */
const GROWTH_MS = 30_000

const ENDING = new RestError(
  ERROR_CODE.shutDown,
  'This server is ending. The request is not executed: send it again when another one is active.',
)

/** The one server of a service that runs the queries: takes records, and commits what they give together with how far it has read. */
export class ActiveServer {
  readonly task: EngineTask
  readonly #options: ActiveServerOptions
  readonly #sender: TransactionalSender
  readonly #ids: SchemaIds
  readonly #transactions: Transactions
  readonly #live = new LiveRows()
  #reader: PartitionReader
  #history: PartitionReader | null = null
  #rowsSinceSnapshot = 0
  #lastSnapshot = Date.now()
  #lastRound = 0
  #lastGrowth = 0
  /** there are rows that cannot be processed yet */
  #isHeldUp = false
  #toldErrors = 0

  private constructor(
    options: ActiveServerOptions,
    sender: TransactionalSender,
    task: EngineTask,
    reader: PartitionReader,
    ids: SchemaIds,
  ) {
    this.#options = options
    this.#sender = sender
    this.task = task
    this.#reader = reader
    this.#ids = ids
    const { kafka, serviceId } = options
    this.#transactions = new Transactions({ kafka, serviceId, task, sender, onFailed: () => this.wake() })
    this.#toldErrors = task.engine.errors.all().length
  }

  /**
   * Takes over: from here on no other server of the service commits anything. Then the state is restored from the log.
   * @throws LostRecordsError where records are gone that the state cannot be restored without; what kafkajs throws; the signal's reason
   */
  static async open(options: ActiveServerOptions): Promise<ActiveServer> {
    const { kafka, registry, serviceId, signal, onFault, onNotice } = options
    const topic = logTopic(serviceId)
    const sender = new TransactionalSender(kafka, transactionalId(serviceId))
    try {
      await sender.connect()
      const id = randomUUID()
      await sender.commit([entryRecord(topic, { kind: 'mark', id })])
      const log = await readLog(kafka, topic, id, { group: `${serviceId}-log`, signal })
      const task = log.snapshot === null ? EngineTask.empty({ onFault }) : EngineTask.restore(log.snapshot, { onFault })
      const ids = new SchemaIds(registry, task, onNotice)
      const reader = await replay({ kafka, task, ids, onNotice, group: serviceId, signal }, log.entries)
      return new ActiveServer(options, sender, task, reader, ids)
    } catch (error) {
      await sender.close()
      throw error
    }
  }

  /** The registry did not answer when it was asked last. */
  get isRegistryAway(): boolean {
    return this.#ids.isAway
  }

  /** Takes records until `goOn` says no. @throws what made a transaction fail: nobody knows then whether it is in */
  async work(goOn: () => boolean): Promise<void> {
    try {
      while (goOn() && this.#transactions.isOpen) {
        if (this.task.catchUp === null || this.#isHeldUp) await this.#rest()
        await this.#transactions.exclusive(() => this.#round())
      }
    } catch (error) {
      // a request may have failed while this one waited for its turn
      if (this.#transactions.isOpen || this.#transactions.failure === error) throw error
    }
    if (this.#transactions.failure !== null) throw this.#transactions.failure
  }

  /** Ends a wait of `work`. */
  wake(): void {
    this.#reader.wake()
  }

  /** Executes the statements of a request. Throws KsqlError, RestError, SchemaRegistryError; what kafkajs throws. */
  execute(text: string, settings: Settings): Promise<Entity[]> {
    const { kafka, registry } = this.#options
    return this.#transactions.exclusive(async () => {
      const { task } = this
      while (task.catchUp !== null) {
        if (this.#options.signal.aborted) throw ENDING
        await this.#catchUp(task.catchUp)
      }
      const rows = rowsOf(task.engine, text, settings)
      if (rows !== null) {
        await this.#insert(rows, settings)
        return []
      }
      // new queries must not be given a new partition as history and once more as it is read
      await this.#grow()
      const settle = () => this.#transactions.settle()
      const prepared = await prepareRequest({ kafka, registry, settle }, task, text, settings)
      const { entities, refusal } = await this.#transactions.guarded(() => this.#request(prepared))
      if (refusal !== null) throw refusal
      return entities
    })
  }

  /** Until others see all that is committed here. */
  settle(): Promise<void> {
    return this.#transactions.exclusive(() => this.#transactions.settle())
  }

  /** Throws KsqlError for a row that is refused; what kafkajs throws. */
  insert(row: InsertValues, settings: Settings): Promise<void> {
    return this.#transactions.exclusive(() => this.#insert([row], settings))
  }

  /** Ends all queries and removes the log: nothing of the service is left but its topics. */
  terminate(request: JsonObject): Promise<Entity> {
    return this.#transactions.exclusive(async () => {
      const { kafka, serviceId } = this.#options
      const { engine, commands } = this.task
      const deletes = deletePatterns(request)
      return this.#transactions.guarded(async () => {
        const before = this.#topics()
        const entity = terminateCluster(engine, commands, deletes)
        // the log first: what it refers to must not go before it
        await removeTopics(kafka, [logTopic(serviceId)])
        this.#transactions.end(TERMINATED)
        this.wake()
        await removeTopics(kafka, this.#gone(before))
        return entity
      })
    })
  }

  /** @param leavesSnapshot so that the next server begins at once */
  async close(leavesSnapshot: boolean): Promise<void> {
    try {
      if (leavesSnapshot && this.#transactions.isOpen && this.#rowsSinceSnapshot > 0) {
        await this.#transactions.exclusive(() => this.#transactions.snapshot())
      }
    } finally {
      await this.#history?.close()
      await this.#reader.close()
      await this.#sender.close()
    }
  }

  /** Until there are records to be processed, and the last transaction is not too near. */
  async #rest(): Promise<void> {
    const { waiting } = this.#reader
    if (this.#isHeldUp) await this.#reader.news(this.#ids.isAway ? IDLE_MS : COMMIT_INTERVAL)
    else if (waiting === 0) await this.#reader.news(IDLE_MS)
    if (waiting < MOST_ROWS) await sleep(Math.max(0, this.#lastRound + COMMIT_INTERVAL - Date.now()))
  }

  /** All rows, or where one is refused none. */
  async #insert(rows: readonly InsertValues[], settings: Settings): Promise<void> {
    const { task } = this
    const records: AddressedRecord[] = []
    for (const row of rows) {
      const record = () => task.engine.scoped(settings, () => task.inserted(row, Date.now()))
      records.push(await this.#ids.registering(record))
    }
    await this.#transactions.commit(null, records)
  }

  async #request({ entry, isLogged, topics }: PreparedRequest): Promise<{ entities: Entity[]; refusal: unknown }> {
    const before = this.#topics()
    const inserted: AddressedRecord[] = []
    let entities: Entity[] = []
    let refusal: unknown = null
    try {
      entities = this.task.request(entry, (record) => inserted.push(record), topics)
    } catch (error) {
      if (!isRefusal(error)) throw error
      refusal = error
    }
    await this.#transactions.commit(isLogged ? entry : null, inserted)
    const there = new Set(topics.map(({ name }) => name))
    const gone = this.#gone(before).filter((name) => there.has(name))
    if (gone.length > 0) {
      // the log may refer to records of theirs
      await this.#snapshot()
      await removeTopics(this.#options.kafka, gone)
    }
    await this.#follow()
    return { entities, refusal }
  }

  async #round(): Promise<void> {
    if (Date.now() - this.#lastGrowth > GROWTH_MS) await this.#grow()
    this.#isHeldUp = false
    try {
      if (this.task.catchUp === null) await this.#processLive()
      else await this.#catchUp(this.task.catchUp)
    } catch (error) {
      if (!(error instanceof SchemaRegistryError) || !error.isOutage) throw error
      this.#isHeldUp = true
    }
    const { ms, rows } = this.#options.snapshots
    const isDue = Date.now() - this.#lastSnapshot > ms && this.#rowsSinceSnapshot > 0
    if (isDue || this.#rowsSinceSnapshot > rows) await this.#snapshot()
  }

  async #processLive(): Promise<void> {
    const { queues } = this.#reader
    const now = Date.now()
    const merged = this.#live.next(queues, this.task.isTable, MOST_ROWS, now)
    if (merged.ranges.length === 0) {
      this.#isHeldUp = this.#reader.waiting > 0
      return
    }
    await this.#ids.learn(merged.runs)
    this.#lastRound = now
    await this.#process(this.#reader, merged, { kind: 'rows', now, ranges: merged.ranges })
    await this.#transactions.guarded(() => this.#follow())
  }

  /** New queries are given what others have had; nothing else happens before they have all of it. */
  async #catchUp(catchUp: CatchUp): Promise<void> {
    const { kafka, serviceId } = this.#options
    this.#history ??= await openHistory(kafka, catchUp, serviceId)
    const history = this.#history
    const { isLast, ...merged } = mergeHistory(history, catchUp, this.task.isTable, MOST_ROWS)
    if (merged.ranges.length === 0 && !isLast) {
      await history.news(IDLE_MS)
      return
    }
    await this.#ids.learn(merged.runs)
    await this.#process(history, merged, { kind: 'history', now: Date.now(), ranges: merged.ranges, isLast })
    if (!isLast) return
    this.#history = null
    await history.close()
  }

  async #process(reader: PartitionReader, { runs }: Merged, entry: ProcessedRows | CaughtUpRows): Promise<void> {
    await this.#transactions.guarded(async () => {
      this.task.rows(entry, { runs })
      await this.#transactions.commit(entry)
    })
    const losses = lossesIn(reader.queues, entry.ranges)
    dropTaken(reader.queues, entry.ranges)
    for (const { count } of entry.ranges) this.#rowsSinceSnapshot += count
    this.#tellErrors()
    for (const loss of losses) this.#options.onNotice(loss)
  }

  /** Reads partitions that topics have got since, from their beginnings. */
  async #grow(): Promise<void> {
    this.#lastGrowth = Date.now()
    const starts = await newPartitions(this.#options.kafka, this.task.positions)
    if (starts.size === 0) return
    await this.#transactions.guarded(async () => {
      const entry = { kind: 'growth', starts } as const
      this.task.grow(entry)
      await this.#transactions.commit(entry)
      await this.#reopen()
    })
    for (const [topic, offsets] of starts) {
      this.#options.onNotice(
        `Topic ${topic} has ${offsets.length} new partitions, which are read from their beginnings`,
      )
    }
  }

  async #snapshot(): Promise<void> {
    await this.#transactions.snapshot()
    this.#rowsSinceSnapshot = 0
    this.#lastSnapshot = Date.now()
  }

  /** Reads what queries read: a request may have changed that, or a record that has stopped a query. */
  async #follow(): Promise<void> {
    const read = new Set(this.#reader.queues.map(({ topic }) => topic))
    const { positions } = this.task
    if (read.size !== positions.size || [...positions.keys()].some((topic) => !read.has(topic))) await this.#reopen()
  }

  async #reopen(): Promise<void> {
    const { kafka, serviceId } = this.#options
    await this.#reader.close()
    this.#reader = await openLive(kafka, this.task.positions, serviceId)
  }

  #topics(): string[] {
    return this.task.engine.topics().map(({ name }) => name)
  }

  /** Those of the topics that the engine has no more. */
  #gone(before: readonly string[]): string[] {
    const left = new Set(this.#topics())
    return before.filter((topic) => !left.has(topic))
  }

  /** Each kind of error once: the records that they cost are counted. */
  #tellErrors(): void {
    const errors = this.task.engine.errors.all()
    for (const { place, what, example } of errors.slice(this.#toldErrors)) {
      this.#options.onNotice(`${place}: ${what} (${example}); further ones are counted only`)
    }
    this.#toldErrors = errors.length
  }
}
