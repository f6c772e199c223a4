import { afterEach, beforeEach, expect, test } from 'vitest'
import { scratchFolder } from '../jobs/scratch.ts'
import { collected } from '../ksql-rest/post.ts'
import { RunningServer, untilProcessed } from './ksql-service.ts'
import { clusterStatements, EARLIEST, expectSameAsInMemory, makeTopic, produceLogs } from './product-on-kafka.ts'
import { describeWithServers } from './servers.ts'
import { recordCount, TOPIC } from './topic-contents.ts'
import { committedRecords, removeAllTopics } from './topic-records.ts'

const ROWS = 5_000
const scratch = scratchFolder()

describeWithServers('gpumon ksql-server on Kafka', (servers) => {
  const { bootstrap } = servers
  let services = 0
  const running: RunningServer[] = []
  const serviceId = (): string => `test-${process.pid}-${services}`
  const start = async (): Promise<RunningServer> => {
    const server = await RunningServer.start(servers, serviceId())
    running.push(server)
    return server.until('READY')
  }
  beforeEach(async () => {
    await removeAllTopics(bootstrap)
    services++
  })
  afterEach(async () => {
    for (const server of running.splice(0)) await server.kill()
  })

  test.each([1, 4])('the product statements give from %i partitions what they give in memory', async (partitions) => {
    await makeTopic(bootstrap, TOPIC, partitions)
    await produceLogs(servers, scratch, 3, ROWS)
    const server = await start()
    const statements = await clusterStatements()
    await server.client.execute(statements.join('\n'), EARLIEST)
    await untilProcessed(bootstrap, serviceId(), TOPIC, await recordCount(bootstrap))
    expect(await server.stop()).toMatchObject({ code: 0, stderr: '' })
    await expectSameAsInMemory(servers, statements)
  })

  test('statements of later requests are given what came before them, and go on with the others', async () => {
    await makeTopic(bootstrap, TOPIC, 2)
    await produceLogs(servers, scratch, 2, ROWS)
    const server = await start()
    const statements = await clusterStatements()
    for (const text of statements) await server.client.execute(text, EARLIEST)
    await produceLogs(servers, scratch, 2, ROWS + 1_000)
    await untilProcessed(bootstrap, serviceId(), TOPIC, await recordCount(bootstrap))
    expect(await server.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  test('a row that is inserted goes to Kafka and comes back from there: a limit changes the alerts', async () => {
    await makeTopic(bootstrap, TOPIC, 1)
    // rows are written with a schema of ksqlDB's name, which is not that of the readings of gpumon produce
    const forget = () => fetch(`${servers.registry}/subjects/${TOPIC}-value`, { method: 'DELETE' })
    await forget()
    const server = await start()
    const { client } = server
    await client.execute((await clusterStatements()).join('\n'), EARLIEST)
    const alerts = await client.query('SELECT device, rule, bound FROM gpu_alerts EMIT CHANGES LIMIT 2;')
    const reading = (second: number) =>
      `INSERT INTO gpu_readings (device, ts, host, source, \`row\`, gpu_temperature) VALUES ('gpu', '2026-11-24T08:00:0${second}', 'pc', 'log', ${second}, 70e0);`
    await client.execute(reading(1))
    await untilProcessed(bootstrap, serviceId(), TOPIC, 1)
    await client.execute("INSERT INTO gpu_limits (device, gpu_temperature_max) VALUES ('gpu', 60e0);")
    await untilProcessed(bootstrap, serviceId(), 'gpu.limits', 1)
    await client.execute(reading(2))
    await untilProcessed(bootstrap, serviceId(), TOPIC, 2)
    await client.execute("INSERT INTO gpu_limits (device, gpu_temperature_max) VALUES ('gpu', 65e0);")
    await untilProcessed(bootstrap, serviceId(), 'gpu.limits', 2)
    await client.execute(reading(3))
    expect(await collected(alerts)).toEqual([
      ['gpu', 'gpu-hot', 60],
      ['gpu', 'gpu-hot', 65],
    ])
    await forget()
  })

  test('what was declared, what became of it and what tables hold is there after a restart', async () => {
    await makeTopic(bootstrap, TOPIC, 1)
    const first = await start()
    await first.client.execute((await clusterStatements()).join('\n'), EARLIEST)
    await produceLogs(servers, scratch, 1, 500)
    await untilProcessed(bootstrap, serviceId(), TOPIC, 500)
    const asked = 'SELECT * FROM gpu_stats_1h;'
    const told = async ({ client }: RunningServer) => [
      await client.execute('SHOW QUERIES; SHOW STREAMS; SHOW TABLES;'),
      await client.status('stream/`GPU_ALERTS`/create'),
      await collected(await client.query(asked)),
    ]
    const before = await told(first)
    expect(before[2]).not.toEqual([])
    await first.stop()
    expect(await told(await start())).toEqual(before)
  })

  test('topics: made with what the statement says, listed as the broker has them, deleted with their stream', async () => {
    const { client } = await start()
    await expect(
      client.execute("CREATE STREAM s (x INT) WITH (KAFKA_TOPIC='missing', VALUE_FORMAT='JSON');"),
    ).rejects.toThrow("Topic 'missing' does not exist")
    await makeTopic(bootstrap, 'elsewhere', 2)
    await client.execute(`
      CREATE STREAM s (k VARCHAR KEY, x INT) WITH (KAFKA_TOPIC='made', VALUE_FORMAT='JSON', PARTITIONS=3);
      CREATE STREAM t WITH (KAFKA_TOPIC='derived', RETENTION_MS=123456789) AS SELECT * FROM s;`)
    const listed = await client.execute('SHOW TOPICS;')
    expect(listed).toMatchObject([
      {
        topics: [
          { name: 'derived', replicaInfo: [1, 1, 1] },
          { name: 'elsewhere', replicaInfo: [1, 1] },
          { name: 'made', replicaInfo: [1, 1, 1] },
        ],
      },
    ])
    await client.execute('DROP STREAM t DELETE TOPIC;')
    const [{ topics }] = await client.execute('SHOW TOPICS;')
    expect((topics as { name: string }[]).map(({ name }) => name)).toEqual(['elsewhere', 'made'])
  })

  test('a statement that is refused leaves nothing behind, whatever stood before it', async () => {
    const { client } = await start()
    const good = "CREATE STREAM s (x INT) WITH (KAFKA_TOPIC='never', VALUE_FORMAT='AVRO', PARTITIONS=1);"
    await expect(client.execute(`${good} CREATE STREAM t AS SELECT nothing FROM s;`)).rejects.toThrow('NOTHING')
    expect(await client.execute('SHOW TOPICS; SHOW STREAMS;')).toMatchObject([{ topics: [] }, { streams: [] }])
    const subjects = (await (await fetch(`${servers.registry}/subjects`)).json()) as string[]
    expect(subjects).not.toContain('never-value')
  })

  test('windowed keys are read as they were written, by another service', async () => {
    await makeTopic(bootstrap, 'in', 2)
    const { client } = await start()
    await client.execute(
      `CREATE STREAM r (id VARCHAR KEY, x INT) WITH (KAFKA_TOPIC='in', VALUE_FORMAT='JSON');
       CREATE TABLE w WITH (KAFKA_TOPIC='windows') AS SELECT id, SUM(x) AS total FROM r WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
       CREATE TABLE v WITH (KAFKA_TOPIC='sessions') AS SELECT id, SUM(x) AS total FROM r WINDOW SESSION (10 SECONDS) GROUP BY id;`,
      EARLIEST,
    )
    await client.execute(`
      INSERT INTO r (id, x, ROWTIME) VALUES ('a', 1, 12000);
      INSERT INTO r (id, x, ROWTIME) VALUES ('a', 2, 13000);`)
    await untilProcessed(bootstrap, serviceId(), 'in', 2)
    const found = await committedRecords(bootstrap, ['windows', 'sessions'])
    const last = (topic: string) => found.get(topic)?.at(-1)?.key?.toString('hex')
    expect(last('windows')).toBe(`61${(10_000).toString(16).padStart(16, '0')}`)
    expect(last('sessions')).toBe(
      `61${(13_000).toString(16).padStart(16, '0')}${(12_000).toString(16).padStart(16, '0')}`,
    )
    services++
    const other = await start()
    await other.client.execute(
      `CREATE STREAM w (id VARCHAR KEY, total INT) WITH (KAFKA_TOPIC='windows', VALUE_FORMAT='JSON', WINDOW_TYPE='TUMBLING', WINDOW_SIZE='10 SECONDS');
       CREATE STREAM v (id VARCHAR KEY, total INT) WITH (KAFKA_TOPIC='sessions', VALUE_FORMAT='JSON', WINDOW_TYPE='SESSION');
       CREATE STREAM w2 AS SELECT id, AS_VALUE(id) AS name, WINDOWSTART AS s, WINDOWEND AS e, total FROM w;
       CREATE STREAM v2 AS SELECT id, AS_VALUE(id) AS name, WINDOWSTART AS s, WINDOWEND AS e, total FROM v;`,
      EARLIEST,
    )
    await untilProcessed(bootstrap, serviceId(), 'sessions', 1)
    await untilProcessed(bootstrap, serviceId(), 'windows', 1)
    const rows = await committedRecords(bootstrap, ['W2', 'V2'])
    const value = (topic: string) => JSON.parse(String(rows.get(topic)?.at(-1)?.value))
    expect(value('W2')).toEqual({ NAME: 'a', S: 10_000, E: 20_000, TOTAL: 3 })
    expect(value('V2')).toEqual({ NAME: 'a', S: 12_000, E: 13_000, TOTAL: 3 })
  })

  test('terminate ends the service for good: a server that comes later begins with nothing', async () => {
    const server = await start()
    const { client, url } = server
    await client.execute(
      `CREATE STREAM s (x INT) WITH (KAFKA_TOPIC='kept', VALUE_FORMAT='JSON', PARTITIONS=1);
       CREATE STREAM t WITH (KAFKA_TOPIC='derived') AS SELECT * FROM s;`,
    )
    const body = JSON.stringify({ deleteTopicList: ['derived'] })
    expect(await (await fetch(`${url}/ksql/terminate`, { method: 'POST', body })).json()).toMatchObject([
      { commandStatus: { status: 'SUCCESS' } },
    ])
    await expect(client.execute('SHOW STREAMS;')).rejects.toThrow('The cluster has been terminated')
    await server.stop()
    const next = await start()
    const [{ streams }, { topics }] = await next.client.execute('SHOW STREAMS; SHOW TOPICS;')
    expect(streams).toEqual([])
    expect(topics).toMatchObject([{ name: 'kept' }])
  })

  test('/info tells the cluster and the service', async () => {
    const { client } = await start()
    expect(await client.info()).toMatchObject({ ksqlServiceId: serviceId(), serverStatus: 'RUNNING' })
    expect((await client.info()).kafkaClusterId).toMatch(/^[\w-]{22}$/)
  })
})
