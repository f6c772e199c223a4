import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import kafkajs from 'kafkajs'

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs

const compress = promisify(gzip)
const decompress = promisify(gunzip)

// Level 1 packs readings to a few per cent more than the default level does, in a third of the time.
CompressionCodecs[CompressionTypes.GZIP] = () => ({
  compress: ({ buffer }: { buffer: Buffer }) => compress(buffer, { level: 1 }),
  decompress: (buffer: Buffer) => decompress(buffer),
})

/** Names of errors that say a broker could not be reached or did not answer, here or in a cause. */
const OUTAGES = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
  'KafkaJSNoBrokerAvailableError',
  'KafkaJSMetadataNotLoaded',
  'KafkaJSTopicMetadataNotLoaded',
  // a broker that has just started
  'KafkaJSGroupCoordinatorNotFound',
])

/** kafkajs repeats a request so often by itself, for about a second; whoever can wait longer asks again. */
const RETRIES = 3

/** What the broker or the way to it said, with what to do. */
export class KafkaError extends Error {
  constructor(doing: string, bootstrap: string, cause: unknown, fix: string) {
    super(`${doing} on Kafka at ${bootstrap}: ${reasonOf(cause)}. ${fix}`)
    this.name = 'KafkaError'
  }
}

/** An error that may be kafkajs's own, in words for the person who started this. */
export function withPlace(error: unknown, doing: string, bootstrap: string, fix: string): unknown {
  return error instanceof Error && error.name.startsWith('KafkaJS')
    ? new KafkaError(doing, bootstrap, error, fix)
    : error
}

/**
 * A client of the brokers at `bootstrap` (HOST:PORT, several with commas). Nothing is connected yet.
 * @param retries of each request, the last of them two seconds apart
 */
export function kafkaClient(bootstrap: string, retries = RETRIES): kafkajs.Kafka {
  return new Kafka({
    clientId: 'gpumon',
    brokers: bootstrap.split(','),
    // What goes wrong comes as errors; kafkajs's log would repeat each of them.
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3_000,
    retry: { retries, initialRetryTime: 100, maxRetryTime: 2_000 },
  })
}

/**
 * For consumers: one that fails for good stays so, and its CRASH event says it. kafkajs would begin it anew, also when it has been told to end meanwhile; what
 * runs then nobody ends any more.
 */
export const NO_RESTART = { retries: 8, restartOnFailure: async () => false }

/** Whether trying again later can help: the broker is away, or says so itself. */
export function isOutage(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (OUTAGES.has(at.name) || (at.name === 'KafkaJSProtocolError' && 'retriable' in at && at.retriable === true))
      return true
  }
  return false
}

/** What a broker says of a topic that is not there. */
export const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION'

/** Whether that is what the broker said, by Kafka's name for it, here or in a cause. */
export function hasType(error: unknown, type: string): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) if ('type' in at && at.type === type) return true
  return false
}

/** The innermost words: kafkajs wraps them. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message
}
