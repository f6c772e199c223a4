import type { IHeaders, Message } from 'kafkajs'

export interface MessageParts {
  readonly key: Buffer | null
  readonly value: Buffer | null
  /** ms since 1970-01-01 UTC; absent: the time of sending */
  readonly timestamp?: string
  /** absent: the producer's partitioner says it */
  readonly partition?: number
  readonly headers?: IHeaders
}

/**
 * A message for kafkajs. It copies each, and adds to the copy what this one has already: without room for these two V8 makes of every copy two objects, a sixth of
 * the time that a request takes.
 */
export function toMessage({ key, value, timestamp, partition, headers }: MessageParts): Message {
  const message = { key, value, timestamp, partition, headers, offsetDelta: 0, timestampDelta: 0 }
  return message
}
