import { randomBytes, randomUUID } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { kafkaClient } from '../../kafka/client.ts'
import { LostRecordsError, PartitionReader } from '../../kafka/partition-reader.ts'
import { deleteRecordsBefore, makeTopics } from '../../kafka/topic.ts'
import { type AddressedRecord, TransactionalSender } from '../../kafka/transactional-sender.ts'
import { describeWithServers } from './servers.ts'

const COUNT = 40_000

describeWithServers('a reader of partitions', ({ bootstrap }) => {
  const kafka = kafkaClient(bootstrap, 8)
  const open: { close(): Promise<void> }[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })

  async function topicOf(partitions: number): Promise<string> {
    const name = `read-${randomUUID()}`
    // Its records are of 1970.
    await makeTopics(kafka, [{ name, partitions, config: { 'retention.ms': '-1' } }])
    return name
  }

  async function sender(id = randomUUID()): Promise<TransactionalSender> {
    const made = new TransactionalSender(kafka, id)
    await made.connect()
    open.push(made)
    return made
  }

  async function reader(topic: string, from: number[], skipsLost = false): Promise<PartitionReader> {
    const made = await PartitionReader.open(kafka, new Map([[topic, from]]), { group: 'test-read', skipsLost })
    open.push(made)
    return made
  }

  const records = (topic: string, partition: number, texts: readonly string[]): AddressedRecord[] =>
    texts.map((text) => ({ topic, partition, key: null, value: Buffer.from(text), timestamp: 0 }))

  /** So many records, as they come. */
  async function taken(from: PartitionReader, count: number): Promise<string[]> {
    const found: string[] = []
    while (found.length < count) {
      await from.news(200)
      for (const queue of from.queues) {
        for (let record = queue.at(0); record !== undefined; record = queue.at(0)) {
          found.push(`${queue.partition}:${record.value}`)
          queue.drop(1)
        }
      }
    }
    return found
  }

  test('goes on from its offsets, over the marks of transactions, and is behind as long as there is more', async () => {
    const topic = await topicOf(2)
    const producer = await sender()
    await producer.commit([...records(topic, 0, ['a', 'b']), ...records(topic, 1, ['x'])])
    await producer.commit(records(topic, 0, ['c']))
    const all = await reader(topic, [1, 0])
    expect((await taken(all, 3)).sort()).toEqual(['0:b', '0:c', '1:x'])
    while (all.queues.some(({ isBehind }) => isBehind)) await all.news(200)
    // a mark stands behind the last record
    expect(all.queues.map(({ position }) => position)).toEqual([5, 2])
    await producer.commit(records(topic, 1, ['y']))
    expect(await taken(all, 1)).toEqual(['1:y'])
  })

  test('more records than it keeps ready come in order, none of them missing', { timeout: 60_000 }, async () => {
    const topic = await topicOf(1)
    const producer = await sender()
    // more than a fetch brings, also when it is compressed
    const texts = Array.from({ length: COUNT }, (_, i) => `${i} ${randomBytes(100).toString('hex')}`)
    await producer.commit(records(topic, 0, texts))
    const all = await reader(topic, [0])
    // as long as nobody takes any, it does not go on for ever
    for (let i = 0; i < 10; i++) await all.news(200)
    expect(all.waiting).toBeLessThan(COUNT)
    expect(await taken(all, COUNT)).toEqual(texts.map((text) => `0:${text}`))
  })

  test('records that are gone before they were read are an error that names them', async () => {
    const topic = await topicOf(1)
    const producer = await sender()
    await producer.commit(records(topic, 0, ['a', 'b', 'c']))
    await deleteRecordsBefore(kafka, topic, 2)
    await expect(reader(topic, [1])).rejects.toThrow(
      new LostRecordsError(
        `Topic ${topic}, partition 0 no longer has offsets 1 to 1: they were deleted, by retention or by hand, before they were read.`,
      ),
    )
  })

  test('records that are gone can be skipped, also while it reads: the queue says which', {
    timeout: 60_000,
  }, async () => {
    const topic = await topicOf(1)
    const producer = await sender()
    const texts = Array.from({ length: COUNT }, (_, i) => `${i} ${randomBytes(100).toString('hex')}`)
    await producer.commit(records(topic, 0, texts))
    await deleteRecordsBefore(kafka, topic, 10)
    const some = await reader(topic, [2], true)
    const [queue] = some.queues
    expect(queue.lost).toEqual({ from: 2, until: 10 })
    while (queue.length < COUNT / 4) await some.news(200)
    queue.dropBefore(11)
    expect(queue.lost).toBeNull()
    // it has come to its limit by now, far before the end
    for (let i = 0; i < 10; i++) await some.news(200)
    await deleteRecordsBefore(kafka, topic, COUNT - 5)
    const found = await taken(some, queue.length + 5)
    expect(found.slice(-5)).toEqual(texts.slice(-5).map((text) => `0:${text}`))
    expect(found.slice(0, -5)).toEqual(texts.slice(11, 11 + found.length - 5).map((text) => `0:${text}`))
    expect(queue.lost).toEqual({ from: 11 + found.length - 5, until: COUNT - 5 })
  })

  test('a topic that is not there, or ends before the position, is an error that names it', async () => {
    await expect(reader('read-nowhere', [0])).rejects.toThrow(
      'Topic read-nowhere is not there any more: it was deleted.',
    )
    await expect(reader(await topicOf(1), [7], true)).rejects.toThrow('ends at offset 0, and was read up to 7')
  })

  test('a sender that another one by its id has followed commits nothing more', async () => {
    const topic = await topicOf(1)
    const id = randomUUID()
    const first = await sender(id)
    await first.commit(records(topic, 0, ['a']))
    const second = await sender(id)
    await second.commit(records(topic, 0, ['b']))
    await expect(first.commit(records(topic, 0, ['never']))).rejects.toThrow()
    await second.commit(records(topic, 0, ['c']))
    expect(await taken(await reader(topic, [0]), 3)).toEqual(['0:a', '0:b', '0:c'])
  })
})
