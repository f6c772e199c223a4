import avsc from 'avsc'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { SchemaRegistryClient } from '../../kafka/schema-registry.ts'
import { collected } from '../ksql-rest/post.ts'
import { RunningServer } from './ksql-service.ts'
import { EARLIEST } from './product-on-kafka.ts'
import { describeWithServers } from './servers.ts'
import { TcpProxy } from './tcp-proxy.ts'
import { makeTopic, testClient } from './topic-contents.ts'
import { removeAllTopics } from './topic-records.ts'

describeWithServers('gpumon ksql-server and its schema registry', (servers) => {
  const { bootstrap, registry } = servers
  let proxy: TcpProxy
  let services = 0
  const input = (): string => `avro-${process.pid}-${services}`
  const serviceId = (): string => `registry-${process.pid}-${services}`
  const ready = async () => (await RunningServer.start({ bootstrap, registry: proxy.url }, serviceId())).until('READY')

  beforeEach(async () => {
    services++
    await removeAllTopics(bootstrap)
    proxy = await TcpProxy.to(registry)
  })
  afterEach(async () => {
    await RunningServer.killAll()
    proxy.cut()
  })

  /** A record with a schema of its own, which the server has not seen yet. */
  async function send(x: number): Promise<void> {
    const fields = [
      { name: 'X', type: ['null', 'int'], default: null },
      { name: `Y${x}`, type: ['null', 'int'], default: null },
    ]
    const schema = { type: 'record', name: 'R', fields } as avsc.Schema
    const id = await new SchemaRegistryClient(registry).add(`elsewhere-${input()}-${x}`, JSON.stringify(schema))
    const header = Buffer.alloc(5)
    header.writeInt32BE(id, 1)
    const type = avsc.Type.forSchema(schema, { wrapUnions: false } as object)
    const value = Buffer.concat([header, type.toBuffer({ X: x, [`Y${x}`]: null })])
    const producer = testClient(bootstrap).producer()
    await producer.connect()
    await producer.send({ topic: input(), messages: [{ key: 'a', value }] })
    await producer.disconnect()
  }

  test('one that is away is waited for and told, and holds up neither requests nor the end', async () => {
    await makeTopic(bootstrap, input(), 1)
    const server = await ready()
    const { client, url } = server
    const health = async () => (await fetch(`${url}/healthcheck`)).json()
    await client.execute(
      `CREATE STREAM r (id VARCHAR KEY, x INT) WITH (KAFKA_TOPIC='${input()}', VALUE_FORMAT='AVRO');
       CREATE TABLE sums AS SELECT id, SUM(x) AS total FROM r GROUP BY id;`,
      EARLIEST,
    )
    await send(1)
    await server.untilProcessed(input(), 1)
    expect(await health()).toMatchObject({ isHealthy: true, details: { schemaRegistry: { isHealthy: true } } })

    proxy.cut()
    await send(2)
    await expect.poll(health).toMatchObject({ isHealthy: false })
    expect(await health()).toMatchObject({
      details: { schemaRegistry: { isHealthy: false }, kafka: { isHealthy: true } },
    })
    expect(await client.execute('SHOW QUERIES;')).toMatchObject([{ queries: [{ id: 'CTAS_SUMS_0' }] }])
    await expect(
      client.execute("CREATE STREAM s (x INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='AVRO', PARTITIONS=1);"),
    ).rejects.toThrow('The request is not executed: send it again when it answers.')

    await proxy.connect()
    await server.untilProcessed(input(), 2)
    expect(await collected(await client.query('SELECT total FROM sums;'))).toEqual([[3]])
    expect(await health()).toMatchObject({ isHealthy: true })

    proxy.cut()
    await send(3)
    await expect.poll(health).toMatchObject({ isHealthy: false })
    const { code, stderr } = await server.stop()
    expect(code).toBe(0)
    const away = `${proxy.url}: the schema registry does not answer; check --registry; trying until it does`
    expect(stderr.trim().split('\n')).toEqual([away, 'The schema registry answers again', away])
  })

  test('a server that is to repeat records while it is away can be ended', async () => {
    await makeTopic(bootstrap, input(), 1)
    const first = await ready()
    await first.client.execute(
      `CREATE STREAM r (id VARCHAR KEY, x INT) WITH (KAFKA_TOPIC='${input()}', VALUE_FORMAT='AVRO');
       CREATE TABLE sums AS SELECT id, SUM(x) AS total FROM r GROUP BY id;`,
      EARLIEST,
    )
    await send(1)
    await first.untilProcessed(input(), 1)
    await first.kill()
    proxy.cut()
    const second = await RunningServer.start({ bootstrap, registry: proxy.url }, serviceId())
    await second.until('RESTORING')
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    expect(await second.state()).toBe('RESTORING')
    expect(await second.stop()).toMatchObject({ code: 0 })
  })

  test('what it refuses of a request leaves nothing of the request there', async () => {
    const client = new SchemaRegistryClient(registry)
    const [fresh, taken] = [`fresh-${input()}`, `taken-${input()}`]
    const other = { type: 'record', name: 'KsqlDataSourceSchema', fields: [{ name: 'X', type: 'string' }] }
    await client.register(`${taken}-value`, JSON.stringify(other))
    const server = await ready()
    await expect(
      server.client.execute(
        `CREATE STREAM a (x INT) WITH (KAFKA_TOPIC='${fresh}', VALUE_FORMAT='AVRO', PARTITIONS=1);
         CREATE STREAM b WITH (KAFKA_TOPIC='${taken}') AS SELECT * FROM a;`,
      ),
    ).rejects.toThrow('not compatible')
    expect(await client.latest(`${fresh}-value`)).toBeNull()
    const [streams, topics] = await server.client.execute('SHOW STREAMS; SHOW TOPICS;')
    expect(streams).toMatchObject({ streams: [] })
    expect(JSON.stringify(topics)).not.toContain(input())
  })
})
