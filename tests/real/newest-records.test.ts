import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { kafkaClient } from '../../kafka/client.ts'
import { readNewestRecords, type StoredRecord } from '../../kafka/newest-records.ts'
import { deleteRecordsBefore } from '../../kafka/topic.ts'
import { TransactionalSender } from '../../kafka/transactional-sender.ts'
import { describeWithServers } from './servers.ts'
import { makeTopic, testClient } from './topic-contents.ts'

/** More than the first look takes. */
const COUNT = 5_000

describeWithServers('a look at the newest records', ({ bootstrap }) => {
  const kafka = testClient(bootstrap)
  const never = new AbortController().signal

  async function send(topic: string, values: readonly string[]): Promise<void> {
    const producer = kafka.producer()
    await producer.connect()
    await producer.send({ topic, messages: values.map((value) => ({ value })) })
    await producer.disconnect()
  }

  async function topicOf(values: readonly string[]): Promise<string> {
    const topic = `newest-${randomUUID()}`
    await makeTopic(bootstrap, topic)
    await send(topic, values)
    return topic
  }

  /** Sends in a transaction, and something else before its end. */
  async function aborted(topic: string, value: string, meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    const producer = kafka.producer({ transactionalId: randomUUID(), maxInFlightRequests: 1 })
    await producer.connect()
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: [{ value }] })
    try {
      await meanwhile()
    } finally {
      await transaction.abort()
      await producer.disconnect()
    }
  }

  /** All values of the topic's partition, stretch by stretch, the newest first. */
  async function valuesOf(topic: string): Promise<string[][]> {
    const stretches: string[][] = [[]]
    await readNewestRecords(bootstrap, topic, [0], never, async (_, records) => {
      if (records === null) stretches.push([])
      else stretches.at(-1)?.push(...textsOf(records))
      return true
    })
    return stretches.slice(0, -1)
  }

  test('comes back stretch by stretch, over the marks of transactions', async () => {
    const values = Array.from({ length: COUNT }, (_, i) => String(i))
    const topic = await topicOf(values)
    const sender = new TransactionalSender(kafkaClient(bootstrap), randomUUID())
    await sender.connect()
    await sender.commit([{ topic, partition: 0, key: null, value: Buffer.from('last') }])
    await sender.close()
    const stretches = await valuesOf(topic)
    expect(stretches.length).toBeGreaterThan(1)
    expect(stretches.reverse().flat()).toEqual([...values, 'last'])
  })

  test('ends where a topic has but the mark of a transaction', async () => {
    const topic = await topicOf(['a', 'b'])
    await aborted(topic, 'never')
    await deleteRecordsBefore(kafka, topic, 3)
    expect(await valuesOf(topic)).toEqual([[]])
  })

  test('has what stands behind a transaction that is not ended', async () => {
    const topic = await topicOf(['a'])
    await aborted(topic, 'never', async () => {
      await send(topic, ['b'])
      expect(await valuesOf(topic)).toEqual([['a', 'never', 'b']])
    })
  })

  test('ends where what it looks for is deleted meanwhile', async () => {
    const topic = await topicOf(Array.from({ length: COUNT }, (_, i) => String(i)))
    const looks: boolean[] = []
    await readNewestRecords(bootstrap, topic, [0], never, async (_, records) => {
      if (records === null) await deleteRecordsBefore(kafka, topic, COUNT)
      looks.push(records === null)
      return true
    })
    expect(looks.filter((isEnd) => isEnd).length).toBeGreaterThan(1)
  })

  test('ends at once when it is told to, and leaves no consumer behind', async () => {
    const topic = await topicOf(Array.from({ length: COUNT }, (_, i) => String(i)))
    const admin = kafka.admin()
    await admin.connect()
    const members = async (): Promise<string[]> => {
      const { groups } = await admin.listGroups()
      const ids = groups.map(({ groupId }) => groupId).filter((id) => id.startsWith('gpumon-resume-'))
      return (await admin.describeGroups(ids)).groups.flatMap((group) => group.members.map(({ memberId }) => memberId))
    }
    // of producers that other tests have killed
    const before = await members()
    const controller = new AbortController()
    const look = readNewestRecords(bootstrap, topic, [0], controller.signal, async () => {
      controller.abort(new Error('told to'))
      return true
    })
    await expect(look).rejects.toThrow('told to')
    const after = await members()
    expect(after.filter((id) => !before.includes(id))).toEqual([])
    await admin.disconnect()
  })
})

function textsOf(records: readonly StoredRecord[]): string[] {
  return records.map(({ value }) => String(value))
}
