import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import type { Settings } from '../engine/index.ts'
import { PartitionReader } from '../kafka/partition-reader.ts'
import type { SchemaRegistryClient } from '../kafka/schema-registry.ts'
import { deleteRecordsBefore, type ListedTopic, listTopics, removeTopics } from '../kafka/topic.ts'
import { type AddressedRecord, TransactionalSender } from '../kafka/transactional-sender.ts'
import type { Entity } from '../ksql-rest/protocol.ts'
import type { JsonObject } from '../ksql-rest/server/request-body.ts'
import type { InsertValues } from '../ksql-rest/server/service.ts'
import { terminateCluster } from '../ksql-rest/server/terminate.ts'
import type { CatchUp } from './catch-up.ts'
import { EngineTask } from './engine-task.ts'
import { mergeHistory, openHistory } from './history.ts'
import type { CaughtUpRows, LogEntry, ProcessedRows } from './log-entry.ts'
import { type Merged, merge } from './merge.ts'
import { Mutex } from './mutex.ts'
import { replay } from './replay.ts'
import { prepareRequest } from './requests.ts'
import { SchemaIds } from './schema-ids.ts'
import { logTopic, transactionalId } from './service-names.ts'
import { entryRecord, readLog, snapshotRecords } from './state-log.ts'

export interface ActiveServerOptions {
  readonly kafka: Kafka
  readonly registry: SchemaRegistryClient
  readonly serviceId: string
  /** its address, for the other servers */
  readonly server: string
  readonly onFault: (error: unknown) => void
  readonly onNotice: (text: string) => void
}

/** Rows of one transaction at most: fewer than a reader keeps ready. */
const MOST_ROWS = 4_000
/** ms between two transactions while fewer rows than that wait */
const COMMIT_INTERVAL = 100
const IDLE_MS = 1_000
/** ms to wait for a partition that is known to have more records, which may be only the marks of transactions */
const PATIENCE = 2_000
const SNAPSHOT_ROWS = 400_000
const SNAPSHOT_MS = 30_000

/** The one server of a service that runs the queries: takes records, and commits what they give together with how far it has read. */
export class ActiveServer {
  readonly task: EngineTask
  readonly #options: ActiveServerOptions
  readonly #sender: TransactionalSender
  readonly #ids: SchemaIds
  readonly #topic: string
  readonly #mutex = new Mutex()
  #reader: PartitionReader
  #history: PartitionReader | null = null
  #failure: unknown = null
  #hasEnded = false
  #rowsSinceSnapshot = 0
  #lastSnapshot = Date.now()
  #lastRound = 0
  #waitsSince = 0
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
    this.#topic = logTopic(options.serviceId)
    this.#toldErrors = task.engine.errors.all().length
  }

  /**
   * Takes over: from here on no other server of the service commits anything. Then the state is restored from the log.
   * @throws LostRecordsError where records are gone that the state cannot be restored without; what kafkajs throws
   */
  static async open(options: ActiveServerOptions): Promise<ActiveServer> {
    const { kafka, registry, serviceId, server, onFault, onNotice } = options
    const topic = logTopic(serviceId)
    const sender = new TransactionalSender(kafka, transactionalId(serviceId))
    try {
      await sender.connect()
      const id = randomUUID()
      await sender.commit([entryRecord(topic, { kind: 'began', id, server })])
      const log = await readLog(kafka, topic, id, `${serviceId}-log`)
      const task = log.snapshot === null ? EngineTask.empty({ onFault }) : EngineTask.restore(log.snapshot, { onFault })
      const ids = new SchemaIds(registry, task, onNotice)
      const reader = await replay({ kafka, task, ids, onNotice, group: `${serviceId}-read` }, log.entries)
      return new ActiveServer(options, sender, task, reader, ids)
    } catch (error) {
      await sender.close()
      throw error
    }
  }

  /** Takes records until `goOn` says no. @throws what made a transaction fail: nobody knows then whether it is in */
  async work(goOn: () => boolean): Promise<void> {
    while (goOn() && !this.#hasEnded) {
      if (this.task.catchUp === null) await this.#rest()
      await this.#mutex.run(() => this.#round())
      if (this.#failure !== null) throw this.#failure
    }
  }

  /** Ends a wait of `work`. */
  wake(): void {
    this.#reader.wake()
  }

  /** Executes the statements of a request. Throws KsqlError, RestError, SchemaRegistryError; what kafkajs throws. */
  execute(text: string, settings: Settings): Promise<Entity[]> {
    return this.#mutex.run(async () => {
      const { kafka, registry } = this.#options
      const { task } = this
      await this.#finishCatchUp()
      const { entry, isLogged, topics } = await prepareRequest({ kafka, registry }, task, text, settings)
      const before = task.engine.topics().map(({ name }) => name)
      const inserted: AddressedRecord[] = []
      try {
        return task.request(entry, (record) => inserted.push(record), topics)
      } finally {
        await this.#commit(isLogged ? entry : null, inserted)
        await this.#follow(before, topics)
      }
    })
  }

  /** Throws KsqlError for a row that is refused; what kafkajs throws. */
  insert(row: InsertValues, settings: Settings): Promise<void> {
    return this.#mutex.run(async () => {
      const { task } = this
      await this.#ids.registerFor(row, settings)
      const record = task.engine.scoped(settings, () => task.inserted(row))
      await this.#commit(null, [record])
    })
  }

  /** Ends all queries and removes the log: nothing of the service is left but its topics. */
  terminate(request: JsonObject): Promise<Entity> {
    return this.#mutex.run(async () => {
      const { kafka } = this.#options
      const { engine, commands } = this.task
      const before = engine.topics().map(({ name }) => name)
      const entity = terminateCluster(engine, commands, request)
      this.#hasEnded = true
      this.wake()
      await this.#removeGone(before, await listTopics(kafka))
      await removeTopics(kafka, [this.#topic])
      return entity
    })
  }

  /** @param leavesSnapshot so that the next server begins at once */
  async close(leavesSnapshot: boolean): Promise<void> {
    try {
      if (leavesSnapshot && this.#failure === null && !this.#hasEnded && this.#rowsSinceSnapshot > 0) {
        await this.#mutex.run(() => this.#snapshot())
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
    if (waiting === 0) await this.#reader.news(IDLE_MS)
    else if (this.#waitsSince > 0) await this.#reader.news(COMMIT_INTERVAL)
    if (waiting < MOST_ROWS) await sleep(Math.max(0, this.#lastRound + COMMIT_INTERVAL - Date.now()))
  }

  async #round(): Promise<void> {
    if (this.#failure !== null || this.#hasEnded) return
    if (this.task.catchUp === null) await this.#live()
    else await this.#catchUp(this.task.catchUp)
    const isDue = Date.now() - this.#lastSnapshot > SNAPSHOT_MS && this.#rowsSinceSnapshot > 0
    if (isDue || this.#rowsSinceSnapshot > SNAPSHOT_ROWS) await this.#snapshot()
  }

  async #live(): Promise<void> {
    const { task } = this
    const isPatient = this.#waitsSince === 0 || Date.now() - this.#waitsSince < PATIENCE
    const merged = merge(this.#reader.queues, task.isTable, MOST_ROWS, isPatient)
    if (merged.ranges.length === 0) {
      const hasSome = this.#reader.queues.some(({ length }) => length > 0)
      if (!hasSome) this.#waitsSince = 0
      else if (this.#waitsSince === 0) this.#waitsSince = Date.now()
      return
    }
    if (isPatient) this.#waitsSince = 0
    this.#lastRound = Date.now()
    await this.#process(this.#reader, merged, { kind: 'rows', now: Date.now(), ranges: merged.ranges })
  }

  /** New queries are given what others have had; nothing else happens before they have all of it. */
  async #catchUp(catchUp: CatchUp): Promise<void> {
    const { kafka, serviceId } = this.#options
    this.#history ??= await this.#guarded(() => openHistory(kafka, catchUp, serviceId))
    const { isLast, ...merged } = mergeHistory(this.#history, catchUp, this.task.isTable, MOST_ROWS)
    if (merged.ranges.length === 0 && !isLast) {
      await this.#history.news(IDLE_MS)
      return
    }
    await this.#process(this.#history, merged, { kind: 'history', now: Date.now(), ranges: merged.ranges, isLast })
    if (!isLast) return
    await this.#history.close()
    this.#history = null
  }

  async #finishCatchUp(): Promise<void> {
    while (this.task.catchUp !== null && this.#failure === null) await this.#catchUp(this.task.catchUp)
  }

  async #process(reader: PartitionReader, { runs }: Merged, entry: ProcessedRows | CaughtUpRows): Promise<void> {
    await this.#ids.learn(runs)
    this.task.rows(entry, { runs })
    this.#tellErrors()
    for (const { topic, partition, count } of entry.ranges) {
      reader.queues.find((queue) => queue.topic === topic && queue.partition === partition)?.drop(count)
      this.#rowsSinceSnapshot += count
    }
    await this.#commit(entry, [])
  }

  /** One transaction: what the queries have written, the entry that says why, and how far the service has read. */
  async #commit(entry: LogEntry | null, inserted: readonly AddressedRecord[]): Promise<void> {
    const { serviceId } = this.#options
    const records = [...inserted, ...this.task.take()]
    if (entry !== null) records.push(entryRecord(this.#topic, entry))
    if (records.length === 0) return
    const ranges = entry?.kind === 'rows' ? entry.ranges : []
    const offsets = ranges.map(({ topic, partition, until }) => ({ topic, partition, offset: until }))
    await this.#guarded(() => this.#sender.commit(records, { group: serviceId, offsets }))
  }

  async #snapshot(): Promise<void> {
    const { kafka } = this.#options
    const first = await this.#guarded(() => this.#sender.commit(snapshotRecords(this.#topic, this.task.save())))
    await this.#guarded(() => deleteRecordsBefore(kafka, this.#topic, first))
    this.#rowsSinceSnapshot = 0
    this.#lastSnapshot = Date.now()
  }

  /** After a failure the engine may be ahead of what is committed: it is of no use any more. */
  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      this.#failure = error
      this.wake()
      throw error
    }
  }

  /** After a request: topics that were dropped go, and topics that queries read now are read. */
  async #follow(before: readonly string[], there: readonly ListedTopic[]): Promise<void> {
    await this.#guarded(() => this.#removeGone(before, there))
    const { task } = this
    const read = new Set(this.#reader.queues.map(({ topic }) => topic))
    if (read.size === task.positions.size && [...task.positions.keys()].every((topic) => read.has(topic))) return
    const { kafka, serviceId } = this.#options
    await this.#guarded(async () => {
      await this.#reader.close()
      this.#reader = await PartitionReader.open(kafka, task.positions, `${serviceId}-read`)
    })
  }

  async #removeGone(before: readonly string[], there: readonly ListedTopic[]): Promise<void> {
    const left = new Set(this.task.engine.topics().map(({ name }) => name))
    const gone = before.filter((topic) => !left.has(topic) && there.some(({ name }) => name === topic))
    await removeTopics(this.#options.kafka, gone)
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
