import { once } from 'node:events'
import http2 from 'node:http2'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { ksql, post, READINGS } from '../post.ts'
import { served } from '../served.ts'

const PUSH = { sql: 'SELECT device, t FROM readings EMIT CHANGES;' }
const INSERT = "INSERT INTO readings (device, t) VALUES ('gpu 1', 90.5);"

/** A request over HTTP/2 by prior knowledge; `send` writes its body. */
async function h2<T>(url: string, path: string, use: (stream: http2.ClientHttp2Stream) => Promise<T>): Promise<T> {
  const session = http2.connect(url)
  try {
    return await use(session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/json' }))
  } finally {
    session.close()
  }
}

test('a push query gives rows as they come over HTTP/2, until it is closed by its id', async () => {
  const { url, engine } = await served()
  await ksql(url, READINGS)
  const all = await h2(url, '/query-stream', async (stream) => {
    stream.end(JSON.stringify(PUSH))
    stream.setEncoding('utf8')
    const [header] = (await once(stream, 'data')) as [string]
    const { queryId } = JSON.parse(header) as { queryId: string }
    await ksql(url, INSERT)
    const [row] = (await once(stream, 'data')) as [string]
    const closed = await post(url, '/close-query', { queryId })
    expect(closed.status).toBe(200)
    await once(stream, 'end')
    return [JSON.parse(header), row]
  })
  expect(all).toEqual([expect.objectContaining({ columnNames: ['DEVICE', 'T'] }), '["gpu 1",90.5]\n'])
  expect(engine.queries()).toEqual([])
})

test.each(['HTTP/1.1', 'HTTP/2'])('a push query ends with its reader over %s', async (protocol) => {
  const { url, engine } = await served()
  await ksql(url, READINGS)
  if (protocol === 'HTTP/2') {
    await h2(url, '/query-stream', async (stream) => {
      stream.end(JSON.stringify(PUSH))
      await once(stream, 'data')
      expect(engine.queries()).toHaveLength(1)
      stream.close(http2.constants.NGHTTP2_CANCEL)
    })
  } else {
    const answer = await post(url, '/query-stream', PUSH)
    expect(engine.queries()).toHaveLength(1)
    await answer.body!.cancel()
  }
  await expect.poll(() => engine.queries()).toEqual([])
})

test('TERMINATE ends the answer of a push query', async () => {
  const { url } = await served()
  await ksql(url, READINGS)
  const answer = await post(url, '/query-stream', PUSH)
  await ksql(url, `${INSERT} TERMINATE ALL;`)
  expect((await answer.text()).trim().split('\n')).toHaveLength(2)
})

test('LIMIT counts the rows a topic has kept, and the answer ends with the last', async () => {
  const { url, engine } = await served()
  await ksql(url, READINGS + INSERT.repeat(3))
  const answer = await post(url, '/query-stream', { sql: PUSH.sql.replace(';', ' LIMIT 2;') })
  expect((await answer.text()).trim().split('\n')).toHaveLength(3)
  expect(engine.queries()).toEqual([])
})

test('numbers keep all their digits, dates and times are text', async () => {
  const { url } = await served()
  await ksql(
    url,
    `CREATE STREAM s (a BIGINT, b DECIMAL(20, 2), c DATE, d TIME, e TIMESTAMP, f BYTES, g ARRAY<DATE>)
       WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
     INSERT INTO s VALUES (9223372036854775807, 123456789012345678.90, '2026-11-24', '08:00:01', '2026-11-24T08:00:00.5',
       TO_BYTES('AQI=', 'base64'), ARRAY[PARSE_DATE('2026-11-24', 'yyyy-MM-dd')]);`,
  )
  const answer = await post(url, '/query-stream', { sql: 'SELECT * FROM s;' })
  const [, row] = (await answer.text()).split('\n')
  expect(row).toBe(
    '[9223372036854775807,123456789012345678.90,"2026-11-24","08:00:01","2026-11-24T08:00:00.500","AQI=",["2026-11-24"]]',
  )
})

test('rows stream in over HTTP/2 and are acknowledged; the first refused one ends it', async () => {
  const { url, engine } = await served()
  await ksql(url, READINGS)
  const answer = await h2(url, '/inserts-stream', async (stream) => {
    stream.write('{"target":"readings"}\n{"DEVICE":"gpu 1","T":90.25,"TS":"2026-11-24T08:00:00"}\n{"device":"g')
    stream.end('pü","t":1}\n{"T":"warm"}\n{"T":2}\n')
    return text(stream)
  })
  const lines = answer
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object)
  expect(lines).toEqual([
    { status: 'ok', seq: 0 },
    { status: 'ok', seq: 1 },
    {
      '@type': 'InsertError',
      status: 'error',
      seq: 2,
      error_code: 40000,
      message: expect.stringContaining('Expected type DOUBLE for field `T` but got STRING(warm)'),
    },
  ])
  expect(engine.pull('SELECT device, t FROM readings;').rows).toEqual([
    ['gpu 1', 90.25],
    ['gpü', 1],
  ])
})

test('nested values, bytes and large numbers stream in as their columns have them', async () => {
  const { url, engine } = await served()
  await ksql(
    url,
    `CREATE STREAM s (a BIGINT, b BYTES, c ARRAY<INT>, d MAP<VARCHAR, DOUBLE>, e STRUCT<X INT, Y VARCHAR>, f DECIMAL(4, 2))
       WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`,
  )
  const row = '{"a":9007199254740993,"b":"AQI=","c":[1,2],"d":{"k":1},"e":{"x":1,"y":"z"},"f":12.34}'
  const answer = await h2(url, '/inserts-stream', async (stream) => {
    stream.end(`{"target":"S"}\n${row}\n`)
    return text(stream)
  })
  expect(answer).toBe('{"status":"ok","seq":0}\n')
  const pulled = await post(url, '/query-stream', { sql: 'SELECT * FROM s;' })
  expect((await pulled.text()).split('\n')[1]).toBe('[9007199254740993,"AQI=",[1,2],{"k":1.0},{"X":1,"Y":"z"},12.34]')
  expect(engine.errors.all()).toEqual([])
})

test('inserts into what is not there are refused with its name', async () => {
  const { url } = await served()
  const answer = await h2(url, '/inserts-stream', async (stream) => {
    stream.end('{"target":"nowhere"}\n{"A":1}\n')
    return text(stream)
  })
  expect(JSON.parse(answer)).toMatchObject({ error_code: 40000, message: expect.stringContaining('nowhere') })
})
