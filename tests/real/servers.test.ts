import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Connect, startedConnect } from './connect.ts'
import { AVRO_CONVERTER } from './connect-plugins.ts'
import { removeConnector, runConnector } from './connector.ts'
import { startedHdfs } from './hdfs.ts'
import { brokerToKill, describeWithServers } from './servers.ts'
import { makeTopic, testClient } from './topic-contents.ts'
import { WebHdfs } from './webhdfs.ts'

/** Where a plugin or a server is fetched, too. */
const FETCH_MS = 300_000

describeWithServers('the servers of a run', (servers) => {
  const { bootstrap, registry, brokerPorts } = servers
  const broker = brokerToKill(servers)
  const kafka = testClient(bootstrap)

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
    await makeTopic(bootstrap, topic)
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

  test('HDFS keeps what it has when its NameNode is killed and started again', { timeout: FETCH_MS }, async () => {
    const { web, nameNode } = await startedHdfs(servers)
    const hdfs = new WebHdfs(web)
    await hdfs.makeFolder('/kept/a+b')
    await nameNode.kill()
    await nameNode.start()
    expect(await hdfs.list('/kept')).toMatchObject([{ pathSuffix: 'a+b', type: 'DIRECTORY' }])
  })

  describe('Kafka Connect', () => {
    const name = `lines-${randomUUID()}`
    let connect: Connect
    let output: string

    const produce = async (value: string): Promise<void> => {
      const producer = kafka.producer()
      await producer.connect()
      await producer.send({ topic: name, messages: [{ value }] })
      await producer.disconnect()
    }
    const written = (): string => (existsSync(output) ? readFileSync(output, 'utf8') : '')

    beforeAll(async () => {
      connect = await startedConnect(servers)
      output = join(connect.secrets, '..', name)
    }, FETCH_MS)

    test('has the plugins of its image that are to be had, and a converter of Avro', async () => {
      const answer = await fetch(`${connect.url}/connector-plugins?connectorsOnly=false`)
      const plugins = ((await answer.json()) as { class: string }[]).map((plugin) => plugin.class)
      const wanted = ['IcebergSinkConnector', 'transforms.KafkaMetadataTransform'].map(
        (plugin) => `org.apache.iceberg.connect.${plugin}`,
      )
      expect(plugins).toEqual(expect.arrayContaining([...wanted, AVRO_CONVERTER]))
    })

    test('reads a secret from the file that a configuration names, and tells only the name', async () => {
      writeFileSync(join(connect.secrets, 'output'), output)
      const file = `\${secrets:${connect.secrets}:output}`
      await makeTopic(bootstrap, name)
      await runConnector(connect.url, name, {
        'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
        'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
        'consumer.override.auto.offset.reset': 'earliest',
        // After kill -9 the broker waits so long for it.
        'consumer.override.session.timeout.ms': '6000',
        topics: name,
        file,
      })
      await produce('a line')
      await expect.poll(written).toBe('a line\n')
      const told = (await (await fetch(`${connect.url}/connectors/${name}/config`)).json()) as { file: string }
      expect(told.file).toBe(file)
    })

    test('goes on with its connectors when its worker is killed and started again', async () => {
      await connect.worker.kill()
      await produce('another')
      await connect.worker.start()
      await expect.poll(written, { timeout: 90_000 }).toContain('another\n')
      await removeConnector(connect.url, name)
    })
  })
})
