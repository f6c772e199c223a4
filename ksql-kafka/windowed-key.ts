import type { RecordWindow, SourceInfo } from '../engine/index.ts'

const TIME_BYTES = 8

/** What of a source tells how its windowed keys are written. */
export type KeyWindowing = Pick<SourceInfo, 'windowType' | 'windowSize'>

/**
 * A windowed key as Kafka Streams writes it: the key, then of a time window its start, of a session its end and its start; ms as 8 bytes, big-endian.
 * https://kafka.apache.org/documentation/streams/developer-guide/dsl-api.html#windowing
 */
export function windowedKey(key: Uint8Array, { type, start, end }: RecordWindow): Buffer {
  const times = type === 'session' ? [end, start] : [start]
  const bytes = Buffer.alloc(key.length + times.length * TIME_BYTES)
  bytes.set(key)
  for (const [i, time] of times.entries()) bytes.writeBigInt64BE(BigInt(time), key.length + i * TIME_BYTES)
  return bytes
}

/** The key and the window of a windowed key. Throws Error where the bytes are too few to be one. */
export function splitWindowedKey(
  bytes: Buffer,
  { windowType, windowSize }: KeyWindowing,
): { readonly key: Buffer; readonly window: RecordWindow } {
  const isSession = windowType === 'SESSION'
  const length = bytes.length - (isSession ? 2 : 1) * TIME_BYTES
  if (length < 0) throw new Error(`a key of ${bytes.length} bytes is too short to have a ${windowType} window`)
  const time = (i: number): number => Number(bytes.readBigInt64BE(length + i * TIME_BYTES))
  const window: RecordWindow = isSession
    ? { type: 'session', end: time(0), start: time(1) }
    : { type: 'time', start: time(0), end: time(0) + (windowSize ?? 0) }
  return { key: bytes.subarray(0, length), window }
}
