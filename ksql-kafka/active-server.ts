import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import type { Settings } from '../engine/index.ts'
import type { PartitionReader } from '../kafka/partition-reader.ts'
import type { SchemaRegistryClient } from '../kafka/schema-registry.ts'
import { removeTopics } from '../kafka/topic.ts'
import { type AddressedRecord, TransactionalSender } from '../kafka/transactional-sender.ts'
import { type Entity, ERROR_CODE } from '../ksql-rest/protocol.ts'
import type { JsonObject } from '../ksql-rest/server/request-body.ts'
import { RestError } from '../ksql-rest/server/rest-error.ts'
import type { InsertValues } from '../ksql-rest/server/service.ts'
import { deletePatterns, TERMINATED, terminateCluster } from '../ksql-rest/server/terminate.ts'
import { EngineTask, isRefusal } from './engine-task.ts'
import { Intake, type SnapshotInterval } from './intake.ts'
import { replay } from './replay.ts'
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

const ENDING = new RestError(
  ERROR_CODE.shutDown,
  'This server is ending. The request is not executed: send it again when another one is active.',
)

/** The one server of a service that runs the queries: what records and requests do to its task it commits together with what they give. */
export class ActiveServer {
  readonly task: EngineTask
  readonly #options: ActiveServerOptions
  readonly #sender: TransactionalSender
  readonly #ids: SchemaIds
  readonly #transactions: Transactions
  readonly #intake: Intake

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
    this.#ids = ids
    const { kafka, serviceId, snapshots, onNotice } = options
    const transactions = new Transactions({ kafka, serviceId, task, sender, onFailed: () => this.wake() })
    this.#transactions = transactions
    this.#intake = new Intake({ kafka, serviceId, task, transactions, ids, snapshots, onNotice }, reader)
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
        await this.#intake.rest()
        await this.#transactions.exclusive(() => this.#intake.round())
      }
    } catch (error) {
      // a request may have failed while this one waited for its turn
      if (this.#transactions.isOpen || this.#transactions.failure === error) throw error
    }
    if (this.#transactions.failure !== null) throw this.#transactions.failure
  }

  /** Ends a wait of `work`. */
  wake(): void {
    this.#intake.wake()
  }

  /** Executes the statements of a request. Throws KsqlError, RestError, SchemaRegistryError; what kafkajs throws. */
  execute(text: string, settings: Settings): Promise<Entity[]> {
    const { kafka, registry } = this.#options
    return this.#transactions.exclusive(async () => {
      const { task } = this
      while (task.catchUp !== null) {
        if (this.#options.signal.aborted) throw ENDING
        await this.#intake.catchUp(task.catchUp)
      }
      const rows = rowsOf(task.engine, text, settings)
      if (rows !== null) {
        await this.#insert(rows, settings)
        return []
      }
      // new queries must not be given a new partition as history and once more as it is read
      await this.#intake.grow()
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
      if (leavesSnapshot && this.#transactions.isOpen && this.#intake.hasRowsSinceSnapshot) {
        await this.#transactions.exclusive(() => this.#transactions.snapshot())
      }
    } finally {
      await this.#intake.close()
      await this.#sender.close()
    }
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
      await this.#intake.snapshot()
      await removeTopics(this.#options.kafka, gone)
    }
    await this.#intake.follow()
    return { entities, refusal }
  }

  #topics(): string[] {
    return this.task.engine.topics().map(({ name }) => name)
  }

  /** Those of the topics that the engine has no more. */
  #gone(before: readonly string[]): string[] {
    const left = new Set(this.#topics())
    return before.filter((topic) => !left.has(topic))
  }
}
