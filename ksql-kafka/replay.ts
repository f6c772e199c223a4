import type { Kafka } from 'kafkajs'
import { type PartitionQueue, queueOf } from '../kafka/partition-queue.ts'
import { lost, madeAnew, PartitionReader, type Positions } from '../kafka/partition-reader.ts'
import { type EngineTask, isRefusal } from './engine-task.ts'
import { openHistory } from './history.ts'
import type { CaughtUpRows, LogEntry, ProcessedRows, RecordRange } from './log-entry.ts'
import { dropTaken, merge, type Sequence } from './merge.ts'
import type { SchemaIds } from './schema-ids.ts'

export interface ReplayContext {
  readonly kafka: Kafka
  readonly task: EngineTask
  readonly ids: SchemaIds
  readonly onNotice: (text: string) => void
  /** prefix of the consumer groups that read */
  readonly group: string
  readonly signal: AbortSignal
}

const LOOK_MS = 1_000

/**
 * Does to a task what the log says was done to it: the same statements, and the same records in the same order. What it gives was committed then.
 * @returns a reader that stands where the task does
 * @throws LostRecordsError for records that are gone; what kafkajs throws; the signal's reason
 */
export async function replay(context: ReplayContext, entries: readonly LogEntry[]): Promise<PartitionReader> {
  const { kafka, task, group } = context
  const live = new Follower((positions) => openLive(kafka, positions, group))
  const history = new Follower(() => openHistory(kafka, task.catchUp, group))
  try {
    for (const entry of entries) {
      if (entry.kind === 'request') repeatRequest(task, entry)
      else if (entry.kind === 'growth') task.grow(entry)
      else if (entry.kind === 'rows') await repeatRows(context, await live.at(entry.ranges, task.positions), entry)
      else if (entry.kind === 'history' && task.catchUp !== null) {
        await repeatRows(context, await history.at(entry.ranges, task.positions), entry)
        if (entry.isLast) await history.close()
      }
      task.take()
    }
    return await live.standing(task.positions)
  } catch (error) {
    await live.close()
    throw error
  } finally {
    await history.close()
  }
}

/** The reader of a service's live records. @throws LostRecordsError for a topic that is not there or was made anew; what kafkajs throws */
export function openLive(kafka: Kafka, positions: Positions, group: string): Promise<PartitionReader> {
  return PartitionReader.open(kafka, positions, { group: `${group}-read`, skipsLost: true })
}

/** A reader that is opened anew where it cannot go on as it is. */
class Follower {
  readonly #open: (positions: Positions) => Promise<PartitionReader>
  #reader: PartitionReader | null = null

  constructor(open: (positions: Positions) => Promise<PartitionReader>) {
    this.#open = open
  }

  /** One that has these ranges before it: a request may have made queries read topics from farther back. */
  async at(ranges: readonly RecordRange[], positions: Positions): Promise<PartitionReader> {
    const reader = this.#reader
    const has = (range: RecordRange): boolean => {
      const queue = queueOf(reader?.queues ?? [], range)
      return queue !== undefined && queue.from <= range.from
    }
    return reader !== null && ranges.every(has) ? reader : this.#anew(positions)
  }

  /** One that stands at just these positions. */
  async standing(positions: Positions): Promise<PartitionReader> {
    const stands = ({ topic, partition, from }: PartitionQueue): boolean => positions.get(topic)?.[partition] === from
    const count = [...positions.values()].reduce((sum, offsets) => sum + offsets.length, 0)
    const reader = this.#reader
    return reader?.queues.length === count && reader.queues.every(stands) ? reader : this.#anew(positions)
  }

  async close(): Promise<void> {
    await this.#reader?.close()
    this.#reader = null
  }

  async #anew(positions: Positions): Promise<PartitionReader> {
    await this.close()
    this.#reader = await this.#open(positions)
    return this.#reader
  }
}

/** Refused, it was refused then as well: what came before it stays in effect. */
function repeatRequest(task: EngineTask, entry: Extract<LogEntry, { kind: 'request' }>): void {
  try {
    task.request(entry, () => {}, [])
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
}

async function repeatRows(
  context: ReplayContext,
  reader: PartitionReader,
  entry: ProcessedRows | CaughtUpRows,
): Promise<void> {
  const { task, ids, onNotice, signal } = context
  const sequences: Sequence[] = []
  for (const range of entry.ranges) {
    const { topic, partition, from, until } = range
    const queue = queueOf(reader.queues, range)
    if (queue === undefined) throw new Error(`the log has rows of ${topic}, which no statement before them reads`)
    const count = await fetched(reader, queue, range, signal)
    if (count < range.count && queue.lost !== null && queue.lost.until > from)
      throw lost(topic, partition, { from, until: Math.min(until, queue.lost.until) })
    if (count < range.count) {
      onNotice(
        `Topic ${topic}, partition ${partition} has ${count} of the ${range.count} records that were processed there from offset ${from} to ${until - 1}: the others were compacted away, and what they gave to states is missing in them`,
      )
    }
    const at = (index: number) => (index < count ? queue.at(index) : undefined)
    sequences.push({ topic, partition, from, isBehind: false, at })
  }
  const { runs } = merge(sequences, task.isTable, Number.POSITIVE_INFINITY)
  await ids.learnWaiting(runs, () => {
    signal.throwIfAborted()
    return true
  })
  task.rows(entry, { runs })
  dropTaken(reader.queues, entry.ranges)
}

/** Waits for the records of a range, drops what lies before them, and gives their number. */
async function fetched(
  reader: PartitionReader,
  queue: PartitionQueue,
  range: RecordRange,
  signal: AbortSignal,
): Promise<number> {
  // what was processed was committed: a topic that ends before it is another one
  if (queue.end < range.until) throw madeAnew(range.topic, range.partition, range.until, queue.end)
  for (;;) {
    while ((queue.at(0)?.offset ?? range.from) < range.from) queue.drop(1)
    let count = 0
    while ((queue.at(count)?.offset ?? range.until) < range.until) count++
    if (queue.position >= range.until || queue.at(count) !== undefined) return count
    await reader.news(LOOK_MS)
    signal.throwIfAborted()
  }
}
