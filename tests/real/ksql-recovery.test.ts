import { randomUUID } from 'node:crypto'
import { serialize } from 'node:v8'
import { afterAll, expect, test, vi } from 'vitest'
import { kafkaClient } from '../../kafka/client.ts'
import { deleteRecordsBefore } from '../../kafka/topic.ts'
import { TransactionalSender } from '../../kafka/transactional-sender.ts'
import { snapshotRecords } from '../../ksql-kafka/state-log.ts'
import { collected } from '../ksql-rest/post.ts'
import type { RealServers } from './global-setup.ts'
import { RunningServer, type ServiceOptions } from './ksql-service.ts'
import { EARLIEST } from './product-on-kafka.ts'
import { describeWithServers } from './servers.ts'
import { makeTopic, testClient } from './topic-contents.ts'
import { committedRecords } from './topic-records.ts'

/** Snapshots after so many rows alone. */
const SNAPSHOTS = { ms: 1e9, rows: 1_000, idleMs: 1e9 }

/** What one test has for itself: a service, and a topic that it reads. */
class Scene {
  readonly input: string
  readonly serviceId: string
  readonly logTopic: string
  readonly stream: string
  readonly sums: string
  readonly #servers: RealServers

  constructor(servers: RealServers) {
    const id = randomUUID().slice(0, 8)
    this.#servers = servers
    this.input = `in-${id}`
    this.serviceId = `restored-${id}`
    this.logTopic = `_gpumon-ksql-${this.serviceId}-log`
    this.stream = `CREATE STREAM r (id VARCHAR KEY, x INT) WITH (KAFKA_TOPIC='${this.input}', VALUE_FORMAT='JSON');`
    this.sums = `CREATE TABLE sums WITH (KAFKA_TOPIC='sums-${id}') AS SELECT id, COUNT(*) AS n, SUM(x) AS total FROM r GROUP BY id;`
  }

  start(options?: ServiceOptions): Promise<RunningServer> {
    return RunningServer.start(this.#servers, this.serviceId, options)
  }

  async ready(options?: ServiceOptions): Promise<RunningServer> {
    return (await this.start(options)).until('READY')
  }

  makeInput(): Promise<void> {
    return makeTopic(this.#servers.bootstrap, this.input, 1)
  }

  /** So many rows whose x are 1, 2, 3 … */
  async send(count: number, { from = 1, partition = 0 } = {}): Promise<void> {
    const producer = testClient(this.#servers.bootstrap).producer()
    await producer.connect()
    const messages = Array.from({ length: count }, (_, i) => ({
      key: 'a',
      value: JSON.stringify({ x: from + i }),
      timestamp: String(from + i),
      partition,
    }))
    while (messages.length > 0) await producer.send({ topic: this.input, messages: messages.splice(0, 5_000) })
    await producer.disconnect()
  }

  async logEntries(): Promise<{ key: string; entry: { kind: string; isLast?: boolean } | null }[]> {
    const { bootstrap } = this.#servers
    const records = (await committedRecords(bootstrap, [this.logTopic])).get(this.logTopic) ?? []
    return records.map(({ key, value }) => ({
      key: String(key),
      entry: String(key) === 'entry' ? JSON.parse(String(value)) : null,
    }))
  }
}

/** The number of the rows that a server has processed, and the sum of their x. */
async function sums({ client }: RunningServer): Promise<unknown> {
  return (await collected(await client.query('SELECT n, total FROM sums;')))[0]?.map(Number)
}

/** What it is of rows 1, 2, 3 … */
const sumsOf = (count: number): number[] => [count, (count * (count + 1)) / 2]

describeWithServers('gpumon ksql-server: state that is restored', (servers) => {
  const { bootstrap } = servers

  afterAll(() => RunningServer.killAll())

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

  test.concurrent('a server killed after a snapshot takes it, repeats the log behind it and goes on', async () => {
    const scene = new Scene(servers)
    await scene.makeInput()
    const first = await scene.ready({ snapshots: SNAPSHOTS })
    await first.client.execute(scene.stream + scene.sums, EARLIEST)
    await scene.send(3_000)
    await first.untilProcessed(scene.input, 3_000)
    await scene.send(10, { from: 3_001 })
    await first.untilProcessed(scene.input, 3_010)
    await first.kill()
    const log = await scene.logEntries()
    expect(log.some(({ key }) => key === 'snapshot')).toBe(true)
    // the statements are in the snapshot alone: what was before it is gone
    expect(log.some(({ entry }) => entry?.kind === 'request')).toBe(false)
    expect(log.at(-1)?.entry?.kind).toBe('rows')
    const second = await scene.ready()
    expect(await sums(second)).toEqual(sumsOf(3_010))
    await scene.send(90, { from: 3_011 })
    await second.untilProcessed(scene.input, 3_100)
    expect(await sums(second)).toEqual(sumsOf(3_100))
    expect(await second.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  // A broker forgets who has committed nothing for a week, and refuses what comes then.
  test.concurrent('a server that gets no records commits a snapshot now and then', async () => {
    const scene = new Scene(servers)
    await scene.makeInput()
    const server = await scene.ready({ snapshots: { ...SNAPSHOTS, idleMs: 100 } })
    await server.client.execute(scene.stream + scene.sums, EARLIEST)
    const newest = async () => (await scene.logEntries()).at(-1)
    await vi.waitUntil(async () => (await newest())?.key === 'snapshot', { timeout: 60_000 })
    const end = await endOf(scene.logTopic)
    await vi.waitUntil(async () => (await endOf(scene.logTopic)) > end, { timeout: 60_000 })
    expect(await server.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  test.concurrent('a server killed while a new query is given what was before goes on there', async () => {
    const rows = 60_000
    const scene = new Scene(servers)
    await scene.makeInput()
    const first = await scene.ready()
    await first.client.execute(scene.stream + scene.sums, EARLIEST)
    await scene.send(rows)
    await first.untilProcessed(scene.input, rows)
    const topic = `late-${scene.input}`
    await first.client.execute(`CREATE STREAM late WITH (KAFKA_TOPIC='${topic}') AS SELECT * FROM r;`, EARLIEST)
    await vi.waitUntil(async () => (await endOf(topic)) > 0, { timeout: 60_000, interval: 5 })
    await first.kill()
    const { entry } = (await scene.logEntries()).at(-1) ?? {}
    expect(entry).toMatchObject({ kind: 'history', isLast: false })
    const second = await scene.ready()
    await second.client.execute('SHOW STREAMS;')
    await scene.send(1, { from: rows + 1 })
    await second.untilProcessed(scene.input, rows + 1)
    const late = (await committedRecords(bootstrap, [topic])).get(topic) ?? []
    expect(late.map(({ value }) => (JSON.parse(String(value)) as { X: number }).X)).toEqual(
      Array.from({ length: rows + 1 }, (_, i) => i + 1),
    )
    expect(await second.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  test.concurrent('a query that reads from farther back than one before it is restored whole', async () => {
    const scene = new Scene(servers)
    await scene.makeInput()
    await scene.send(500)
    const first = await scene.ready()
    await first.client.execute(scene.stream + scene.sums)
    await scene.send(20, { from: 501 })
    await first.untilProcessed(scene.input, 520)
    await first.client.execute('TERMINATE CTAS_SUMS_0; DROP TABLE sums;')
    await first.client.execute(scene.sums, EARLIEST)
    const ranges = [{ from: 0, until: 520 }]
    await vi.waitFor(async () => expect((await scene.logEntries()).at(-1)).toMatchObject({ entry: { ranges } }), 60_000)
    await first.kill()
    const second = await scene.ready()
    expect(await sums(second)).toEqual(sumsOf(520))
    expect(await second.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  test.concurrent('topics that statements delete are not needed any more', async () => {
    const scene = new Scene(servers)
    await scene.makeInput()
    const first = await scene.ready()
    await first.client.execute(
      `${scene.stream} CREATE STREAM copy WITH (KAFKA_TOPIC='copy-${scene.input}') AS SELECT * FROM r;`,
      EARLIEST,
    )
    await scene.send(100)
    await first.untilProcessed(scene.input, 100)
    // given what the other wrote
    await first.client.execute(
      `CREATE TABLE n WITH (KAFKA_TOPIC='n-${scene.input}') AS SELECT id, COUNT(*) AS n FROM copy GROUP BY id;`,
      EARLIEST,
    )
    await first.client.execute(
      'TERMINATE ALL; DROP TABLE n; DROP STREAM copy DELETE TOPIC; DROP STREAM r DELETE TOPIC;',
    )
    await first.kill()
    const second = await scene.ready()
    expect(await second.client.execute('SHOW STREAMS; SHOW QUERIES;')).toMatchObject([{ streams: [] }, { queries: [] }])
    expect(await second.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  test.concurrent.each(['deleted', 'made anew'])(
    'a topic that the log refers to and that was %s ends it, with what to do',
    async (fate) => {
      const scene = new Scene(servers)
      await scene.makeInput()
      const first = await scene.ready()
      await first.client.execute(scene.stream + scene.sums, EARLIEST)
      await scene.send(100)
      await first.untilProcessed(scene.input, 100)
      await first.kill()
      await deleteTopic(scene.input)
      await vi.waitUntil(async () => !(await administered((admin) => admin.listTopics())).includes(scene.input), 60_000)
      if (fate === 'made anew') {
        await scene.makeInput()
        await scene.send(50)
      }
      const { code, stderr } = await (await scene.start()).ended
      expect(code).toBe(1)
      expect(stderr).toContain(
        fate === 'deleted'
          ? `Topic ${scene.input} is not there any more: it was deleted.`
          : `Topic ${scene.input}, partition 0 ends at offset 50, and was read up to 100: the topic was deleted and made anew, or the broker has lost its end.`,
      )
      expect(stderr).toContain(`To begin anew without it, delete topic ${scene.logTopic}`)
    },
  )

  test.concurrent('a topic that is deleted while it is read ends it, too', async () => {
    const scene = new Scene(servers)
    await scene.makeInput()
    const server = await scene.ready()
    await server.client.execute(scene.stream + scene.sums, EARLIEST)
    await scene.send(100)
    await server.untilProcessed(scene.input, 100)
    await deleteTopic(scene.input)
    const { code, stderr } = await server.ended
    expect(code).toBe(1)
    expect(stderr).toContain(`Topic ${scene.input} is not there any more: it was deleted.`)
    expect(stderr).not.toContain('does not answer')
  })

  test.concurrent('records that are deleted before they are read are told, and it goes on behind them', async () => {
    const scene = new Scene(servers)
    await scene.makeInput()
    const first = await scene.ready()
    await first.client.execute(scene.stream + scene.sums, EARLIEST)
    await scene.send(100)
    await first.untilProcessed(scene.input, 100)
    await first.stop()
    await scene.send(50, { from: 101 })
    await deleteRecordsBefore(kafkaClient(bootstrap), scene.input, 140)
    const second = await scene.ready()
    await second.untilProcessed(scene.input, 150)
    const total = sumsOf(150)[1] - (sumsOf(140)[1] - sumsOf(100)[1])
    expect(await sums(second)).toEqual([110, total])
    await second.kill()
    // repeated from the log
    const third = await scene.ready()
    expect(await sums(third)).toEqual([110, total])
    expect(await third.stop()).toMatchObject({ code: 0, stderr: '' })
    expect((await second.ended).stderr).toContain(
      `Topic ${scene.input}, partition 0 lost offsets 100 to 139, 40 records at most, before they were processed`,
    )
  })

  test.concurrent('partitions that a topic gets are read from their beginnings, also after a restart', async () => {
    const scene = new Scene(servers)
    await scene.makeInput()
    const first = await scene.ready()
    await first.client.execute(scene.stream + scene.sums, EARLIEST)
    await scene.send(100)
    await first.untilProcessed(scene.input, 100)
    await administered((admin) => admin.createPartitions({ topicPartitions: [{ topic: scene.input, count: 3 }] }))
    await scene.send(50, { from: 101, partition: 2 })
    await first.untilProcessed(scene.input, 150)
    expect(await sums(first)).toEqual(sumsOf(150))
    await first.kill()
    expect((await first.ended).stderr).toContain(
      `Topic ${scene.input} has 2 new partitions, which are read from their beginnings`,
    )
    const second = await scene.ready()
    expect(await sums(second)).toEqual(sumsOf(150))
    await scene.send(50, { from: 151, partition: 1 })
    await second.untilProcessed(scene.input, 200)
    expect(await sums(second)).toEqual(sumsOf(200))
    expect(await second.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  test.concurrent('a query that a record has stopped does not come back, and its topic is not read any more', async () => {
    const scene = new Scene(servers)
    await scene.makeInput()
    const first = await scene.ready()
    const { client } = first
    await client.execute(
      `${scene.stream} ${scene.sums} CREATE STREAM d (id VARCHAR KEY, v DECIMAL(3, 1)) WITH (KAFKA_TOPIC='d-${scene.input}', VALUE_FORMAT='JSON', PARTITIONS=1);
       CREATE TABLE overflow WITH (KAFKA_TOPIC='overflow-${scene.input}') AS SELECT id, SUM(v) AS total FROM d GROUP BY id;`,
      EARLIEST,
    )
    const insert = "INSERT INTO d (id, v) VALUES ('a', 60.5);"
    await client.execute(insert.repeat(2))
    await first.untilProcessed(`d-${scene.input}`, 2)
    const running = async (server: RunningServer) => {
      const [{ queries }] = await server.client.execute('SHOW QUERIES;')
      return (queries as { id: string }[]).map(({ id }) => id)
    }
    await vi.waitFor(async () => expect(await running(first)).toEqual(['CTAS_SUMS_0']), 60_000)
    await client.execute(insert.repeat(2))
    await scene.send(10)
    await first.untilProcessed(scene.input, 10)
    expect((await first.stop()).stderr).toContain('Query CTAS_OVERFLOW_1 has stopped.')
    // from the snapshot
    const second = await scene.ready()
    expect(await running(second)).toEqual(['CTAS_SUMS_0'])
    await second.client.execute(insert)
    await scene.send(10, { from: 11 })
    await second.untilProcessed(scene.input, 20)
    await second.kill()
    // from the log
    const third = await scene.ready()
    expect(await sums(third)).toEqual(sumsOf(20))
    await third.client.execute('DROP TABLE overflow; DROP STREAM d;')
    expect(await third.stop()).toMatchObject({ code: 0, stderr: '' })
  })

  test.concurrent('a snapshot of another version ends it, with what to do', async () => {
    const scene = new Scene(servers)
    await (await scene.ready()).stop()
    const sender = new TransactionalSender(kafkaClient(bootstrap), 'another-version')
    await sender.connect()
    await sender.commit(snapshotRecords(scene.logTopic, serialize({ version: 99 })))
    await sender.close()
    const { code, stderr } = await (await scene.start()).ended
    expect(code).toBe(1)
    expect(stderr).toContain('the snapshot has version 99, this server reads 1: run the version that wrote it')
  })
})
