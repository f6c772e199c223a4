import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RealServers } from './global-setup.ts'

/** What the header of a record batch says. https://kafka.apache.org/documentation/#recordbatch */
export interface RecordBatch {
  readonly codec: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  readonly records: number
  /** -1: the producer was not idempotent */
  readonly producerId: number
  readonly sequence: number
}

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const

/** The batches of partition 0 of a topic as the broker has stored them, from its first segment. */
export function storedBatches({ brokerFolder }: RealServers, topic: string): RecordBatch[] {
  const segment = readFileSync(join(brokerFolder, 'data', `${topic}-0`, `${'0'.repeat(20)}.log`))
  const batches: RecordBatch[] = []
  for (let at = 0; at < segment.length; at += 12 + segment.readInt32BE(at + 8)) {
    batches.push({
      codec: CODECS[segment.readInt16BE(at + 21) & 7],
      producerId: Number(segment.readBigInt64BE(at + 43)),
      sequence: segment.readInt32BE(at + 53),
      records: segment.readInt32BE(at + 57),
    })
  }
  return batches
}
