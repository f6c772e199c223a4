import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import type { PartitionReader } from '../kafka/partition-reader.ts'
import { SchemaRegistryError } from '../kafka/schema-registry.ts'
import type { CatchUp } from './catch-up.ts'
import type { EngineTask } from './engine-task.ts'
import { newPartitions } from './growth.ts'
import { mergeHistory, openHistory } from './history.ts'
import { LiveRows, lossesIn } from './live-rows.ts'
import type { CaughtUpRows, ProcessedRows } from './log-entry.ts'
import { dropTaken, type Merged } from './merge.ts'
import { openLive } from './replay.ts'
import type { SchemaIds } from './schema-ids.ts'
import type { Transactions } from './transactions.ts'

export interface IntakeOptions {
  readonly kafka: Kafka
  readonly serviceId: string
  readonly task: EngineTask
  readonly transactions: Transactions
  readonly ids: SchemaIds
  readonly snapshots: SnapshotInterval
  readonly onNotice: (text: string) => void
}

/** So many ms or rows, whatever comes first, lie between two snapshots. */
export interface SnapshotInterval {
  readonly ms: number
  readonly rows: number
  /** ms without rows after which there is one all the same: a broker forgets who has committed nothing for a week (transactional.id.expiration.ms) */
  readonly idleMs: number
}

/** Rows of one transaction at most: fewer than a reader keeps ready. */
const MOST_ROWS = 4_000
/** ms between two transactions while fewer rows than that wait */
const COMMIT_INTERVAL = 100
const IDLE_MS = 1_000
/** ms between two looks for new partitions */
const GROWTH_MS = 30_000

/** Takes records from Kafka to the task, round by round; whoever calls sees to it that nothing else is done meanwhile. */
export class Intake {
  readonly #options: IntakeOptions
  readonly #live = new LiveRows()
  #reader: PartitionReader
  #history: PartitionReader | null = null
  #rowsSinceSnapshot = 0
  #lastSnapshot = Date.now()
  #lastRound = 0
  #lastGrowth = 0
  /** there are rows that cannot be processed yet */
  #isHeldUp = false
  #toldErrors: number

  /** @param reader stands where the task does */
  constructor(options: IntakeOptions, reader: PartitionReader) {
    this.#options = options
    this.#reader = reader
    this.#toldErrors = options.task.engine.errors.all().length
  }

  get hasRowsSinceSnapshot(): boolean {
    return this.#rowsSinceSnapshot > 0
  }

  /** Until there are records to be processed, and the last transaction is not too near. @throws what ended the reading */
  async rest(): Promise<void> {
    const { task, ids } = this.#options
    if (task.catchUp !== null && !this.#isHeldUp) return
    const { waiting } = this.#reader
    if (this.#isHeldUp) await this.#reader.news(ids.isAway ? IDLE_MS : COMMIT_INTERVAL)
    else if (waiting === 0) await this.#reader.news(IDLE_MS)
    if (waiting < MOST_ROWS) await sleep(Math.max(0, this.#lastRound + COMMIT_INTERVAL - Date.now()))
  }

  /** Ends a rest. */
  wake(): void {
    this.#reader.wake()
  }

  /** Processes what there is, one transaction at most; a registry that is away holds it up. @throws what kafkajs throws, LostRecordsError */
  async round(): Promise<void> {
    const { task, snapshots } = this.#options
    if (Date.now() - this.#lastGrowth > GROWTH_MS) await this.grow()
    this.#isHeldUp = false
    try {
      if (task.catchUp === null) await this.#processLive()
      else await this.catchUp(task.catchUp)
    } catch (error) {
      if (!(error instanceof SchemaRegistryError) || !error.isOutage) throw error
      this.#isHeldUp = true
    }
    const isDue = Date.now() - this.#lastSnapshot > (this.hasRowsSinceSnapshot ? snapshots.ms : snapshots.idleMs)
    if (isDue || this.#rowsSinceSnapshot > snapshots.rows) await this.snapshot()
  }

  /** One step of giving new queries what others have had. @throws as `round`, and SchemaRegistryError */
  async catchUp(catchUp: CatchUp): Promise<void> {
    const { kafka, serviceId, task, ids } = this.#options
    this.#history ??= await openHistory(kafka, catchUp, serviceId)
    const history = this.#history
    const { isLast, ...merged } = mergeHistory(history, catchUp, task.isTable, MOST_ROWS)
    if (merged.ranges.length === 0 && !isLast) {
      await history.news(IDLE_MS)
      return
    }
    await ids.learn(merged.runs)
    await this.#process(history, merged, { kind: 'history', now: Date.now(), ranges: merged.ranges, isLast })
    if (!isLast) return
    this.#history = null
    await history.close()
  }

  /** Reads partitions that topics have got since, from their beginnings. @throws what kafkajs throws */
  async grow(): Promise<void> {
    const { kafka, task, transactions, onNotice } = this.#options
    this.#lastGrowth = Date.now()
    const starts = await newPartitions(kafka, task.positions)
    if (starts.size === 0) return
    await transactions.guarded(async () => {
      const entry = { kind: 'growth', starts } as const
      task.grow(entry)
      await transactions.commit(entry)
      await this.#reopen()
    })
    for (const [topic, offsets] of starts) {
      onNotice(`Topic ${topic} has ${offsets.length} new partitions, which are read from their beginnings`)
    }
  }

  /** Reads what queries read: a request may have changed that, or a record that has stopped a query. @throws what kafkajs throws */
  async follow(): Promise<void> {
    const { task, transactions } = this.#options
    const read = new Set(this.#reader.queues.map(({ topic }) => topic))
    const { positions } = task
    if (read.size === positions.size && [...positions.keys()].every((topic) => read.has(topic))) return
    await transactions.guarded(() => this.#reopen())
  }

  async snapshot(): Promise<void> {
    await this.#options.transactions.snapshot()
    this.#rowsSinceSnapshot = 0
    this.#lastSnapshot = Date.now()
  }

  async close(): Promise<void> {
    await this.#history?.close()
    await this.#reader.close()
  }

  async #processLive(): Promise<void> {
    const { task, ids } = this.#options
    const now = Date.now()
    const merged = this.#live.next(this.#reader.queues, task.isTable, MOST_ROWS, now)
    if (merged.ranges.length === 0) {
      this.#isHeldUp = this.#reader.waiting > 0
      return
    }
    await ids.learn(merged.runs)
    this.#lastRound = now
    await this.#process(this.#reader, merged, { kind: 'rows', now, ranges: merged.ranges })
    await this.follow()
  }

  async #process(reader: PartitionReader, { runs }: Merged, entry: ProcessedRows | CaughtUpRows): Promise<void> {
    const { task, transactions, onNotice } = this.#options
    await transactions.guarded(async () => {
      task.rows(entry, { runs })
      await transactions.commit(entry)
    })
    const losses = lossesIn(reader.queues, entry.ranges)
    dropTaken(reader.queues, entry.ranges)
    for (const { count } of entry.ranges) this.#rowsSinceSnapshot += count
    this.#tellErrors()
    for (const loss of losses) onNotice(loss)
  }

  async #reopen(): Promise<void> {
    const { kafka, serviceId, task } = this.#options
    await this.#reader.close()
    this.#reader = await openLive(kafka, task.positions, serviceId)
  }

  /** Each kind of error once: the records that they cost are counted. */
  #tellErrors(): void {
    const { task, onNotice } = this.#options
    const errors = task.engine.errors.all()
    for (const { place, what, example } of errors.slice(this.#toldErrors)) {
      onNotice(`${place}: ${what} (${example}); further ones are counted only`)
    }
    this.#toldErrors = errors.length
  }
}
