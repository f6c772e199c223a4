import http2 from 'node:http2'
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KsqlClient } from '../../ksql-rest/client/client.ts'
import { collected } from '../ksql-rest/post.ts'
import { RunningServer, type ServiceOptions } from './ksql-service.ts'
import { describeWithServers } from './servers.ts'
import { makeTopic } from './topic-contents.ts'
import { committedRecords, removeAllTopics } from './topic-records.ts'

// its types declare a default export that the module does not have
const KsqldbClient = createRequire(import.meta.url)('ksqldb-client') as typeof import('ksqldb-client').default

const COUNTS = 'CREATE TABLE n AS SELECT id, COUNT(*) AS n FROM r GROUP BY id;'

describeWithServers('clients of gpumon ksql-server on Kafka', (servers) => {
  const { bootstrap } = servers
  let services = 0
  const input = (): string => `in-${process.pid}-${services}`
  const stream = (): string =>
    `CREATE STREAM r (id VARCHAR KEY, x INT) WITH (KAFKA_TOPIC='${input()}', VALUE_FORMAT='JSON');`
  const serviceId = (): string => `clients-${process.pid}-${services}`
  const ready = async (options?: ServiceOptions) =>
    (await RunningServer.start(servers, serviceId(), options)).until('READY')

  beforeEach(async () => {
    services++
    await removeAllTopics(bootstrap)
    await makeTopic(bootstrap, input(), 2)
  })
  afterEach(() => RunningServer.killAll())

  const values = async (): Promise<string[]> => {
    const records = (await committedRecords(bootstrap, [input()])).get(input()) ?? []
    return records.map(({ key, value }) => `${key}: ${value}`).sort()
  }

  test("npm's ksqldb-client over HTTP/2: statements, rows, pull and push queries", async () => {
    const server = await ready()
    const { hostname, port } = new URL(server.url)
    const client = new KsqldbClient({ host: `http://${hostname}`, port })
    await client.connect()
    try {
      expect(await client.executeStatement(stream())).toMatchObject({ status: 200, error: undefined })
      expect(await client.executeStatement(COUNTS)).toMatchObject({ status: 200, error: undefined })
      expect(await client.executeStatement('CREATE STREAM x AS SELECT nothing FROM r;')).toMatchObject({
        status: 400,
        error: { error_code: 40001 },
      })
      expect(await client.listTopics()).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ name: 'N' }),
          expect.objectContaining({ name: input(), replicaInfo: [1, 1] }),
        ]),
      )
      const seen: unknown[] = []
      let queryId = ''
      const streaming = client.streamQuery('SELECT id, x FROM r EMIT CHANGES;', ({ metadata, rows }) => {
        queryId = metadata.queryId ?? ''
        if (rows !== undefined) seen.push(...rows)
      })
      await expect.poll(() => queryId).not.toBe('')
      expect(await client.insertInto('r', { ID: 'a', X: 7 })).toMatchObject({ status: 200 })
      await expect.poll(() => seen).toEqual([{ ID: 'a', X: 7 }])
      expect(await client.terminatePushQuery(queryId)).toMatchObject({ status: 200 })
      expect(await streaming).toMatchObject({ status: 200 })
      const { data } = await client.query('SELECT * FROM n;')
      expect(data?.rows).toEqual([{ ID: 'a', N: 1 }])
    } finally {
      await client.disconnect()
    }
    expect(await values()).toEqual(['a: {"X":7}'])
  })

  test('/inserts-stream over HTTP/2: rows are acknowledged when they are committed, the first refused one ends it', async () => {
    const server = await ready()
    await server.client.execute(stream())
    const session = http2.connect(server.url)
    const request = session.request({ ':method': 'POST', ':path': '/inserts-stream' })
    request.end('{"target":"r"}\n{"ID":"a","X":1}\n{"ID":"b","X":2}\n{"ID":"c","X":"warm"}\n{"ID":"d","X":4}\n')
    const acks = (await text(request)).trim().split('\n')
    session.close()
    expect(acks.map((ack) => JSON.parse(ack) as object)).toMatchObject([
      { status: 'ok', seq: 0 },
      { status: 'ok', seq: 1 },
      { status: 'error', seq: 2, error_code: 40000 },
    ])
    expect(await values()).toEqual(['a: {"X":1}', 'b: {"X":2}'])
  })

  test('with credentials only who knows them is answered', async () => {
    const server = await ready({ credentials: 'name:secret' })
    await expect(server.client.execute(stream())).rejects.toThrow('basic authentication')
    const client = new KsqlClient({ url: server.url, credentials: { username: 'name', password: 'secret' } })
    await client.execute(stream())
    const rows = await client.query('SELECT x FROM r EMIT CHANGES LIMIT 1;')
    await client.execute("INSERT INTO r (id, x) VALUES ('a', 5);")
    expect(await collected(rows)).toEqual([[5]])
  })
})
