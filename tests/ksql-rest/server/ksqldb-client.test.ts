import { createRequire } from 'node:module'
import { afterEach, expect, test } from 'vitest'
import { READINGS } from '../post.ts'
import { served } from '../served.ts'

/**
 * npm's ksqldb-client 1.0.5 against our server, as far as that client goes: HTTP/2 only, one statement a call, no authentication, a push query dies
 * of two rows in one piece, rows of ASCII alone.
 */
// its types declare a default export that the module does not have
const KsqldbClient = createRequire(import.meta.url)('ksqldb-client') as typeof import('ksqldb-client').default

const clients: InstanceType<typeof KsqldbClient>[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) await client.disconnect()
})

async function connected() {
  const server = await served()
  const { hostname, port } = new URL(server.url)
  const client = new KsqldbClient({ host: `http://${hostname}`, port })
  clients.push(client)
  await client.connect()
  return { ...server, client }
}

const SINGLE = READINGS.replaceAll(/\s+/g, ' ')

test('executes statements and hears of their errors', async () => {
  const { client } = await connected()
  expect(await client.executeStatement(SINGLE)).toMatchObject({ status: 200, error: undefined })
  const { data } = await client.executeStatement('CREATE STREAM hot AS SELECT * FROM readings WHERE t > 80;')
  expect(data?.rows).toMatchObject([{ commandStatus: { status: 'SUCCESS' } }])
  expect(await client.executeStatement('CREATE STREAM x AS SELECT nothing FROM readings;')).toMatchObject({
    status: 400,
    error: { error_code: 40001 },
  })
})

test('lists and describes what there is', async () => {
  const { client } = await connected()
  await client.executeStatement(SINGLE)
  await client.executeStatement('CREATE TABLE n AS SELECT device, COUNT(*) AS n FROM readings GROUP BY device;')
  expect(await client.listStreams()).toMatchObject([{ name: 'READINGS', topic: 'readings', isWindowed: false }])
  expect(await client.listTables()).toMatchObject([{ name: 'N', type: 'TABLE' }])
  expect(await client.listTopics()).toMatchObject([{ name: 'N', replicaInfo: [1] }, { name: 'readings' }])
  expect(await client.listQueries()).toMatchObject([{ sinks: ['N'], state: 'RUNNING', queryType: 'PERSISTENT' }])
  expect(await client.describeSource('readings')).toMatchObject({ name: 'READINGS', sourceConstraints: ['N'] })
})

test('inserts rows and asks for them', async () => {
  const { client } = await connected()
  await client.executeStatement(SINGLE)
  await client.executeStatement('CREATE TABLE n AS SELECT device, COUNT(*) AS n FROM readings GROUP BY device;')
  const inserted = await client.insertInto('readings', { DEVICE: 'gpu', T: 90.5 })
  expect(inserted).toMatchObject({ status: 200, data: { rows: [{ status: 'ok', seq: 0 }] } })
  expect(await client.insertInto('readings', { T: 'warm' })).toMatchObject({
    data: undefined,
    error: { status: 'error', error_code: 40000 },
  })
  const { data } = await client.query('SELECT * FROM n;')
  expect(data?.metadata.columnNames).toEqual(['DEVICE', 'N'])
  expect(data?.rows).toEqual([{ DEVICE: 'gpu', N: 1 }])
  expect(await client.query('SELECT * FROM nowhere;')).toMatchObject({ status: 400, error: { error_code: 40001 } })
})

test('follows a push query and ends it', async () => {
  const { client, engine } = await connected()
  await client.executeStatement(SINGLE)
  const seen: unknown[] = []
  let queryId = ''
  const streaming = client.streamQuery('SELECT device, t FROM readings EMIT CHANGES;', ({ metadata, rows }) => {
    queryId = metadata.queryId ?? ''
    if (rows !== undefined) seen.push(...rows)
  })
  await expect.poll(() => queryId).not.toBe('')
  await client.insertInto('readings', { DEVICE: 'gpu', T: 90.5 })
  await expect.poll(() => seen).toEqual([{ DEVICE: 'gpu', T: 90.5 }])
  expect(await client.terminatePushQuery(queryId)).toMatchObject({ status: 200 })
  expect(await streaming).toMatchObject({ status: 200 })
  expect(engine.queries()).toEqual([])
})
