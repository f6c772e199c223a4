import type { KsqlEngine, RawRecord } from '../engine/index.ts'
import type { QueuedRecord } from '../kafka/partition-queue.ts'
import { type KeyWindowing, splitWindowedKey } from './windowed-key.ts'

/**
 * Records of a topic as the engine takes them. One whose key has no window where the topic's declaration says so cannot be read: it is counted among the
 * engine's errors and left out.
 */
export function incomingRecords(engine: KsqlEngine, topic: string, records: readonly QueuedRecord[]): RawRecord[] {
  const windowing = windowingOf(engine, topic)
  return records.flatMap(({ key, value, timestamp, headers }) => {
    const record = { key, value, timestamp, headers: headersOf(headers) }
    if (windowing === null || key === null) return [record]
    try {
      return [{ ...record, ...splitWindowedKey(key, windowing) }]
    } catch (error) {
      engine.errors.count(`topic ${topic}`, 'a key cannot be read', error)
      return []
    }
  })
}

/** Streams and tables on one topic have windows of the same kind, unless they do not read the key. */
function windowingOf(engine: KsqlEngine, topic: string): KeyWindowing | null {
  return engine.sources().find((source) => source.topic === topic && source.windowType !== null) ?? null
}

const NONE: RawRecord['headers'] = []

function headersOf(headers: QueuedRecord['headers']): RawRecord['headers'] {
  const entries = Object.entries(headers ?? {})
  if (entries.length === 0) return NONE
  return entries.flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => ({
      key,
      value: one === undefined ? null : Buffer.from(one),
    })),
  )
}
