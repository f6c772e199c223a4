import type { Kafka } from 'kafkajs'
import { KsqlError } from '../engine/index.ts'
import type { PartitionQueue } from '../kafka/partition-queue.ts'
import { PartitionReader } from '../kafka/partition-reader.ts'
import { RestError } from '../ksql-rest/server/rest-error.ts'
import type { EngineTask } from './engine-task.ts'
import { openHistory } from './history.ts'
import type { CaughtUpRows, LogEntry, ProcessedRows, RecordRange } from './log-entry.ts'
import { merge, type Sequence } from './merge.ts'
import type { SchemaIds } from './schema-ids.ts'

export interface ReplayContext {
  readonly kafka: Kafka
  readonly task: EngineTask
  readonly ids: SchemaIds
  readonly onNotice: (text: string) => void
  /** prefix of the consumer group that reads */
  readonly group: string
}

const LOOK_MS = 1_000

/**
 * Does to a task what the log says was done to it: the same statements, and the same records in the same order. What it gives was committed then.
 * @returns a reader that stands where the task does
 * @throws LostRecordsError for records that are gone; what kafkajs throws
 */
export async function replay(context: ReplayContext, entries: readonly LogEntry[]): Promise<PartitionReader> {
  const { kafka, task, group } = context
  const positions = new Map(task.positions)
  for (const entry of entries) {
    if (entry.kind !== 'request') continue
    for (const [topic, starts] of entry.starts) if (!positions.has(topic)) positions.set(topic, starts)
  }
  const hasRows = entries.some(({ kind }) => kind === 'rows')
  const reader = await PartitionReader.open(kafka, hasRows ? positions : task.positions, group)
  let history: PartitionReader | null = null
  try {
    for (const entry of entries) {
      if (entry.kind === 'request') repeatRequest(task, entry)
      else if (entry.kind === 'rows') await repeatRows(context, reader, entry)
      else if (entry.kind === 'history' && task.catchUp !== null) {
        history ??= await openHistory(kafka, task.catchUp, group)
        await repeatRows(context, history, entry)
        if (entry.isLast) {
          await history.close()
          history = null
        }
      }
      task.take()
    }
  } catch (error) {
    await reader.close()
    throw error
  } finally {
    await history?.close()
  }
  const stands = ({ topic, partition, from }: PartitionQueue): boolean =>
    task.positions.get(topic)?.[partition] === from
  const count = [...task.positions.values()].reduce((sum, offsets) => sum + offsets.length, 0)
  if (reader.queues.length === count && reader.queues.every(stands)) return reader
  await reader.close()
  return PartitionReader.open(kafka, task.positions, group)
}

/** Refused, it was refused then as well: what came before it stays in effect. */
function repeatRequest(task: EngineTask, entry: Extract<LogEntry, { kind: 'request' }>): void {
  try {
    task.request(entry, () => {}, [])
  } catch (error) {
    if (!(error instanceof KsqlError) && !(error instanceof RestError)) throw error
  }
}

async function repeatRows(
  context: ReplayContext,
  reader: PartitionReader,
  entry: ProcessedRows | CaughtUpRows,
): Promise<void> {
  const { task, ids, onNotice } = context
  const taken: { readonly queue: PartitionQueue; readonly sequence: Sequence; readonly count: number }[] = []
  for (const range of entry.ranges) {
    const queue = reader.queues.find(({ topic, partition }) => topic === range.topic && partition === range.partition)
    if (queue === undefined) throw new Error(`the log has rows of ${range.topic}, which no statement before them reads`)
    const count = await fetched(reader, queue, range)
    if (count < range.count) {
      onNotice(
        `Topic ${range.topic}, partition ${range.partition} has ${count} of the ${range.count} records that were processed there from offset ${range.from} to ${range.until - 1}: the others were compacted away, and what they gave to states is missing in them`,
      )
    }
    const { topic, partition, from } = range
    const at = (index: number) => (index < count ? queue.at(index) : undefined)
    taken.push({ queue, count, sequence: { topic, partition, from, isBehind: false, at } })
  }
  const sequences = taken.map(({ sequence }) => sequence)
  const { runs } = merge(sequences, task.isTable, Number.POSITIVE_INFINITY, false)
  await ids.learn(runs)
  task.rows(entry, { runs })
  for (const [i, { queue, count }] of taken.entries()) {
    queue.drop(count)
    queue.from = entry.ranges[i].until
  }
}

/** Waits for the records of a range, drops what lies before them, and gives their number. */
async function fetched(reader: PartitionReader, queue: PartitionQueue, range: RecordRange): Promise<number> {
  for (;;) {
    while ((queue.at(0)?.offset ?? range.from) < range.from) queue.drop(1)
    let count = 0
    while ((queue.at(count)?.offset ?? range.until) < range.until) count++
    if (queue.position >= range.until || queue.at(count) !== undefined) return count
    await reader.news(LOOK_MS)
  }
}
