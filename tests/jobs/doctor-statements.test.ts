import { expect, test } from 'vitest'
import { statementFindings } from '../../jobs/doctor-statements.ts'
import { readSubmitFiles } from '../../jobs/submit-files.ts'
import { kafkaClient } from '../../kafka/client.ts'
import { KsqlClient } from '../../ksql-rest/client/client.ts'
import { root } from '../deploy/compose-file.ts'
import { freePort } from '../free-port.ts'
import { served } from '../ksql-rest/served.ts'
import { type StandInAnswer, standIn } from '../rest-stand-in.ts'

const FILES = { statements: [], schemas: [], connectors: [] }
const STATES = ['RUNNING', 'ERROR', 'PAUSED', 'UNRESPONSIVE']

/** Our server with a query for each state, before it what makes it say these states, which its own queries never have, and what a test wants otherwise. */
async function withStates(otherwise: (statements: string) => StandInAnswer | undefined = () => undefined) {
  const { engine, url } = await served()
  engine.execute("CREATE STREAM s (x INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);")
  for (const state of STATES) engine.execute(`CREATE STREAM q_${state} AS SELECT * FROM s;`)
  const proxy = await standIn(async (request, body) => {
    const [method, path] = request.split(' ')
    const { ksql = '' } = body === '' ? {} : (JSON.parse(body) as { ksql?: string })
    const other = otherwise(ksql)
    if (other !== undefined) return other
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}${path}`, { method, headers, body: method === 'GET' ? null : body })
    const text = await answer.text()
    if (!ksql.startsWith('SHOW QUERIES')) return { status: answer.status, body: text }
    const [entity] = JSON.parse(text) as [{ queries: { sinks: string[] }[] }]
    const queries = entity.queries.map((query) => ({ ...query, state: query.sinks[0].slice('Q_'.length) }))
    return { body: [{ ...entity, queries }] }
  })
  return new KsqlClient({ url: proxy })
}

test('a query that does not run is told by its state: what failed, what somebody paused, and what nobody knows of', async () => {
  const found = await statementFindings(FILES, await withStates(), null, null)
  expect(found).toMatchObject(
    [
      { health: 'well', what: 'ksqlDB' },
      { health: 'well', what: 'statements' },
      { health: 'well', what: 'queries', text: 'RUNNING: 1 of 4' },
      { health: 'wrong', what: /^query CSAS_Q_ERROR_/, fix: /TERMINATE CSAS_Q_ERROR_\d+; DROP what it writes/ },
      { health: 'note', what: /^query CSAS_Q_PAUSED_/, text: 'is PAUSED', fix: /^RESUME CSAS_Q_PAUSED_\d+;$/ },
      {
        health: 'wrong',
        what: /^query CSAS_Q_UNRESPONSIVE_/,
        text: 'is UNRESPONSIVE',
        fix: "look into the server's log",
      },
    ].map(({ what, fix, ...rest }) => ({
      ...rest,
      what: typeof what === 'string' ? what : expect.stringMatching(what),
      ...(fix === undefined ? {} : { fix: typeof fix === 'string' ? fix : expect.stringMatching(fix) }),
    })),
  )
  expect(found[3].text).toBe('is in state ERROR\n  The server does not say why: look into its log.')
})

test('queries are still told when definitions, or Kafka, cannot be looked at', async () => {
  const refusal = { status: 400, body: { '@type': 'generic_error', error_code: 40000, message: 'no topics for you' } }
  const client = await withStates((statements) => (statements.startsWith('SHOW STREAMS') ? refusal : undefined))
  const bootstrap = `127.0.0.1:${await freePort()}`
  const files = await readSubmitFiles(['ksql'], root)
  const found = await statementFindings(files, client, null, { kafka: kafkaClient(bootstrap), bootstrap })
  expect(found.map(({ health, what }) => `${health} ${what.replace(/_\d+$/, '')}`)).toEqual([
    'well ksqlDB',
    'wrong statements',
    'well queries',
    'wrong query CSAS_Q_ERROR',
    'note query CSAS_Q_PAUSED',
    'wrong query CSAS_Q_UNRESPONSIVE',
    'wrong groups of queries',
  ])
  expect(found[1].text).toContain('no topics for you')
})
