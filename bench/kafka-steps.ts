import kafkajs from 'kafkajs'
import type { Column, RowsInColumns } from '../engine/index.ts'
import { logSources } from '../gpuz/log-source.ts'
import { readingFields } from '../gpuz/reading-schema.ts'
import { batchesOf } from '../jobs/log-batches.ts'
import { produce } from '../jobs/produce.ts'
import { ReadingEncoder } from '../jobs/reading-encoder.ts'
import { kafkaClient } from '../kafka/client.ts'
import type { OutgoingRecord } from '../kafka/missing-records.ts'

/** `gpumon produce` of a log, from the command's first look at it to the last acknowledgement. */
export async function produceLog(path: string, bootstrap: string, registry: string): Promise<{ rows: number }> {
  const { sent } = await produce({ logs: [path], timezone: 'UTC', bootstrap, registry })
  return { rows: sent }
}

/** Of what is sent from memory. */
export const READY_TOPIC = 'bench.ready-made'

/** Requests that lie ready in memory; they are sent again and again. */
const READY_REQUESTS = 100

/** Addressed, so that kafkajs has no partition to choose. */
type ReadyRecord = OutgoingRecord & { readonly partition: number }

/**
 * The yardstick: kafkajs alone, with the same settings, sends requests of the log that lie ready in memory.
 * @returns sends at least so many rows as the log has
 */
export async function prepareReadyMade(path: string, bootstrap: string): Promise<() => Promise<{ rows: number }>> {
  const { requests, rows } = await readyRequests(path)
  const kafka = kafkaClient(bootstrap)
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  })
  return async () => {
    await producer.connect()
    let sent = 0
    for (let i = 0; sent < rows; i++) {
      const messages = requests[i % requests.length]
      await producer.send({ topic: READY_TOPIC, messages, acks: -1, compression: kafkajs.CompressionTypes.GZIP })
      sent += messages.length
    }
    await producer.disconnect()
    return { rows: sent }
  }
}

async function readyRequests(path: string): Promise<{ requests: ReadyRecord[][]; rows: number }> {
  const { logs } = await logSources(path)
  const fields = new Set(readingFields.map(({ name }) => name))
  const batches = batchesOf({ log: logs[0], ...logs[0], timezone: 'UTC', fields })
  const encoder = new ReadingEncoder(1)
  const requests: ReadyRecord[][] = []
  let rows = 0
  for (let next = await batches.next(); next !== null; next = await batches.next()) {
    const { count, ts, row, sensors } = next.batch
    rows += count
    if (requests.length >= READY_REQUESTS) continue
    const text = (value: string): Column => ({ data: new Array<string>(count).fill(value), nulls: null })
    const columns = new Map<string, Column>([
      ...sensors,
      ['ts', { data: ts, nulls: null }],
      ['row', { data: row, nulls: null }],
      ['device', text('bench')],
      ['host', text('bench')],
      ['source', text(path)],
    ])
    const batch: RowsInColumns = { count, columns, rowtime: ts }
    for (const request of encoder.requests(batch)) requests.push(request.map((record) => ({ ...record, partition: 0 })))
  }
  await batches.close()
  return { requests, rows }
}
