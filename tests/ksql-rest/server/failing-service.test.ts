import http2 from 'node:http2'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KsqlEngine } from '../../../engine/index.ts'
import { MemoryService } from '../../../ksql-rest/server/memory-service.ts'
import { type KsqlServer, serveKsql } from '../../../ksql-rest/server/serve.ts'
import type { AskedEngine } from '../../../ksql-rest/server/service.ts'
import { ksql, post, READINGS } from '../post.ts'

/** One whose disk is full: rows do not get in, and rows for queries do not begin to come. */
class FullService extends MemoryService {
  isFull = false

  override async insert(...row: Parameters<MemoryService['insert']>): Promise<void> {
    if (this.isFull) throw new Error('the disk is full')
    return super.insert(...row)
  }

  override async asked(): Promise<AskedEngine> {
    const begin = async (): Promise<void> => {
      if (this.isFull) throw new Error('the disk is full')
    }
    return { ...(await super.asked()), begin }
  }
}

const faults: string[] = []
let engine: KsqlEngine
let service: FullService
let server: KsqlServer
beforeEach(async () => {
  faults.length = 0
  const onFault = (error: unknown) => faults.push(String(error))
  engine = new KsqlEngine()
  service = new FullService(engine, onFault)
  server = await serveKsql({ service, version: '0.0.0', port: 0, onFault })
  await ksql(server.url, READINGS)
})
afterEach(() => server.close())

test("a row that the service fails of is no fault of the row's", async () => {
  service.isFull = true
  const session = http2.connect(server.url)
  const stream = session.request({ ':method': 'POST', ':path': '/inserts-stream' })
  stream.end('{"target":"readings"}\n{"T":1}\n')
  const answer = await text(stream)
  session.close()
  expect(JSON.parse(answer)).toEqual({
    '@type': 'InsertError',
    status: 'error',
    seq: 0,
    error_code: 50000,
    message: 'the disk is full',
  })
  expect(faults).toEqual(['Error: the disk is full'])
})

test('a push query whose rows do not begin to come leaves nothing behind', async () => {
  service.isFull = true
  const answer = await post(server.url, '/query-stream', { sql: 'SELECT t FROM readings EMIT CHANGES;' })
  expect(answer.status).toBe(500)
  expect(await answer.json()).toMatchObject({ error_code: 50000, message: 'the disk is full' })
  expect(engine.queries()).toEqual([])
})

test('a push query that a record stops ends with the reason', async () => {
  const sql = 'SELECT k, SUM(d) AS total FROM sums GROUP BY k EMIT CHANGES;'
  await ksql(
    server.url,
    "CREATE STREAM sums (k VARCHAR KEY, d DECIMAL(3, 1)) WITH (KAFKA_TOPIC='sums', VALUE_FORMAT='JSON', PARTITIONS=1);",
  )
  const broken = await post(server.url, '/query-stream', { sql })
  const legacy = await post(server.url, '/query', { ksql: sql })
  for (let i = 0; i < 2; i++) await ksql(server.url, "INSERT INTO sums (k, d) VALUES ('a', 60.5);")
  const lines = (await broken.text()).trim().split('\n')
  expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({
    '@type': 'generic_error',
    error_code: 50000,
    message: expect.stringMatching(/^Query transient_\d+ has stopped\. .*SUM: Numeric field overflow/),
  })
  expect(((await legacy.json()) as unknown[]).at(-1)).toMatchObject({
    errorMessage: { message: expect.stringContaining('SUM: Numeric field overflow') },
  })
})
