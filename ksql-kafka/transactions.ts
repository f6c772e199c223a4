import { randomUUID } from 'node:crypto'
import type { Kafka } from 'kafkajs'
import { deleteRecordsBefore } from '../kafka/topic.ts'
import type { AddressedRecord, TransactionalSender } from '../kafka/transactional-sender.ts'
import { ERROR_CODE } from '../ksql-rest/protocol.ts'
import { RestError } from '../ksql-rest/server/rest-error.ts'
import type { EngineTask } from './engine-task.ts'
import type { LogEntry } from './log-entry.ts'
import { Mutex } from './mutex.ts'
import { logTopic } from './service-names.ts'
import { entryRecord, snapshotRecords } from './state-log.ts'

export interface TransactionsOptions {
  readonly kafka: Kafka
  readonly serviceId: string
  readonly task: EngineTask
  readonly sender: TransactionalSender
  /** told at the first failure */
  readonly onFailed: () => void
}

/**
 * What is done to a task, one piece of work after the other, and what is committed with it. After a failure the task may be ahead of what is committed, and nobody
 * knows what is: nothing is done or committed any more, least of all a snapshot of it.
 */
export class Transactions {
  readonly #options: TransactionsOptions
  readonly #topic: string
  readonly #mutex = new Mutex()
  #failure: Error | null = null
  #refusal: RestError | null = null

  constructor(options: TransactionsOptions) {
    this.#options = options
    this.#topic = logTopic(options.serviceId)
  }

  /** What made the first of them fail that failed. */
  get failure(): Error | null {
    return this.#failure
  }

  get isOpen(): boolean {
    return this.#refusal === null
  }

  /** Nothing is done after this. @param refusal for whoever asks for it */
  end(refusal: RestError): void {
    this.#refusal ??= refusal
  }

  /** Work that begins when all work before it has ended. @throws RestError where nothing is done any more; what the work throws */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#mutex.run(async () => {
      if (this.#refusal !== null) throw this.#refusal
      return work()
    })
  }

  /** Work that touches the task or commits: from its first step on it succeeds as a whole, or nothing is done any more. @throws what the work throws */
  async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error))
      this.end(
        new RestError(
          ERROR_CODE.notReady,
          `This server begins again from its log (${this.#failure.message}). The request is not executed: send it again.`,
        ),
      )
      this.#options.onFailed()
      throw error
    }
  }

  /** One transaction: what the queries have written, the entry that says why, and how far the service has read. @throws what kafkajs throws */
  commit(entry: LogEntry | null, inserted: readonly AddressedRecord[] = []): Promise<void> {
    return this.guarded(async () => {
      const { serviceId, sender, task } = this.#options
      const records = [...inserted, ...task.take()]
      if (entry !== null) records.push(entryRecord(this.#topic, entry))
      if (records.length === 0) return
      const ranges = entry?.kind === 'rows' ? entry.ranges : []
      const offsets = ranges.map(({ topic, partition, until }) => ({ topic, partition, offset: until }))
      await sender.commit(records, { group: serviceId, offsets })
    })
  }

  /** Until others see all that is committed here: a broker tells who commits so before those who read. @throws what kafkajs throws */
  settle(): Promise<void> {
    return this.commit({ kind: 'mark', id: randomUUID() })
  }

  /** The state as it is, so that the log before it is not needed any more. @throws what kafkajs throws */
  snapshot(): Promise<void> {
    return this.guarded(async () => {
      const { kafka, sender, task } = this.#options
      const first = await sender.commit(snapshotRecords(this.#topic, task.save()))
      await deleteRecordsBefore(kafka, this.#topic, first)
    })
  }
}
