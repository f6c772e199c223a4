import type { KeyPartitions } from './key-partitions.ts'
import { readNewestRecords, type StoredRecord } from './newest-records.ts'

/** A record on its way to a topic. */
export interface OutgoingRecord {
  readonly key: Buffer
  readonly value: Buffer
  /** event time, ms since 1970-01-01 UTC */
  readonly timestamp: string
}

/**
 * What of a request a topic does not have. A broker takes the records of a partition all or none, and nobody else sends records of these keys: the newest record
 * of the key that comes last tells whether those of its partition have arrived.
 * @param partitions that the request's records were sent to
 * @throws what kafkajs throws when the broker goes away; the signal's reason
 */
export async function missingRecords(
  bootstrap: string,
  topic: string,
  partitions: KeyPartitions,
  request: readonly OutgoingRecord[],
  signal: AbortSignal,
): Promise<OutgoingRecord[]> {
  const last = new Map(request.map((record) => [partitions.of(record.key), record]))
  const newest = new Map<number, StoredRecord>()
  await readNewestRecords(bootstrap, topic, last.keys(), signal, async (partition, records) => {
    // Only a whole stretch is looked at: what is newer stands behind in it.
    if (records === null) return !newest.has(partition)
    for (const record of records) if (last.get(partition)?.key.equals(record.key ?? NONE)) newest.set(partition, record)
    return true
  })
  const isMissing = (partition: number): boolean => {
    const [sent, there] = [last.get(partition), newest.get(partition)]
    return sent === undefined || there === undefined || !isSame(sent, there)
  }
  return request.filter(({ key }) => isMissing(partitions.of(key)))
}

const NONE = Buffer.alloc(0)

function isSame(sent: OutgoingRecord, there: StoredRecord): boolean {
  return Number(sent.timestamp) === there.timestamp && sent.value.equals(there.value ?? NONE)
}
