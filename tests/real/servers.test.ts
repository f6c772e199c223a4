import { randomUUID } from 'node:crypto'
import { Kafka, logLevel } from 'kafkajs'
import { expect, test } from 'vitest'
import { kafkaBroker } from './kafka.ts'
import { describeWithServers } from './servers.ts'

describeWithServers('the servers of a run', ({ bootstrap, registry, brokerFolder, brokerPorts }) => {
  const kafka = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING })

  async function topics(): Promise<string[]> {
    const admin = kafka.admin()
    await admin.connect()
    try {
      return await admin.listTopics()
    } finally {
      await admin.disconnect()
    }
  }

  test('a broker keeps its topics when it is killed and started again', async () => {
    const topic = `kept-${randomUUID()}`
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] })
    await admin.disconnect()
    const broker = kafkaBroker(brokerFolder, brokerPorts)
    await broker.kill()
    await expect(fetch(`http://${bootstrap}`)).rejects.toThrow('fetch failed')
    await broker.start()
    expect(await topics()).toContain(topic)
  })

  test('the registry gives one id for one schema', async () => {
    const register = async (): Promise<unknown> => {
      const response = await fetch(`${registry}/subjects/servers-${brokerPorts[0]}/versions`, {
        method: 'POST',
        headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
        body: JSON.stringify({ schema: '"string"' }),
      })
      return ((await response.json()) as { id: number }).id
    }
    expect(await register()).toBe(await register())
  })
})
