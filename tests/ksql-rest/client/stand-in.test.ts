import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { KsqlClient } from '../../../ksql-rest/client/client.ts'
import { collected } from '../post.ts'

/**
 * Stand-ins for what our server never does and ksqlDB on a loaded cluster does: answer before a command is executed, break off, fail in the middle
 * of the rows. Its answers are written after transcripts.json.
 */
const servers: ReturnType<typeof createServer>[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function standIn(listener: RequestListener): Promise<KsqlClient> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new KsqlClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

const status = (name: string) => ({ status: name, message: `it is ${name}`, queryId: null })
const queued = {
  '@type': 'currentStatus',
  statementText: 'CREATE STREAM HOT …',
  commandId: 'stream/`HOT/1`/create',
  commandSequenceNumber: 3,
  commandStatus: status('QUEUED'),
  warnings: [],
}

test('a command that is still queued is asked for until it has succeeded', async () => {
  const asked: string[] = []
  const answers = ['EXECUTING', 'SUCCESS']
  const client = await standIn((request, response) => {
    asked.push(request.url ?? '')
    response.end(JSON.stringify(request.method === 'POST' ? [queued] : status(answers.shift() ?? '')))
  })
  const [entity] = await client.execute('CREATE STREAM hot AS SELECT * FROM readings;')
  expect(entity).toMatchObject({ commandStatus: { status: 'SUCCESS' } })
  expect(asked).toEqual(['/ksql', '/status/stream/%60HOT%2F1%60/create', '/status/stream/%60HOT%2F1%60/create'])
})

test('a command that fails after it was queued is an error', async () => {
  const client = await standIn((request, response) => {
    response.end(JSON.stringify(request.method === 'POST' ? [queued] : status('ERROR')))
  })
  await expect(client.execute('\nCREATE STREAM hot;')).rejects.toMatchObject({ line: 2, serverMessage: 'it is ERROR' })
})

test('waiting for a command ends when it is aborted', async () => {
  const client = await standIn((request, response) => {
    response.end(JSON.stringify(request.method === 'POST' ? [queued] : status('QUEUED')))
  })
  const running = client.execute('CREATE STREAM hot;', { signal: AbortSignal.timeout(300) })
  await expect(running).rejects.toMatchObject({ name: expect.stringMatching(/AbortError|TimeoutError/) })
})

const HEADER = '{"queryId":"q","columnNames":["A"],"columnTypes":["INTEGER"]}\n'

test('lines are put together whatever the pieces that they come in', async () => {
  const client = await standIn(async (_request, response) => {
    for (const piece of [
      '{"queryId":"q","columnNames":["A"],"colu',
      'mnTypes":["STRING"]}\n["g\xc3',
      '\xbc"]\n["b"]\n["c"]',
    ]) {
      response.write(Buffer.from(piece, 'latin1'))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    response.end()
  })
  expect(await collected(await client.query('SELECT 1;'))).toEqual([['gü'], ['b'], ['c']])
})

test('an error in the place of a row is thrown where it stands', async () => {
  const client = await standIn((_request, response) => {
    response.end(`${HEADER}[1]\n{"@type":"generic_error","error_code":50000,"message":"it broke"}\n`)
  })
  const seen: unknown[] = []
  const reading = async () => {
    for await (const row of await client.query('SELECT 1;')) seen.push(row)
  }
  await expect(reading()).rejects.toMatchObject({ code: 50000, serverMessage: 'it broke' })
  expect(seen).toEqual([[1]])
})

test('a connection that breaks is no end of the rows', async () => {
  const client = await standIn((_request, response) => {
    response.write(`${HEADER}[1]\n`, () => response.destroy())
  })
  const rows = client.query('SELECT 1;').then((answer) => collected(answer))
  await expect(rows).rejects.toThrow('The connection broke while rows were read')
})
