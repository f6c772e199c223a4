import { describe, expect, test } from 'vitest'
import { lookAtQueries } from '../../jobs/running-queries.ts'
import { untilRunning } from '../../jobs/steady.ts'
import { KsqlClient } from '../../ksql-rest/client/client.ts'
import { standIn } from '../rest-stand-in.ts'

const query = (id: string, sink: string, state: string) => ({
  id,
  queryString: `CREATE STREAM ${sink} AS SELECT …;`,
  sinks: [sink],
  queryType: 'PERSISTENT',
  state,
})

/** A stand-in for what our server never does: a query of ksqlDB's ends in state ERROR. */
async function server(states: () => object[], explained: object): Promise<KsqlClient> {
  const url = await standIn((_, body) => {
    const { ksql } = JSON.parse(body) as { ksql: string }
    if (ksql.startsWith('SHOW QUERIES')) return { body: [{ '@type': 'queries', queries: states() }] }
    if ('error_code' in explained) return { status: 400, body: explained }
    return { body: [{ '@type': 'queryDescription', queryDescription: explained }] }
  })
  return new KsqlClient({ url })
}

const places = new Map([['HOT', 'ksql/a.ksql:3:1']])

describe('queries of statements', () => {
  test('that are in state ERROR have failed, with what the server says of why, and what to do', async () => {
    const queryErrors = [{ timestamp: 1, errorMessage: 'topic readings is gone\n\tat …', type: 'USER' }]
    const client = await server(() => [query('CSAS_HOT_1', 'HOT', 'ERROR'), query('CSAS_B_2', 'B', 'ERROR')], {
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
    const client = await server(() => [query('CSAS_HOT_1', 'HOT', 'ERROR')], refusal)
    const { failed } = await lookAtQueries(client, places)
    expect(failed[0]).toContain('The server does not say why')
  })

  test('are waited for while they are not there yet or do not run yet', async () => {
    const answers = [[], [query('CSAS_HOT_1', 'HOT', 'PAUSED')]]
    const client = await server(() => answers.shift() ?? [query('CSAS_HOT_1', 'HOT', 'RUNNING')], {})
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
    const client = await server(() => [query('CSAS_HOT_1', 'HOT', 'UNRESPONSIVE')], {})
    const look = () => lookAtQueries(client, places)
    await expect(untilRunning(look, { timeout: 600 })).rejects.toThrow('this does not run yet: query CSAS_HOT_1')
  })
})
