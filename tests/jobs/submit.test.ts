import { mkdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { KsqlEngine } from '../../engine/index.ts'
import { submit } from '../../jobs/submit.ts'
import { isChange, type PlanStep } from '../../jobs/submit-plan.ts'
import { freePort } from '../free-port.ts'
import { served } from '../ksql-rest/served.ts'
import { type RecordingProxy, recordingProxy } from '../recording-proxy.ts'
import { scratchFolder } from './scratch.ts'

const scratch = scratchFolder()

/** A server of our own behind a proxy that records what is asked of it. */
async function server(): Promise<{ engine: KsqlEngine; proxy: RecordingProxy }> {
  const { engine, url } = await served()
  return { engine, proxy: await recordingProxy(url) }
}

/** Files in a folder of their own. */
function files(texts: Readonly<Record<string, string>>): string {
  const folder = scratch.path(`files-${Object.keys(texts).length}-${Math.random().toString(36).slice(2)}`)
  mkdirSync(folder)
  for (const [name, text] of Object.entries(texts)) scratch.write(`${folder.split(/[/\\]/).at(-1)}/${name}`, text)
  return folder
}

interface Submitted {
  readonly steps: readonly PlanStep[]
  readonly done: readonly string[]
  /** null: it ended well */
  readonly error: string | null
}

async function submitted(paths: readonly string[], url: string, dryRun = false): Promise<Submitted> {
  let steps: readonly PlanStep[] = []
  const done: string[] = []
  const listener = {
    onPlan: (plan: readonly PlanStep[]) => {
      steps = plan
    },
    onDone: ({ name }: PlanStep) => done.push(name),
    onNotice: () => {},
  }
  const outcome = submit({ paths, dryRun, server: url }, listener)
  const error = await outcome.then(
    () => null,
    (reason: Error) => reason.message,
  )
  return { steps, done, error }
}

const S = "CREATE STREAM s (id VARCHAR KEY, x DOUBLE) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);\n"
const T = "SET 'auto.offset.reset' = 'earliest';\nCREATE STREAM t AS SELECT id, x FROM s WHERE x > 1e0;\n"
const U = 'CREATE TABLE u AS SELECT id, COUNT(*) AS n FROM t GROUP BY id;\n'
const actions = (steps: readonly PlanStep[]) => steps.map(({ name, action }) => `${action} ${name}`)

describe('the first submit', () => {
  test("makes the product's own streams, tables and queries in their order, and what a file SETs holds for it", async () => {
    const { engine, proxy } = await server()
    const { steps, done, error } = await submitted([], proxy.url)
    expect(error).toBeNull()
    expect(steps.length).toBeGreaterThan(25)
    expect(steps.every(isChange)).toBe(true)
    expect(done).toEqual(steps.map(({ name }) => name))
    expect(engine.sources().map(({ name }) => name)).toEqual(done)
    const requests = proxy.takeWrites().map(({ body }) => (JSON.parse(body) as { ksql: string }).ksql)
    expect(requests).toHaveLength(8)
    expect(requests.filter((text) => text.includes("SET 'ksql.streams.cache.max.bytes.buffering'"))).toHaveLength(3)
  })

  test('with --dry-run tells the same plan and changes nothing', async () => {
    const { engine, proxy } = await server()
    const { steps, done, error } = await submitted([], proxy.url, true)
    expect({ done, error }).toEqual({ done: [], error: null })
    expect(steps.length).toBeGreaterThan(25)
    expect(proxy.takeWrites()).toEqual([])
    expect(engine.sources()).toEqual([])
  })
})

describe('a second submit', () => {
  test("of the product's own files changes nothing", async () => {
    const { proxy } = await server()
    await submitted([], proxy.url)
    proxy.takeWrites()
    const { steps, done, error } = await submitted([], proxy.url)
    expect({ done, error, changes: steps.filter(isChange) }).toEqual({ done: [], error: null, changes: [] })
    expect(proxy.takeWrites()).toEqual([])
  })

  test('sends of a file what is new in it and what it SETs, each where it stands', async () => {
    const { proxy } = await server()
    const folder = files({ '1.ksql': S, '2.ksql': T })
    await submitted([folder], proxy.url)
    scratch.write(`${folder.split(/[/\\]/).at(-1)}/2.ksql`, T + U)
    proxy.takeWrites()
    const { steps, error } = await submitted([folder], proxy.url)
    expect(error).toBeNull()
    expect(actions(steps)).toEqual(['unchanged S', 'unchanged T', 'create U'])
    const [{ body }] = proxy.takeWrites()
    const { ksql } = JSON.parse(body) as { ksql: string }
    expect(ksql.trimEnd().split('\n')).toEqual([T.split('\n')[0], expect.stringMatching(/^ +$/), U.trimEnd()])
  })

  test('takes what others have made on the server for what it reads', async () => {
    const { engine, proxy } = await server()
    engine.execute(S)
    const { steps, error } = await submitted([files({ '2.ksql': T })], proxy.url)
    expect(error).toBeNull()
    expect(actions(steps)).toEqual(['create T'])
    expect(steps[0].place).toMatch(/2\.ksql:2:1$/)
  })
})

describe('an error', () => {
  test('in the third file is told with its place, and the first two change nothing', async () => {
    const { engine, proxy } = await server()
    const folder = files({
      '1.ksql': S,
      '2.ksql': T,
      '3.ksql': '-- counts\nCREATE TABLE u AS\n  SELECT id, y FROM t;\n',
    })
    const { error } = await submitted([folder], proxy.url)
    expect(error).toContain('3.ksql:3:14: ')
    expect(error).toContain('    3 |   SELECT id, y FROM t;\n      |              ^\n')
    expect(proxy.takeWrites()).toEqual([])
    expect(engine.sources()).toEqual([])
  })

  test.each([
    ['INSERT INTO s (id, x) VALUES (1, 2);', 'INSERT INTO declares nothing'],
    ['DROP STREAM s;', 'DROP STREAM declares nothing'],
    ['SELECT * FROM s EMIT CHANGES;', 'SELECT * declares nothing'],
    ['CREATE STREM s (id INT KEY);', 'Syntax error'],
  ])('is also what is done rather than declared: %s', async (text, words) => {
    const { proxy } = await server()
    const { error } = await submitted([files({ '1.ksql': S + text })], proxy.url)
    expect(error).toContain('1.ksql:2:')
    expect(error?.toUpperCase()).toContain(words.toUpperCase())
    expect(proxy.takeWrites()).toEqual([])
  })

  test('of a server that knows more than the sandbox here has its place in the file, too', async () => {
    const { engine, proxy } = await server()
    // a stream that the plan takes for one that it can make, though the name is taken by then
    const folder = files({ '1.ksql': `${S}\n\n  ${U.replace('FROM t', 'FROM s')}` })
    const listener = {
      onPlan: () =>
        void engine.execute(
          `${S} CREATE TABLE u (a INT PRIMARY KEY) WITH (KAFKA_TOPIC='u', VALUE_FORMAT='JSON', PARTITIONS=1);`,
        ),
      onDone: () => {},
      onNotice: () => {},
    }
    const outcome = submit({ paths: [folder], dryRun: false, server: proxy.url }, listener)
    await expect(outcome).rejects.toThrow(/1\.ksql:1:1: Cannot add stream 'S'/)
  })

  test('names every server that is not there', async () => {
    const ports = [await freePort(), await freePort(), await freePort(), await freePort()]
    const [server, registry, connect] = ports.map((port) => `http://127.0.0.1:${port}`)
    const options = { paths: [], dryRun: false, server, registry, connect, bootstrap: `127.0.0.1:${ports[3]}` }
    const outcome = submit(options, { onPlan: () => {}, onDone: () => {}, onNotice: () => {} })
    const message = await outcome.catch((error: Error) => error.message)
    for (const address of [server, registry, connect, options.bootstrap]) expect(message).toContain(address)
  })

  test('is a file whose server is not given', async () => {
    const { proxy } = await server()
    const folder = files({ '1.ksql': S, 'x.json': '{"connector.class": "X"}' })
    const { error } = await submitted([folder], proxy.url)
    expect(error).toContain('x.json needs Kafka Connect: give --connect URL')
  })

  test('is a connector of Iceberg without a broker to make its control topic on', async () => {
    const listener = { onPlan: () => {}, onDone: () => {}, onNotice: () => {} }
    const outcome = submit({ paths: ['connect/hdfs.json'], dryRun: true, connect: 'http://127.0.0.1:1' }, listener)
    await expect(outcome).rejects.toThrow(
      'connect/hdfs.json needs topic control-gpu-readings made beforehand: give --bootstrap HOST:PORT',
    )
  })
})

describe('a changed statement', () => {
  /** S, T and U are there; then files say otherwise. */
  async function resubmitted(texts: Readonly<Record<string, string>>) {
    const { engine, proxy } = await server()
    await submitted([files({ '1.ksql': S, '2.ksql': T, '3.ksql': U })], proxy.url)
    proxy.takeWrites()
    const outcome = await submitted([files({ '1.ksql': S, '2.ksql': T, '3.ksql': U, ...texts })], proxy.url)
    return { engine, ...outcome, writes: proxy.takeWrites() }
  }

  test('is not executed, and what it would take is said: CREATE OR REPLACE, where that can do it', async () => {
    const { steps, error, writes } = await resubmitted({ '2.ksql': T.replace('1e0', '2e0') })
    expect(error).toContain('one thing is there in another form; nothing was changed')
    expect(writes).toEqual([])
    expect(actions(steps)).toEqual(['unchanged S', 'refused T', 'unchanged U'])
    expect(steps[1].details).toEqual([
      'the SELECT: WHERE (S.X > 1E0) there, WHERE (S.X > 2E0) here',
      expect.stringContaining('write CREATE OR REPLACE STREAM in the file: topic T keeps its records'),
    ])
  })

  test('with CREATE OR REPLACE in the file is executed, and then it is the same', async () => {
    const changed = T.replace('1e0', '2e0').replace('CREATE', 'CREATE OR REPLACE')
    const { engine, steps, done, error } = await resubmitted({ '2.ksql': changed })
    expect({ done, error }).toEqual({ done: ['T'], error: null })
    expect(actions(steps)).toEqual(['unchanged S', 'replace T', 'unchanged U'])
    expect(engine.source('T').statement).toContain('2e0')
  })

  test('that CREATE OR REPLACE cannot change takes DROPs, what reads it first', async () => {
    const { steps, error, writes } = await resubmitted({
      '1.ksql': S.replace('x DOUBLE', 'x INT'),
      '2.ksql': T.replace('1e0', '1'),
    })
    expect(error).toContain('2 things are there in another form')
    expect(writes).toEqual([])
    expect(actions(steps)).toEqual(['refused S', 'refused T', 'unchanged U'])
    const details = steps[0].details.join('\n')
    expect(details).toContain('column X INTEGER is not there')
    expect(details).toContain('CREATE OR REPLACE cannot do it: ')
    expect(details).toMatch(
      /run TERMINATE CTAS_U_\d+; DROP TABLE U; TERMINATE CSAS_T_\d+; DROP STREAM T; DROP STREAM S; then submit again/,
    )
    expect(details).toContain('topic s keeps its records')
  })

  test('is also one whose query was terminated by hand', async () => {
    const { engine, proxy } = await server()
    const folder = files({ '1.ksql': S, '2.ksql': T })
    await submitted([folder], proxy.url)
    engine.execute('TERMINATE ALL;')
    const { steps, error } = await submitted([folder], proxy.url)
    expect(error).toContain('nothing was changed')
    expect(steps[1]).toMatchObject({
      action: 'refused',
      name: 'T',
      details: [expect.stringContaining('terminated'), expect.stringContaining('DROP STREAM T;')],
    })
  })

  test('is also a topic that is there with other partitions', async () => {
    const { engine, proxy } = await server()
    engine.createTopic('s', { partitions: 3 })
    const { steps } = await submitted([files({ '1.ksql': S })], proxy.url)
    expect(steps[0]).toMatchObject({
      action: 'refused',
      details: ['topic s is there with 3 partitions, not 1', expect.any(String)],
    })
  })
})

describe('INSERT INTO … SELECT and CREATE TYPE', () => {
  const INSERT = 'INSERT INTO t SELECT id, x FROM s WHERE x < 0e0;\n'
  const TYPE = 'CREATE TYPE point AS STRUCT<x DOUBLE>;\n'

  test('are made once', async () => {
    const { engine, proxy } = await server()
    const folder = files({ '1.ksql': TYPE + S, '2.ksql': T + INSERT })
    expect((await submitted([folder], proxy.url)).done).toEqual(['POINT', 'S', 'T', 'T'])
    const again = await submitted([folder], proxy.url)
    expect({ done: again.done, error: again.error }).toEqual({ done: [], error: null })
    expect(engine.queries()).toHaveLength(2)
  })

  test('are refused when they have changed', async () => {
    const { proxy } = await server()
    await submitted([files({ '1.ksql': TYPE + S, '2.ksql': T + INSERT })], proxy.url)
    const changed = { '1.ksql': TYPE.replace('DOUBLE', 'INT') + S, '2.ksql': T + INSERT.replace('0e0', '1e0') }
    const { steps } = await submitted([files(changed)], proxy.url)
    expect(actions(steps)).toEqual(['refused POINT', 'unchanged S', 'unchanged T', 'refused T'])
    expect(steps[0].details[1]).toContain('DROP TYPE POINT;')
    expect(steps[3].details[1]).toMatch(/TERMINATE INSERTQUERY_\d+;/)
  })
})
