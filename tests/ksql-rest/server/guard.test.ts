import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { KsqlEngine } from '../../../engine/index.ts'
import { MemoryService } from '../../../ksql-rest/server/memory-service.ts'
import { serveKsql } from '../../../ksql-rest/server/serve.ts'
import { served } from '../served.ts'

/** GET /info with headers that fetch does not let one set. */
function info(url: string, headers: Record<string, string>): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    request(`${url}/info`, { headers }, async (answer) => {
      resolve({ status: answer.statusCode ?? 0, body: JSON.parse(await text(answer)) })
    })
      .on('error', reject)
      .end()
  })
}

test('a page of another site cannot make the browser ask', async () => {
  const { url } = await served()
  expect(await info(url, { origin: 'http://evil.example' })).toMatchObject({ status: 403, body: { error_code: 40300 } })
  expect(await info(url, { host: 'evil.example' })).toMatchObject({ status: 403, body: { error_code: 40300 } })
  expect(await info(url, { host: 'localhost:8088' })).toMatchObject({ status: 200 })
})

test('with credentials only who knows them is answered', async () => {
  const { url } = await served({ credentials: { username: 'anna', password: 'gäu:1' } })
  const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })
  expect(await info(url, {})).toMatchObject({ status: 401, body: { '@type': 'generic_error', error_code: 40100 } })
  expect(await info(url, basic('anna:wrong'))).toMatchObject({ status: 401 })
  expect(await info(url, basic('anna:gäu:1'))).toMatchObject({ status: 200 })
  // other machines know it by any name
  expect(await info(url, { host: 'ksql-server:8088', ...basic('anna:gäu:1') })).toMatchObject({ status: 200 })
  const fromPage = { origin: 'http://evil.example', ...basic('anna:gäu:1') }
  expect(await info(url, fromPage)).toMatchObject({ status: 403 })
})

test('an address that other machines reach needs credentials', async () => {
  const started = serveKsql({
    service: new MemoryService(new KsqlEngine(), () => {}),
    version: '',
    host: '0.0.0.0',
    port: 0,
    onFault: () => {},
  })
  await expect(started).rejects.toThrow(/0\.0\.0\.0 can be reached by other machines.*credentials/)
})

test('a port that is taken is told', async () => {
  const { url } = await served()
  const port = Number(new URL(url).port)
  const second = serveKsql({
    service: new MemoryService(new KsqlEngine(), () => {}),
    version: '',
    port,
    onFault: () => {},
  })
  await expect(second).rejects.toThrow(`127.0.0.1:${port} is not free to listen on`)
})
