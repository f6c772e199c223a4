import { expect, test } from 'vitest'
import { ksql, post, READINGS } from '../post.ts'
import { served } from '../served.ts'

test('an error in the last statement leaves everything as it was', async () => {
  const { url, engine } = await served()
  const answer = await post(url, '/ksql', { ksql: `${READINGS} CREATE STREAM hot AS SELECT nothing FROM readings;` })
  expect(answer.status).toBe(400)
  expect(await answer.json()).toMatchObject({ error_code: 40001, entities: [] })
  expect(engine.sources()).toEqual([])
  expect(engine.topics()).toEqual([])
})

test('a syntax error in the last statement leaves everything as it was', async () => {
  const { url, engine } = await served()
  const answer = await post(url, '/ksql', { ksql: `${READINGS} CREATE STREM hot;` })
  expect(answer.status).toBe(400)
  expect(engine.sources()).toEqual([])
})

test('statements are validated with what those before them define, and with what is there', async () => {
  const { url } = await served()
  await ksql(url, READINGS)
  const entities = await ksql(
    url,
    `DEFINE least = '80'; CREATE STREAM hot AS SELECT * FROM readings WHERE t > \${least};
     CREATE TABLE counts AS SELECT device, COUNT(*) AS n FROM hot GROUP BY device; SHOW TABLES;`,
  )
  expect(entities.map((entity) => entity['@type'])).toEqual(['currentStatus', 'currentStatus', 'tables'])
})

test('a query that a record breaks as it starts is told by status ERROR within a 200', async () => {
  const { url } = await served()
  const invalid = READINGS.replace('PARTITIONS=1', "PARTITIONS=1, TIMESTAMP='ts'")
  await ksql(url, `${invalid} INSERT INTO readings (device, t, ts) VALUES ('gpu', 1.0, '1960-01-01T00:00:00.000');`)
  const [entity] = await ksql(url, 'CREATE STREAM copy AS SELECT * FROM readings;', {
    streamsProperties: { 'ksql.timestamp.throw.on.invalid': 'true' },
  })
  expect(entity).toMatchObject({ '@type': 'currentStatus', commandStatus: { status: 'ERROR' } })
  const status = await fetch(`${url}/status/stream/${encodeURIComponent('`COPY`')}/create`)
  expect(await status.json()).toMatchObject({ status: 'ERROR' })
  expect(await ksql(url, 'SHOW STREAMS; SHOW QUERIES;')).toMatchObject([
    { streams: [{ name: 'READINGS' }] },
    { queries: [] },
  ])
})

test('a record that breaks a query does not refuse the request: the statement is told as failed, the server hears of the rest', async () => {
  const { url, faults } = await served()
  const strict = { streamsProperties: { 'ksql.timestamp.throw.on.invalid': 'true' } }
  const invalid = READINGS.replace('PARTITIONS=1', "PARTITIONS=1, TIMESTAMP='ts'")
  const insert = "INSERT INTO readings (device, t, ts) VALUES ('gpu', 1.0, '1960-01-01T00:00:00.000');"
  const copy = 'CREATE STREAM copy AS SELECT * FROM readings;'
  const entities = await ksql(url, `${invalid} ${insert} ${copy}`, strict)
  expect(entities.map((entity) => entity['commandStatus'])).toMatchObject([{ status: 'SUCCESS' }, { status: 'ERROR' }])
  expect(faults).toEqual([])

  await ksql(url, `DROP STREAM readings DELETE TOPIC; ${invalid} ${copy} ${insert}`, strict)
  expect(faults).toMatchObject([{ message: expect.stringContaining('before 1970') }])
})

test('properties and variables of a request hold for it alone', async () => {
  const { url } = await served()
  const defaults = { streamsProperties: { 'ksql.persistence.default.format.value': 'JSON' } }
  const declare = `CREATE STREAM a (x INT) WITH (KAFKA_TOPIC='\${topic}', PARTITIONS=1);`
  await ksql(url, declare, { ...defaults, sessionVariables: { topic: 'first' } })
  expect(await ksql(url, 'SHOW VARIABLES;')).toMatchObject([{ variables: [] }])
  const answer = await post(url, '/ksql', { ksql: declare.replace('STREAM a', 'STREAM b').replace(`\${topic}`, 'b') })
  expect(await answer.json()).toMatchObject({ error_code: 40001, message: expect.stringContaining('VALUE_FORMAT') })
  // and what was made with them can be tried out in the next request of several statements
  await ksql(url, 'SHOW STREAMS; SHOW TABLES;')
})

test('a request without its field, or with another kind of value in it, is refused with the name of the field', async () => {
  const { url } = await served()
  for (const [body, said] of [
    [{}, '"ksql"'],
    [{ ksql: 7 }, '"ksql" must be text, not 7'],
    [{ ksql: 'SHOW STREAMS;', streamsProperties: [] }, '"streamsProperties" must be an object, not []'],
    [{ ksql: 'SHOW STREAMS;', streamsProperties: { a: {} } }, '"a" of "streamsProperties"'],
  ] as const) {
    const answer = await post(url, '/ksql', body)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error_code: 40000, message: expect.stringContaining(said) })
  }
})

test('a command that nobody gave has no status', async () => {
  const { url } = await served()
  const answer = await fetch(`${url}/status/stream/NOWHERE/create`)
  expect(answer.status).toBe(404)
  expect(await answer.json()).toMatchObject({ error_code: 40400 })
})

test('values that cannot be inserted do not come back in the error, even where the statement does not parse alone', async () => {
  const { url } = await served()
  await ksql(url, READINGS)
  for (const statement of [
    "INSERT INTO readings (device, t) VALUES ('secret', 'secret');",
    `INSERT INTO readings (device, t) VALUES ('secret', \${unknown});`,
  ]) {
    const answer = (await (await post(url, '/ksql', { ksql: statement })).json()) as { statementText: string }
    expect(answer.statementText).toContain('INSERT INTO')
    expect(answer.statementText).not.toContain('secret')
  }
})

test('terminating the cluster drops everything and refuses what comes after', async () => {
  const { url, engine } = await served()
  await ksql(url, `${READINGS} CREATE STREAM hot AS SELECT * FROM readings WHERE t > 80;`)
  const answer = await post(url, '/ksql/terminate', { deleteTopicList: ['HO.'] })
  expect(await answer.json()).toMatchObject([{ '@type': 'currentStatus', commandStatus: { status: 'SUCCESS' } }])
  expect(engine.sources()).toEqual([])
  expect(engine.topics().map(({ name }) => name)).toEqual(['readings'])
  const after = await post(url, '/ksql', { ksql: 'SHOW STREAMS;' })
  expect(after.status).toBe(503)
  expect(await (await fetch(`${url}/healthcheck`)).json()).toMatchObject({ isHealthy: false })
})
