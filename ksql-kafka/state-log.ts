import type { Kafka } from 'kafkajs'
import { PartitionReader } from '../kafka/partition-reader.ts'
import { offsetsOf } from '../kafka/topic.ts'
import type { AddressedRecord } from '../kafka/transactional-sender.ts'
import { entryFromBytes, entryToBytes, type LogEntry } from './log-entry.ts'

/** Bytes of a piece of a snapshot. */
const PIECE = 500_000
const ENTRY = Buffer.from('entry')
const SNAPSHOT = Buffer.from('snapshot')
const PARTITION = 0
const LOOK_MS = 1_000

/** What the log of a service says: the newest snapshot, and what has happened since. */
export interface LogContents {
  readonly snapshot: Buffer | null
  readonly entries: readonly LogEntry[]
}

/** An entry as a record of the log's topic. */
export function entryRecord(topic: string, entry: LogEntry): AddressedRecord {
  return { topic, partition: PARTITION, key: ENTRY, value: entryToBytes(entry) }
}

/** A snapshot as records of the log's topic, which belong into one transaction. */
export function snapshotRecords(topic: string, snapshot: Uint8Array): AddressedRecord[] {
  const pieces: AddressedRecord[] = []
  const bytes = Buffer.from(snapshot.buffer, snapshot.byteOffset, snapshot.byteLength)
  for (let at = 0; at < bytes.length; at += PIECE) {
    const headers = { last: at + PIECE >= bytes.length ? 'yes' : 'no' }
    pieces.push({ topic, partition: PARTITION, key: SNAPSHOT, value: bytes.subarray(at, at + PIECE), headers })
  }
  return pieces
}

/**
 * Reads the log up to a mark that the reader itself has made: whatever came before it is committed or never will be.
 * @param group prefix of the consumer group that reads
 * @throws what kafkajs throws; the signal's reason
 */
export async function readLog(
  kafka: Kafka,
  topic: string,
  markId: string,
  { group, signal }: { readonly group: string; readonly signal: AbortSignal },
): Promise<LogContents> {
  const [{ low }] = (await offsetsOf(kafka, [topic])).get(topic) ?? [{ low: 0 }]
  const reader = await PartitionReader.open(kafka, new Map([[topic, [low]]]), { group })
  try {
    const [queue] = reader.queues
    let snapshot: Buffer | null = null
    let entries: LogEntry[] = []
    let pieces: Buffer[] = []
    for (;;) {
      for (let record = queue.at(0); record !== undefined; record = queue.at(0)) {
        queue.drop(1)
        const { key, value, headers } = record
        if (value === null) continue
        if (key?.equals(SNAPSHOT)) {
          pieces.push(value)
          if (String(headers?.['last']) !== 'yes') continue
          snapshot = Buffer.concat(pieces)
          pieces = []
          entries = []
        } else {
          const entry = entryFromBytes(value)
          if (entry.kind === 'mark' && entry.id === markId) return { snapshot, entries }
          entries.push(entry)
        }
      }
      await reader.news(LOOK_MS)
      signal.throwIfAborted()
    }
  } finally {
    await reader.close()
  }
}
