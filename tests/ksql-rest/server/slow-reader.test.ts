import { request } from 'node:http'
import { expect, test } from 'vitest'
import { linesOf } from '../../../ksql-rest/lines.ts'
import { ksql } from '../post.ts'
import { served } from '../served.ts'

const ROWS = 120
const MEGABYTE = 'x'.repeat(1024 * 1024)

test('a reader that does not keep up is cut off with an error, after the rows that waited for it', async () => {
  const { url, engine } = await served()
  await ksql(url, "CREATE STREAM s (t VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);")
  const body = JSON.stringify({ sql: 'SELECT t FROM s EMIT CHANGES;' })
  const answer = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    request(`${url}/query-stream`, { method: 'POST' }, resolve).on('error', reject).end(body)
  })
  const record = { key: null, value: Buffer.from(JSON.stringify({ T: MEGABYTE })), timestamp: 0, headers: [] }
  for (let i = 0; i < ROWS; i++) engine.topic('s').append([record])
  await expect.poll(() => engine.queries()).toEqual([])

  let rows = 0
  let last = ''
  for await (const line of linesOf(answer)) {
    if (line.startsWith('["x')) rows++
    last = line
  }
  expect(JSON.parse(last)).toMatchObject({ error_code: 50000, message: expect.stringContaining('64 MiB') })
  expect(rows).toBeGreaterThan(60)
  expect(rows).toBeLessThan(ROWS)
})
