import { setImmediate } from 'node:timers/promises'
import { readingSchema } from '../gpuz/reading-schema.ts'
import { kafkaClient } from '../kafka/client.ts'
import type { OutgoingRecord } from '../kafka/missing-records.ts'
import { throughOutages } from '../kafka/outages.ts'
import { SchemaRegistryClient } from '../kafka/schema-registry.ts'
import { TopicSender } from '../kafka/sender.ts'
import { ensureTopic } from '../kafka/topic.ts'
import { ArrivedRows } from './arrived-rows.ts'
import { durationText } from './duration-text.ts'
import { type LogRowsOptions, openLogRows, refuseContradictions } from './log-rows.ts'
import { LogTotals } from './log-totals.ts'
import { newestReadings } from './newest-readings.ts'
import { paced } from './pace.ts'
import { ReadingColumns } from './reading-columns.ts'
import { ReadingEncoder } from './reading-encoder.ts'
import { readingsStream } from './readings-stream.ts'

export interface ProduceOptions extends LogRowsOptions {
  /** HOST:PORT of a broker, several with commas */
  readonly bootstrap: string
  /** URL of a schema registry */
  readonly registry: string
}

export interface ProduceListener {
  /** `rows` that the broker has acknowledged; `share` of the logs that is read, 0 to 1, null when there is no end to it */
  readonly onProgress?: (progress: { readonly rows: number; readonly share: number | null }) => void
  readonly onNotice?: (text: string) => void
}

export interface ProduceResult {
  readonly topic: string
  /** acknowledged by all in-sync replicas */
  readonly sent: number
  /** were in the topic before */
  readonly already: number
  /** lines of the logs that became no row, by reason */
  readonly rejects: Readonly<Record<string, number>>
  readonly seconds: number
}

/**
 * Sends the readings of logs to their Kafka topic, each once: started again, it goes on behind the last reading that the topic has.
 * @throws KafkaError, SchemaRegistryError, NotALogError, UnknownZoneError, ZipError; Error for options that do not go together, and for a log that is not the
 * one whose rows the topic has; what the operating system says
 */
export async function produce(options: ProduceOptions, listener: ProduceListener = {}): Promise<ProduceResult> {
  const begun = performance.now()
  refuseContradictions(options)
  const { bootstrap, speed, follow = false } = options
  // What has been read must not wait for what may come much later.
  const mayPause = follow || speed !== undefined
  const { onProgress = () => {}, onNotice = () => {} } = listener
  const signal = options.signal ?? new AbortController().signal
  const stream = await readingsStream()
  const { topic } = stream
  const columns = new ReadingColumns(stream, new Set(stream.columns.map(({ name }) => name)))
  const totals = new LogTotals()
  const feed = await openLogRows(options, columns, totals, signal, onNotice)

  const registry = new SchemaRegistryClient(options.registry)
  const encoder = new ReadingEncoder(await registry.register(`${topic}-value`, JSON.stringify(readingSchema())))
  const { partitions, retentionMs } = await ensureTopic(kafkaClient(bootstrap), topic, bootstrap)
  if (retentionMs >= 0) {
    onNotice(
      `topic ${topic} keeps readings for ${durationText(retentionMs)} of their own time: the broker soon deletes older ones (retention.ms=-1 keeps all)`,
    )
  }
  const waiting = { bootstrap, signal, onNotice }
  const newest = await throughOutages(`Cannot look through topic ${topic}`, waiting, () =>
    newestReadings(bootstrap, { topic, partitions, stream }, registry, feed, signal),
  ).catch((error: unknown) => {
    if (error !== signal.reason || !signal.aborted) throw error
    return null
  })
  const resultOf = (sent: number, already: number): ProduceResult => ({
    ...{ topic, sent, already, rejects: totals.rejects },
    seconds: (performance.now() - begun) / 1000,
  })
  if (newest === null) return resultOf(0, 0)
  const arrived = new ArrivedRows(newest)

  const sender = new TopicSender({ ...waiting, topic, partitions })
  await sender.open()
  let sent = 0
  let flight: Promise<void> = Promise.resolve()
  const send = async (request: readonly OutgoingRecord[]): Promise<void> => {
    if (request.length === 0) return
    await flight
    flight = sender.send(request).then(() => {
      sent += request.length
      onProgress({ rows: sent, share: feed.share })
    })
    // It fails where it is awaited.
    flight.catch(() => {})
    // The next request is made while this one is on its way: it is, when kafkajs has had its turn.
    await setImmediate()
  }
  try {
    const missing = arrived.missing(feed, signal)
    try {
      for await (const rows of speed === undefined ? missing : paced(missing, speed, signal)) {
        for (const request of encoder.requests(rows)) await send(request)
        if (mayPause) {
          await send(encoder.rest())
          await flight
        }
        if (signal.aborted) break
      }
    } finally {
      // Also what was read before reading failed.
      await send(encoder.rest())
      await flight
    }
  } finally {
    await sender.close()
  }
  return resultOf(sent, arrived.rows)
}
