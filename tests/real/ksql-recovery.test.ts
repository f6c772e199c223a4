import { serialize } from 'node:v8'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { kafkaClient } from '../../kafka/client.ts'
import { deleteRecordsBefore } from '../../kafka/topic.ts'
import { TransactionalSender } from '../../kafka/transactional-sender.ts'
import { snapshotRecords } from '../../ksql-kafka/state-log.ts'
import { collected } from '../ksql-rest/post.ts'
import { RunningServer, type ServiceOptions } from './ksql-service.ts'
import { EARLIEST, makeTopic } from './product-on-kafka.ts'
import { describeWithServers } from './servers.ts'
import { testClient } from './topic-contents.ts'
import { committedRecords, removeAllTopics } from './topic-records.ts'

const SUMS = 'CREATE TABLE sums AS SELECT id, COUNT(*) AS n, SUM(x) AS total FROM r GROUP BY id;'
/** Snapshots after so many rows alone. */
const SNAPSHOTS = { ms: 1e9, rows: 1_000 }

describeWithServers('gpumon ksql-server: state that is restored', (servers) => {
  const { bootstrap } = servers
  let services = 0
  const input = (): string => `in-${process.pid}-${services}`
  const stream = (): string =>
    `CREATE STREAM r (id VARCHAR KEY, x INT) WITH (KAFKA_TOPIC='${input()}', VALUE_FORMAT='JSON');`
  const serviceId = (): string => `restored-${process.pid}-${services}`
  const logTopic = (): string => `_gpumon-ksql-${serviceId()}-log`
  const start = (options?: ServiceOptions) => RunningServer.start(servers, serviceId(), options)
  const ready = async (options?: ServiceOptions) => (await start(options)).until('READY')

  beforeEach(async () => {
    services++
    await removeAllTopics(bootstrap)
  })
  afterEach(() => RunningServer.killAll())

  /** So many rows whose x are 1, 2, 3 … */
  async function send(count: number, { from = 1, partition = 0 } = {}): Promise<void> {
    const producer = testClient(bootstrap).producer()
    await producer.connect()
    const messages = Array.from({ length: count }, (_, i) => ({
      key: 'a',
      value: JSON.stringify({ x: from + i }),
      timestamp: String(from + i),
      partition,
    }))
    while (messages.length > 0) await producer.send({ topic: input(), messages: messages.splice(0, 5_000) })
    await producer.disconnect()
  }

  async function administered<T>(
    work: (admin: ReturnType<ReturnType<typeof testClient>['admin']>) => Promise<T>,
  ): Promise<T> {
    const admin = testClient(bootstrap).admin()
    await admin.connect()
    try {
      return await work(admin)
    } finally {
      await admin.disconnect()
    }
  }
  const endOf = (topic: string): Promise<number> =>
    administered(async (admin) => Number((await admin.fetchTopicOffsets(topic))[0].high))
  const deleteTopic = (topic: string): Promise<void> => administered((admin) => admin.deleteTopics({ topics: [topic] }))

  /** The number of the rows and the sum of their x. */
  const sums = async ({ client }: RunningServer): Promise<unknown> =>
    (await collected(await client.query('SELECT n, total FROM sums;')))[0]?.map(Number)
  const sumsOf = (count: number): number[] => [count, (count * (count + 1)) / 2]

  async function logEntries(): Promise<{ key: string; entry: { kind: string; isLast?: boolean } | null }[]> {
    const records = (await committedRecords(bootstrap, [logTopic()])).get(logTopic()) ?? []
    return records.map(({ key, value }) => ({
      key: String(key),
      entry: String(key) === 'entry' ? JSON.parse(String(value)) : null,
    }))
  }

  test('a server killed after a snapshot takes it, repeats the log behind it and goes on', async () => {
    await makeTopic(bootstrap, input(), 1)
    const first = await ready({ snapshots: SNAPSHOTS })
    await first.client.execute(stream() + SUMS, EARLIEST)
    await send(3_000)
    await first.untilProcessed(input(), 3_000)
    await send(10, { from: 3_001 })
    await first.untilProcessed(input(), 3_010)
    await first.kill()
    const log = await logEntries()
    expect(log.some(({ key }) => key === 'snapshot')).toBe(true)
    // the statements are in the snapshot alone: what was before it is gone
    expect(log.some(({ entry }) => entry?.kind === 'request')).toBe(false)
    expect(log.at(-1)?.entry?.kind).toBe('rows')
    const second = await ready()
    expect(await sums(second)).toEqual(sumsOf(3_010))
    await send(90, { from: 3_011 })
    await second.untilProcessed(input(), 3_100)
    expect(await sums(second)).toEqual(sumsOf(3_100))
    expect(await second.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  test('a server killed while a new query is given what was before goes on there', async () => {
    const rows = 60_000
    await makeTopic(bootstrap, input(), 1)
    const first = await ready()
    await first.client.execute(stream() + SUMS, EARLIEST)
    await send(rows)
    await first.untilProcessed(input(), rows)
    await first.client.execute("CREATE STREAM late WITH (KAFKA_TOPIC='late') AS SELECT * FROM r;", EARLIEST)
    await vi.waitUntil(async () => (await endOf('late')) > 0, { timeout: 20_000, interval: 5 })
    await first.kill()
    const { entry } = (await logEntries()).at(-1) ?? {}
    expect(entry).toMatchObject({ kind: 'history', isLast: false })
    const second = await ready()
    await second.client.execute('SHOW STREAMS;')
    await send(1, { from: rows + 1 })
    await second.untilProcessed(input(), rows + 1)
    const late = (await committedRecords(bootstrap, ['late'])).get('late') ?? []
    expect(late.map(({ value }) => (JSON.parse(String(value)) as { X: number }).X)).toEqual(
      Array.from({ length: rows + 1 }, (_, i) => i + 1),
    )
    expect(await second.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  test('a query that reads from farther back than one before it is restored whole', async () => {
    await makeTopic(bootstrap, input(), 1)
    await send(500)
    const first = await ready()
    await first.client.execute(stream() + SUMS)
    await send(20, { from: 501 })
    await first.untilProcessed(input(), 520)
    await first.client.execute('TERMINATE CTAS_SUMS_0; DROP TABLE sums;')
    await first.client.execute(SUMS, EARLIEST)
    const ranges = [{ from: 0, until: 520 }]
    await vi.waitFor(async () => expect((await logEntries()).at(-1)).toMatchObject({ entry: { ranges } }), 20_000)
    await first.kill()
    const second = await ready()
    expect(await sums(second)).toEqual(sumsOf(520))
    expect(await second.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  test('topics that statements delete are not needed any more', async () => {
    await makeTopic(bootstrap, input(), 1)
    const first = await ready()
    await first.client.execute(`${stream()} CREATE STREAM copy WITH (KAFKA_TOPIC='copy') AS SELECT * FROM r;`, EARLIEST)
    await send(100)
    await first.untilProcessed(input(), 100)
    // given what the other wrote
    await first.client.execute('CREATE TABLE n AS SELECT id, COUNT(*) AS n FROM copy GROUP BY id;', EARLIEST)
    await first.client.execute(
      'TERMINATE ALL; DROP TABLE n; DROP STREAM copy DELETE TOPIC; DROP STREAM r DELETE TOPIC;',
    )
    await first.kill()
    const second = await ready()
    expect(await second.client.execute('SHOW STREAMS; SHOW QUERIES;')).toMatchObject([{ streams: [] }, { queries: [] }])
    expect(await second.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  test.each(['deleted', 'made anew'])(
    'a topic that the log refers to and that was %s ends it, with what to do',
    async (fate) => {
      await makeTopic(bootstrap, input(), 1)
      const first = await ready()
      await first.client.execute(stream() + SUMS, EARLIEST)
      await send(100)
      await first.untilProcessed(input(), 100)
      await first.kill()
      await deleteTopic(input())
      await vi.waitUntil(async () => !(await administered((admin) => admin.listTopics())).includes(input()), 10_000)
      if (fate === 'made anew') {
        await makeTopic(bootstrap, input(), 1)
        await send(50)
      }
      const { code, stderr } = await (await start()).ended
      expect(code).toBe(1)
      expect(stderr).toContain(
        fate === 'deleted'
          ? `Topic ${input()} is not there any more: it was deleted.`
          : `Topic ${input()}, partition 0 ends at offset 50, and was read up to 100: the topic was deleted and made anew, or the broker has lost its end.`,
      )
      expect(stderr).toContain(`To begin anew without it, delete topic ${logTopic()}`)
    },
  )

  test('a topic that is deleted while it is read ends it, too', async () => {
    await makeTopic(bootstrap, input(), 1)
    const server = await ready()
    await server.client.execute(stream() + SUMS, EARLIEST)
    await send(100)
    await server.untilProcessed(input(), 100)
    await deleteTopic(input())
    const { code, stderr } = await server.ended
    expect(code).toBe(1)
    expect(stderr).toContain(`Topic ${input()} is not there any more: it was deleted.`)
    expect(stderr).not.toContain('does not answer')
  })

  test('records that are deleted before they are read are told, and it goes on behind them', async () => {
    await makeTopic(bootstrap, input(), 1)
    const first = await ready()
    await first.client.execute(stream() + SUMS, EARLIEST)
    await send(100)
    await first.untilProcessed(input(), 100)
    await first.stop()
    await send(50, { from: 101 })
    await deleteRecordsBefore(kafkaClient(bootstrap), input(), 140)
    const second = await ready()
    await second.untilProcessed(input(), 150)
    const total = sumsOf(150)[1] - (sumsOf(140)[1] - sumsOf(100)[1])
    expect(await sums(second)).toEqual([110, total])
    await second.kill()
    // repeated from the log
    const third = await ready()
    expect(await sums(third)).toEqual([110, total])
    expect(await third.stop()).toMatchObject({ code: 0, stderr: '' })
    expect((await second.ended).stderr).toContain(
      `Topic ${input()}, partition 0 lost offsets 100 to 139, 40 records at most, before they were processed`,
    )
  })

  test('partitions that a topic gets are read from their beginnings, also after a restart', async () => {
    await makeTopic(bootstrap, input(), 1)
    const first = await ready()
    await first.client.execute(stream() + SUMS, EARLIEST)
    await send(100)
    await first.untilProcessed(input(), 100)
    await administered((admin) => admin.createPartitions({ topicPartitions: [{ topic: input(), count: 3 }] }))
    await send(50, { from: 101, partition: 2 })
    await first.untilProcessed(input(), 150)
    expect(await sums(first)).toEqual(sumsOf(150))
    await first.kill()
    expect((await first.ended).stderr).toContain(
      `Topic ${input()} has 2 new partitions, which are read from their beginnings`,
    )
    const second = await ready()
    expect(await sums(second)).toEqual(sumsOf(150))
    await send(50, { from: 151, partition: 1 })
    await second.untilProcessed(input(), 200)
    expect(await sums(second)).toEqual(sumsOf(200))
    expect(await second.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  test('a query that a record has stopped does not come back, and its topic is not read any more', async () => {
    await makeTopic(bootstrap, input(), 1)
    const first = await ready()
    const { client } = first
    await client.execute(
      `${stream()} ${SUMS} CREATE STREAM d (id VARCHAR KEY, v DECIMAL(3, 1)) WITH (KAFKA_TOPIC='d-${input()}', VALUE_FORMAT='JSON', PARTITIONS=1);
       CREATE TABLE overflow AS SELECT id, SUM(v) AS total FROM d GROUP BY id;`,
      EARLIEST,
    )
    const insert = "INSERT INTO d (id, v) VALUES ('a', 60.5);"
    await client.execute(insert.repeat(2))
    await first.untilProcessed(`d-${input()}`, 2)
    const running = async (server: RunningServer) => {
      const [{ queries }] = await server.client.execute('SHOW QUERIES;')
      return (queries as { id: string }[]).map(({ id }) => id)
    }
    await vi.waitFor(async () => expect(await running(first)).toEqual(['CTAS_SUMS_0']), 10_000)
    await client.execute(insert.repeat(2))
    await send(10)
    await first.untilProcessed(input(), 10)
    expect((await first.stop()).stderr).toContain('Query CTAS_OVERFLOW_1 has stopped.')
    // from the snapshot
    const second = await ready()
    expect(await running(second)).toEqual(['CTAS_SUMS_0'])
    await second.client.execute(insert)
    await send(10, { from: 11 })
    await second.untilProcessed(input(), 20)
    await second.kill()
    // from the log
    const third = await ready()
    expect(await sums(third)).toEqual(sumsOf(20))
    await third.client.execute('DROP TABLE overflow; DROP STREAM d;')
    expect(await third.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  test('a snapshot of another version ends it, with what to do', async () => {
    await (await ready()).stop()
    const sender = new TransactionalSender(kafkaClient(bootstrap), 'another-version')
    await sender.connect()
    await sender.commit(snapshotRecords(logTopic(), serialize({ version: 99 })))
    await sender.close()
    const { code, stderr } = await (await start()).ended
    expect(code).toBe(1)
    expect(stderr).toContain('the snapshot has version 99, this server reads 1: run the version that wrote it')
  })
})
