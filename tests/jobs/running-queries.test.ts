import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { lookAtQueries } from '../../jobs/running-queries.ts'
import { untilRunning } from '../../jobs/steady.ts'
import { KsqlClient } from '../../ksql-rest/client/client.ts'

/** A stand-in for what our server never does: a query of ksqlDB's ends in state ERROR. Its answers are written after ksqlDB's documentation. */
const servers: ReturnType<typeof createServer>[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

const query = (id: string, sink: string, state: string) => ({
  id,
  queryString: `CREATE STREAM ${sink} AS SELECT …;`,
  sinks: [sink],
  queryType: 'PERSISTENT',
  state,
})

async function standIn(states: () => object[], explained: object): Promise<KsqlClient> {
  const server = createServer(async (request, response) => {
    const { ksql } = JSON.parse(await text(request)) as { ksql: string }
    if (ksql.startsWith('SHOW QUERIES')) response.end(JSON.stringify([{ '@type': 'queries', queries: states() }]))
    else if ('error_code' in explained) response.writeHead(400).end(JSON.stringify(explained))
    else response.end(JSON.stringify([{ '@type': 'queryDescription', queryDescription: explained }]))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new KsqlClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

const places = new Map([['HOT', 'ksql/a.ksql:3:1']])

describe('queries of statements', () => {
  test('that are in state ERROR have failed, with what the server says of why, and what to do', async () => {
    const queryErrors = [{ timestamp: 1, errorMessage: 'topic readings is gone\n\tat …', type: 'USER' }]
    const client = await standIn(() => [query('CSAS_HOT_1', 'HOT', 'ERROR'), query('CSAS_B_2', 'B', 'ERROR')], {
      queryErrors,
    })
    const look = () => lookAtQueries(client, places)
    await expect(untilRunning(look, { timeout: 10_000 })).rejects.toThrow(
      'ksql/a.ksql:3:1: query CSAS_HOT_1 is in state ERROR\n  USER: topic readings is gone\n' +
        'mend the cause; then TERMINATE CSAS_HOT_1; DROP what it writes',
    )
  })

  test('are also told to have failed by a server that does not explain them', async () => {
    const refusal = { '@type': 'statement_error', error_code: 40001, message: 'EXPLAIN is not supported' }
    const client = await standIn(() => [query('CSAS_HOT_1', 'HOT', 'ERROR')], refusal)
    const { failed } = await lookAtQueries(client, places)
    expect(failed[0]).toContain('The server does not say why')
  })

  test('are waited for while they are not there yet or do not run yet', async () => {
    const answers = [[], [query('CSAS_HOT_1', 'HOT', 'PAUSED')]]
    const client = await standIn(() => answers.shift() ?? [query('CSAS_HOT_1', 'HOT', 'RUNNING')], {})
    const looks: (readonly string[])[] = []
    await untilRunning(
      async () => {
        const look = await lookAtQueries(client, places)
        looks.push(look.waiting)
        return look
      },
      { timeout: 10_000 },
    )
    expect(looks).toEqual([
      ['no query writes HOT (ksql/a.ksql:3:1)'],
      ['query CSAS_HOT_1 (ksql/a.ksql:3:1) is PAUSED'],
      [],
      [],
      [],
    ])
  })

  test('that do not run in time are named', async () => {
    const client = await standIn(() => [query('CSAS_HOT_1', 'HOT', 'UNRESPONSIVE')], {})
    const look = () => lookAtQueries(client, places)
    await expect(untilRunning(look, { timeout: 600 })).rejects.toThrow('this does not run yet: query CSAS_HOT_1')
  })
})
