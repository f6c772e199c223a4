import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { packageRoot } from '../jobs/package-root.ts'
import { productStatements } from '../jobs/statement-file.ts'
import { kafkaClient } from '../kafka/client.ts'
import { PartitionReader } from '../kafka/partition-reader.ts'
import { listTopics, offsetsOf, removeTopics } from '../kafka/topic.ts'
import { type AddressedRecord, TransactionalSender } from '../kafka/transactional-sender.ts'
import { KafkaService } from '../ksql-kafka/kafka-service.ts'

const READINGS = 'gpu.readings'
const LOOK_MS = 50

/** Removes all topics but that of the readings. */
export async function removeOutputs(bootstrap: string): Promise<void> {
  const kafka = kafkaClient(bootstrap)
  const outputs = (await listTopics(kafka)).map(({ name }) => name).filter((name) => name !== READINGS)
  await removeTopics(kafka, outputs)
}

async function ends(kafka: Kafka, topic: string): Promise<number[]> {
  return ((await offsetsOf(kafka, [topic])).get(topic) ?? []).map(({ high }) => high)
}

/** A server of a new service with the product's statements, from its start to the last transaction of the readings that the topic has. */
export async function runKsqlServer(bootstrap: string, registry: string): Promise<{ rows: number }> {
  const kafka = kafkaClient(bootstrap)
  const rows = (await ends(kafka, READINGS)).reduce((sum, end) => sum + end, 0)
  const serviceId = `bench-${randomUUID()}`
  const tell = (said: unknown): void => console.error(said)
  const service = new KafkaService({ bootstrap, registry, serviceId, onFault: tell, onNotice: tell })
  const stop = new AbortController()
  const running = service.run('bench', stop.signal)
  while (service.state !== 'READY') await sleep(LOOK_MS)
  const cluster = await readFile(join(packageRoot(), 'ksql', 'cluster', '08-metrics.ksql'), 'utf8')
  const statements = [...(await productStatements()).map(({ text }) => text), cluster].join('\n')
  await service.execute(statements, {
    properties: new Map([['auto.offset.reset', 'earliest']]),
    variables: new Map(),
  })
  const admin = kafka.admin()
  await admin.connect()
  for (let done = 0; done < rows; await sleep(LOOK_MS)) {
    const [{ partitions }] = await admin.fetchOffsets({ groupId: serviceId, topics: [READINGS] })
    done = partitions.reduce((sum, { offset }) => sum + Number(offset), 0)
  }
  await admin.disconnect()
  stop.abort()
  await running
  return { rows }
}

/** Rows of a transaction, as the server takes at most. */
const ROWS = 4_000

/**
 * The yardstick: takes the readings from their topic and sends what a server has made of them, which lies ready in memory, in as many transactions.
 * @param bootstrap of a broker on which `runKsqlServer` has run
 */
export async function prepareReadyOutputs(bootstrap: string): Promise<() => Promise<{ rows: number }>> {
  const kafka = kafkaClient(bootstrap)
  const outputs = (await listTopics(kafka)).map(({ name }) => name).filter((name) => name !== READINGS)
  const ready: AddressedRecord[] = []
  await readAll(kafka, outputs, async (reader) => {
    for (const queue of reader.queues) {
      for (let record = queue.at(0); record !== undefined; record = queue.at(0)) {
        const { topic, partition } = queue
        const { key, value, timestamp } = record
        ready.push({ topic, partition, key, value, timestamp })
        queue.drop(1)
      }
    }
  })
  // as the queries write them: records of all topics side by side
  ready.sort((a, b) => (a.timestamp ?? 0) - (b.timestamp ?? 0))
  const rows = (await ends(kafka, READINGS)).reduce((sum, end) => sum + end, 0)
  return async () => {
    const sender = new TransactionalSender(kafka, `bench-${randomUUID()}`)
    await sender.connect()
    let taken = 0
    let sent = 0
    await readAll(kafka, [READINGS], async (reader) => {
      for (const queue of reader.queues) {
        while (queue.length > 0) {
          const count = Math.min(queue.length, ROWS)
          queue.drop(count)
          taken += count
          const until = Math.floor((ready.length * taken) / rows)
          await sender.commit(ready.slice(sent, until))
          sent = until
        }
      }
    })
    await sender.close()
    return { rows }
  }
}

/** Reads topics from their beginnings to their ends. */
async function readAll(
  kafka: Kafka,
  topics: readonly string[],
  take: (reader: PartitionReader) => Promise<void>,
): Promise<void> {
  const offsets = await offsetsOf(kafka, topics)
  const positions = new Map([...offsets].map(([topic, partitions]) => [topic, partitions.map(({ low }) => low)]))
  const reader = await PartitionReader.open(kafka, positions, { group: 'bench' })
  const isOpen = (): boolean =>
    reader.queues.some(
      ({ topic, partition, position, length }) => length > 0 || position < (offsets.get(topic)?.[partition]?.high ?? 0),
    )
  while (isOpen()) {
    await reader.news(LOOK_MS)
    await take(reader)
  }
  await reader.close()
}
