import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { ConnectClient, causesOf } from '../../kafka/connect.ts'
import { freePort } from '../free-port.ts'

/** A stand-in for moments of a worker that a test cannot bring about. */
const servers: ReturnType<typeof createServer>[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

async function standIn(listener: RequestListener): Promise<ConnectClient> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new ConnectClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

test('a request that comes while workers share out their work anew is repeated', async () => {
  const statuses = [409, 409, 200]
  const asked: string[] = []
  const connect = await standIn((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(statuses.shift() ?? 500).end('{"message": "rebalance"}')
  })
  await connect.configure('a/b', { 'connector.class': 'X' })
  expect(asked).toEqual(Array(3).fill('PUT /connectors/a%2Fb/config'))
})

test('a refusal is told in the words of the worker, with its status', async () => {
  const connect = await standIn((_, response) => {
    response.writeHead(500).end('{"error_code": 500, "message": "no leader"}')
  })
  const refusal = await connect.connectors().catch((error: unknown) => error)
  expect(refusal).toMatchObject({ name: 'ConnectError', status: 500, isOutage: true })
  expect((refusal as Error).message).toMatch(
    /^http:\/\/127\.0\.0\.1:\d+: cannot list its connectors: HTTP 500, no leader$/,
  )
})

test('what is no JSON, and nobody at all, are told with the option that has the address', async () => {
  const connect = await standIn((_, response) => {
    response.end('<html>')
  })
  await expect(connect.version()).rejects.toThrow('HTTP 200 and no JSON, so this is not Kafka Connect; check --connect')
  const nobody = new ConnectClient(`http://127.0.0.1:${await freePort()}`)
  await expect(nobody.version()).rejects.toMatchObject({
    message: expect.stringContaining('Kafka Connect does not answer; check --connect'),
    status: 0,
    cause: { message: expect.stringContaining('ECONNREFUSED') },
  })
})

test('of a trace its causes are told, the outermost first', () => {
  const trace =
    'a.ConnectException: Exiting\n\tat a.b(C.java:1)\nCaused by: a.DataException: no key\n\tat d.e(F.java:2)\n\t... 3 more'
  expect(causesOf(trace)).toEqual(['a.ConnectException: Exiting', 'Caused by: a.DataException: no key'])
})
