import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readingSchema } from '../../gpuz/reading-schema.ts'
import { SchemaRegistryClient } from '../../kafka/schema-registry.ts'
import type { KsqlClient } from '../../ksql-rest/client/client.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { collected } from '../ksql-rest/post.ts'
import { actualOutputs, expectedOutputs, type SinkOutputs } from './expected-outputs.ts'
import { RunningServer } from './ksql-service.ts'
import { clusterStatements, EARLIEST, expectSameAsInMemory, produceLogs, recordsInOrder } from './product-on-kafka.ts'
import { describeWithServers } from './servers.ts'
import { makeTopic, recordCount, removeTopic, TOPIC } from './topic-contents.ts'
import { committedRecords, removeAllTopics } from './topic-records.ts'

const ROWS = 5_000
const scratch = scratchFolder()

describeWithServers('gpumon ksql-server on Kafka', (servers) => {
  const { bootstrap, registry } = servers
  let services = 0
  const serviceId = (): string => `test-${process.pid}-${services}`
  const start = async (): Promise<RunningServer> => {
    const server = await RunningServer.start(servers, serviceId())
    return server.until('READY')
  }
  beforeEach(async () => {
    await removeAllTopics(bootstrap)
    // before CREATE STREAM registers one of its own, as gpumon produce does
    await new SchemaRegistryClient(registry).register(`${TOPIC}-value`, JSON.stringify(readingSchema()))
    services++
  })
  afterEach(() => RunningServer.killAll())

  test.each([1, 4])('the product statements give from %i partitions what they give in memory', async (partitions) => {
    await makeTopic(bootstrap, TOPIC, partitions)
    await produceLogs(servers, scratch, 3, ROWS)
    const server = await start()
    const statements = await clusterStatements()
    await server.client.execute(statements.join('\n'), EARLIEST)
    await server.untilProcessed(TOPIC, await recordCount(bootstrap))
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
    await server.untilProcessed(TOPIC, await recordCount(bootstrap))
    expect(await server.stop()).toMatchObject({ code: 0, stderr: '' })
    // the last file's: a line for each reading, whenever it came
    const topic = 'gpu.influx.readings'
    const lines = (outputs: SinkOutputs | undefined) => outputs?.outputs.map(({ value }) => value).sort()
    const expected = await expectedOutputs(servers, statements, await recordsInOrder(bootstrap, [TOPIC]))
    const actual = await actualOutputs(servers, expected, () => false)
    expect(lines(expected.get(topic))).toHaveLength(2 * ROWS + 2 * (ROWS + 1_000))
    expect(lines(actual.get(topic))).toEqual(lines(expected.get(topic)))
  })

  test('a row that is inserted goes to Kafka and comes back from there: a limit changes the alerts', async () => {
    await makeTopic(bootstrap, TOPIC, 1)
    // rows are written with a schema of ksqlDB's name, which is not that of the readings of gpumon produce
    const forget = () => fetch(`${registry}/subjects/${TOPIC}-value`, { method: 'DELETE' })
    await forget()
    const server = await start()
    const { client } = server
    await client.execute((await clusterStatements()).join('\n'), EARLIEST)
    const alerts = await client.query('SELECT device, rule, bound FROM gpu_alerts EMIT CHANGES LIMIT 2;')
    const reading = (second: number) =>
      `INSERT INTO gpu_readings (device, ts, host, source, \`row\`, gpu_temperature) VALUES ('gpu', '2026-11-24T08:00:0${second}', 'pc', 'log', ${second}, 70e0);`
    await client.execute(reading(1))
    await server.untilProcessed(TOPIC, 1)
    await client.execute("INSERT INTO gpu_limits (device, gpu_temperature_max) VALUES ('gpu', 60e0);")
    await server.untilProcessed('gpu.limits', 1)
    await client.execute(reading(2))
    await server.untilProcessed(TOPIC, 2)
    await client.execute("INSERT INTO gpu_limits (device, gpu_temperature_max) VALUES ('gpu', 65e0);")
    await server.untilProcessed('gpu.limits', 2)
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
    await first.untilProcessed(TOPIC, 500)
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
    expect(await shownTopics(client)).toMatchObject([
      { name: 'derived', replicaInfo: [1, 1, 1] },
      { name: 'elsewhere', replicaInfo: [1, 1] },
      { name: 'made', replicaInfo: [1, 1, 1] },
    ])
    await client.execute('DROP STREAM t DELETE TOPIC;')
    expect((await shownTopics(client)).map(({ name }) => name)).toEqual(['elsewhere', 'made'])
  })

  test('a statement that is refused leaves nothing behind, whatever stood before it', async () => {
    const { client } = await start()
    const good = "CREATE STREAM s (x INT) WITH (KAFKA_TOPIC='never', VALUE_FORMAT='AVRO', PARTITIONS=1);"
    await expect(client.execute(`${good} CREATE STREAM t AS SELECT nothing FROM s;`)).rejects.toThrow('NOTHING')
    expect(await client.execute('SHOW STREAMS;')).toMatchObject([{ streams: [] }])
    expect(await shownTopics(client)).toEqual([])
    const subjects = (await (await fetch(`${registry}/subjects`)).json()) as string[]
    expect(subjects).not.toContain('never-value')
  })

  test('windowed keys are read as they were written, by another service', async () => {
    await makeTopic(bootstrap, 'in', 2)
    const server = await start()
    const { client } = server
    await client.execute(
      `CREATE STREAM r (id VARCHAR KEY, x INT) WITH (KAFKA_TOPIC='in', VALUE_FORMAT='JSON');
       CREATE TABLE w WITH (KAFKA_TOPIC='windows') AS SELECT id, SUM(x) AS total FROM r WINDOW TUMBLING (SIZE 10 SECONDS) GROUP BY id;
       CREATE TABLE v WITH (KAFKA_TOPIC='sessions') AS SELECT id, SUM(x) AS total FROM r WINDOW SESSION (10 SECONDS) GROUP BY id;`,
      EARLIEST,
    )
    await client.execute(`
      INSERT INTO r (id, x, ROWTIME) VALUES ('a', 1, 12000);
      INSERT INTO r (id, x, ROWTIME) VALUES ('a', 2, 13000);`)
    await server.untilProcessed('in', 2)
    const hex = (time: number) => time.toString(16).padStart(16, '0')
    const last = async (topic: string) => (await committedRecords(bootstrap, [topic])).get(topic)?.at(-1)
    const seen = (topic: string, key: string) =>
      vi.waitFor(async () => expect((await last(topic))?.key?.toString('hex')).toBe(key), 60_000)
    await seen('windows', `61${hex(10_000)}`)
    await seen('sessions', `61${hex(13_000)}${hex(12_000)}`)
    services++
    const other = await start()
    await other.client.execute(
      `CREATE STREAM w (id VARCHAR KEY, total INT) WITH (KAFKA_TOPIC='windows', VALUE_FORMAT='JSON', WINDOW_TYPE='TUMBLING', WINDOW_SIZE='10 SECONDS');
       CREATE STREAM v (id VARCHAR KEY, total INT) WITH (KAFKA_TOPIC='sessions', VALUE_FORMAT='JSON', WINDOW_TYPE='SESSION');
       CREATE STREAM w2 AS SELECT id, AS_VALUE(id) AS name, WINDOWSTART AS s, WINDOWEND AS e, total FROM w;
       CREATE STREAM v2 AS SELECT id, AS_VALUE(id) AS name, WINDOWSTART AS s, WINDOWEND AS e, total FROM v;`,
      EARLIEST,
    )
    await other.untilProcessed('sessions', 1)
    await other.untilProcessed('windows', 1)
    const value = (topic: string, wanted: unknown) =>
      vi.waitFor(async () => expect(JSON.parse(String((await last(topic))?.value))).toEqual(wanted), 60_000)
    await value('W2', { NAME: 'a', S: 10_000, E: 20_000, TOTAL: 3 })
    await value('V2', { NAME: 'a', S: 12_000, E: 13_000, TOTAL: 3 })
  })

  test('a push query has rows of a topic that no other query reads, from now on or from the beginning', async () => {
    await makeTopic(bootstrap, 'quiet', 3)
    const { client } = await start()
    await client.execute("CREATE STREAM q (k VARCHAR KEY, x INT) WITH (KAFKA_TOPIC='quiet', VALUE_FORMAT='JSON');")
    const insert = (x: number) => client.execute(`INSERT INTO q (k, x, ROWTIME) VALUES ('k${x}', ${x}, ${x});`)
    for (const x of [1, 2, 3]) await insert(x)
    const late = await client.query('SELECT x FROM q EMIT CHANGES LIMIT 2;')
    for (const x of [4, 5]) await insert(x)
    expect(await collected(late)).toEqual([[4], [5]])
    const all = await client.query('SELECT x FROM q EMIT CHANGES LIMIT 5;', EARLIEST)
    expect(await collected(all)).toEqual([[1], [2], [3], [4], [5]])
  })

  test('a push query from the beginning is given what queries have read and written, too', async () => {
    await makeTopic(bootstrap, TOPIC, 1)
    await produceLogs(servers, scratch, 1, 2_000)
    const server = await start()
    const { client } = server
    await client.execute((await clusterStatements()).join('\n'), EARLIEST)
    await server.untilProcessed(TOPIC, 2_000)
    // a mark in the log: all before it is to be seen
    await client.execute("CREATE STREAM marked (x INT) WITH (KAFKA_TOPIC='marked', VALUE_FORMAT='JSON', PARTITIONS=1);")
    const count = ((await committedRecords(bootstrap, ['gpu.alerts'])).get('gpu.alerts') ?? []).length
    const alerts = await client.query(`SELECT rule FROM gpu_alerts EMIT CHANGES LIMIT ${count};`, EARLIEST)
    const readings = await client.query('SELECT `row` FROM gpu_readings EMIT CHANGES LIMIT 2000;', EARLIEST)
    expect(await collected(alerts)).toHaveLength(count)
    expect((await collected(readings)).map(([row]) => Number(row))).toEqual(
      Array.from({ length: 2_000 }, (_, row) => row),
    )
  })

  test('a push query that cannot go on ends with the reason', async () => {
    await makeTopic(bootstrap, 'quiet', 1)
    const server = await start()
    const { client } = server
    await client.execute("CREATE STREAM q (k VARCHAR KEY, x INT) WITH (KAFKA_TOPIC='quiet', VALUE_FORMAT='JSON');")
    const own = await client.query('SELECT x FROM q EMIT CHANGES;')
    await removeTopic(bootstrap, 'quiet')
    await expect(collected(own)).rejects.toThrow('The query has ended: This server does not host this topic-partition')
    await makeTopic(bootstrap, 'other', 1)
    await client.execute(`
      CREATE STREAM r (k VARCHAR KEY, x INT) WITH (KAFKA_TOPIC='other', VALUE_FORMAT='JSON');
      CREATE STREAM t AS SELECT * FROM r;`)
    const shared = await client.query('SELECT x FROM t EMIT CHANGES;')
    const [, { code }] = await Promise.all([
      expect(collected(shared)).rejects.toThrow('The query has ended: this server is not the active one any more'),
      server.stop(),
    ])
    expect(code).toBe(0)
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
    await expect(client.status('stream/`T`/create')).rejects.toThrow('The cluster has been terminated')
    await server.stop()
    const next = await start()
    expect(await next.client.execute('SHOW STREAMS;')).toMatchObject([{ streams: [] }])
    expect(await shownTopics(next.client)).toMatchObject([{ name: 'kept' }])
  })

  test('/info tells the cluster and the service', async () => {
    const { client } = await start()
    expect(await client.info()).toMatchObject({ ksqlServiceId: serviceId(), serverStatus: 'RUNNING' })
    expect((await client.info()).kafkaClusterId).toMatch(/^[\w-]{22}$/)
  })
})

/** But for those of Kafka Connect, which another test may have started. */
async function shownTopics(client: KsqlClient): Promise<{ readonly name: string }[]> {
  const [{ topics }] = await client.execute('SHOW TOPICS;')
  return (topics as { readonly name: string }[]).filter(({ name }) => !name.startsWith('connect.'))
}
