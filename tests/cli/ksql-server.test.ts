import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { KsqlClient } from '../../ksql-rest/client/client.ts'
import { gpumon, outcome, start } from './gpumon.ts'

const folder = mkdtempSync(join(tmpdir(), 'gpumon-ksql-server-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function script(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const DECLARE = "CREATE STREAM s (id INT KEY, x INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);"

test('executes its files, answers on this machine alone, and ends when it is interrupted', async () => {
  const files = [
    script('a.ksql', `DEFINE d = '1'; ${DECLARE}`),
    script('b.ksql', 'CREATE STREAM t AS SELECT * FROM s;'),
  ]
  const child = start(['ksql-server', ...files, '--port', '0'])
  const end = outcome(child)
  const url = await new Promise<string>((resolve) => {
    child.stdout?.on('data', (said: string) => {
      const found = /^ksql {3}(\S+)$/m.exec(said)?.[1]
      if (found !== undefined) resolve(found)
    })
  })
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const client = new KsqlClient({ url })
  const shown = await client.execute('SHOW STREAMS; SHOW VARIABLES;')
  expect(shown).toMatchObject([{ streams: [{ name: 'S' }, { name: 'T' }] }, { variables: [] }])
  // one that is asked at the end does not keep it from ending
  await client.query('SELECT * FROM t EMIT CHANGES;')
  child.kill('SIGINT')
  expect(await end).toMatchObject({ code: 0, stderr: '' })
})

test('a statement that fails is told with its place, and there is no server', async () => {
  const path = script('bad.ksql', `${DECLARE}\nCREATE STREAM u AS SELECT nothing FROM s;\n`)
  const { code, stdout, stderr } = await gpumon('ksql-server', path, '--port', '0')
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain(`${path}:2:`)
})

test('another address needs credentials, which are not shown where they are wrong', async () => {
  const open = await gpumon('ksql-server', '--host', '0.0.0.0', '--port', '0')
  expect(open).toMatchObject({ code: 1, stderr: expect.stringContaining('no credentials') })
  const wrong = await outcome(start(['ksql-server', '--port', '0'], { GPUMON_KSQL_CREDENTIALS: 'geheim' }))
  expect(wrong).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('GPUMON_KSQL_CREDENTIALS has no colon; set it to'),
  })
  expect(wrong.stderr).not.toContain('geheim')
})

test.each([
  ['--registry', 'http://127.0.0.1:8081'],
  ['--service-id', 'mine'],
])(
  '%s without a broker is a usage error: nothing is kept in memory that was meant for Kafka',
  async (option, value) => {
    const { code, stderr } = await gpumon('ksql-server', '--port', '0', option, value)
    expect(code).toBe(2)
    expect(stderr).toContain(`${option} is for a service on Kafka: give --bootstrap HOST:PORT, too`)
  },
)
