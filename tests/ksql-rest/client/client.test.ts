import { expect, test } from 'vitest'
import { KsqlClient } from '../../../ksql-rest/client/client.ts'
import { KsqlRequestError } from '../../../ksql-rest/client/request-error.ts'
import { collected, READINGS } from '../post.ts'
import { type Served, served } from '../served.ts'

async function connected(): Promise<Served & { client: KsqlClient }> {
  const server = await served()
  return { ...server, client: new KsqlClient({ url: server.url }) }
}

/** The error that is expected of a promise. */
async function refusal(promise: Promise<unknown>): Promise<KsqlRequestError> {
  const error: unknown = await promise.then(
    () => null,
    (e: unknown) => e,
  )
  expect(error).toBeInstanceOf(KsqlRequestError)
  return error as KsqlRequestError
}

test('a script is executed, with settings for it alone', async () => {
  const { client } = await connected()
  const script = `DEFINE least = '80';\nCREATE STREAM hot AS SELECT * FROM readings WHERE t > \${least};`
  const entities = await client.execute(`${READINGS}\n${script} SHOW STREAMS;`, { variables: { other: '1' } })
  expect(entities.map((entity) => entity['@type'])).toEqual(['currentStatus', 'currentStatus', 'streams'])
  expect(await client.status('stream/`HOT`/create')).toMatchObject({ status: 'SUCCESS' })
  expect((await client.info()).serverStatus).toBe('RUNNING')
})

test('a syntax error has line, column and what to do', async () => {
  const { client } = await connected()
  const error = await refusal(client.execute(`${READINGS}\n\n  CREATE STREM x;`))
  expect(error).toMatchObject({ code: 40001, line: 4, column: 10 })
  expect(error.message).toMatch(/^line 4:10: .*STREM/s)
  expect(error.fix).toContain('Correct the statement')
})

test('an error that the server places has that place, any other that of its statement', async () => {
  const { client } = await connected()
  const unknown = await refusal(client.execute(`${READINGS}\n\nCREATE STREAM x AS SELECT nothing FROM readings;`))
  expect(unknown).toMatchObject({ code: 40001, line: 4, column: 27 })
  expect(unknown.message).toMatch(/^line 4:27: SELECT column 'NOTHING' cannot be resolved/)
  const again = await refusal(client.execute(`${READINGS}\n\n ${READINGS}`))
  expect(again).toMatchObject({ code: 40001, line: 4, column: 2 })
  const missing = await refusal(client.execute(`${READINGS}\n DROP STREAM nowhere;`))
  expect(missing).toMatchObject({ code: 40001, line: 3, column: 2 })
})

test('a command that fails within a 200 is an error, with the place of its statement', async () => {
  const { client } = await connected()
  const invalid = READINGS.replace('PARTITIONS=1', "PARTITIONS=1, TIMESTAMP='ts'")
  await client.execute(`${invalid} INSERT INTO readings (t, ts) VALUES (1.0, '1960-01-01T00:00:00.000');`)
  const script = "DEFINE a = '1';\nSHOW STREAMS;\nCREATE STREAM copy AS SELECT * FROM readings;"
  const error = await refusal(client.execute(script, { properties: { 'ksql.timestamp.throw.on.invalid': 'true' } }))
  expect(error).toMatchObject({ code: null, line: 3, column: 1, statement: expect.stringContaining('copy') })
  expect(error.serverMessage).toContain('before 1970')
  expect(error.fix).toContain('Statements before it have taken effect')
})

test('other refusals say what to do', async () => {
  const { client } = await connected()
  expect((await refusal(client.execute('SELECT 1 FROM x;'))).fix).toContain('query()')
  expect((await refusal(client.execute("ASSERT TOPIC 'nope';"))).fix).toContain('Create what is asserted')
  expect((await refusal(client.closeQuery('nope'))).code).toBe(40000)
  expect((await refusal(client.query('SELECT * FROM nowhere;'))).message).toContain('NOWHERE does not exist')
})

test('rows of a pull query have their types', async () => {
  const { client } = await connected()
  await client.execute(
    `CREATE STREAM s (a BIGINT, b DECIMAL(20, 2), c DOUBLE, d INT, e TIMESTAMP, f ARRAY<BIGINT>, g STRUCT<X INT>)
       WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
     INSERT INTO s VALUES (9223372036854775807, 123456789012345678.90, 1.5, NULL, '2026-11-24T08:00:00',
       ARRAY[1, 9223372036854775807], STRUCT(X := 1));`,
  )
  const answer = await client.query('SELECT * FROM s;')
  expect(answer.columns.slice(0, 2)).toEqual([
    { name: 'A', type: 'BIGINT' },
    { name: 'B', type: 'DECIMAL(20, 2)' },
  ])
  expect(await collected(answer)).toEqual([
    [
      9223372036854775807n,
      '123456789012345678.90',
      1.5,
      null,
      '2026-11-24T08:00:00.000',
      [1, '9223372036854775807'],
      { X: 1 },
    ],
  ])
})

test('rows of a push query come as they are made; leaving the loop ends the query', async () => {
  const { client, engine } = await connected()
  await client.execute(READINGS)
  const rows = await client.query('SELECT device, t FROM readings EMIT CHANGES;')
  expect(engine.queries()).toHaveLength(1)
  const seen: unknown[] = []
  await client.execute("INSERT INTO readings (device, t) VALUES ('gpu', 1);")
  for await (const row of rows) {
    seen.push(row)
    if (seen.length === 2) break
    await client.execute("INSERT INTO readings (device, t) VALUES ('gpü', 2);")
  }
  expect(seen).toEqual([
    ['gpu', 1],
    ['gpü', 2],
  ])
  await expect.poll(() => engine.queries()).toEqual([])
})

test('a push query ends when it is aborted, and when it is closed by its id', async () => {
  const { client, engine } = await connected()
  await client.execute(READINGS)
  const abort = new AbortController()
  const aborted = await client.query('SELECT * FROM readings EMIT CHANGES;', { signal: abort.signal })
  setTimeout(() => abort.abort(), 20)
  await expect(collected(aborted)).rejects.toMatchObject({ name: 'AbortError' })
  await expect.poll(() => engine.queries()).toEqual([])

  const closed = await client.query('SELECT * FROM readings EMIT CHANGES;')
  await client.closeQuery(closed.queryId)
  expect(await collected(closed)).toEqual([])
})

test('name and password are sent', async () => {
  const credentials = { username: 'anna', password: 'gäu:1' }
  const { url } = await served({ credentials })
  expect((await new KsqlClient({ url, credentials }).info()).serverStatus).toBe('RUNNING')
  const error = await refusal(new KsqlClient({ url }).info())
  expect(error).toMatchObject({ code: 40100, fix: expect.stringContaining('password') })
})

test('an address that is none, a server that is not there and one that is no ksqlDB are told apart', async () => {
  expect(() => new KsqlClient({ url: 'localhost:8088' })).toThrow('"localhost:8088" is no address')
  await expect(new KsqlClient({ url: 'http://127.0.0.1:1' }).info()).rejects.toThrow(
    /http:\/\/127\.0\.0\.1:1 cannot be reached.*ECONNREFUSED/,
  )
  const { url } = await served()
  await expect(new KsqlClient({ url: `${url}/elsewhere` }).info()).rejects.toThrow(/404 "Not Found".*no JSON/)
})
