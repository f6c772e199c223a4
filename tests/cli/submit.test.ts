import { expect, test } from 'vitest'
import { scratchFolder } from '../jobs/scratch.ts'
import { served } from '../ksql-rest/served.ts'
import { gpumon, outcome, start } from './gpumon.ts'

const scratch = scratchFolder()
const STREAM = "CREATE STREAM s (id VARCHAR KEY, x DOUBLE) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);\n"

test('the plan, each change and the result are printed; again, all is unchanged', async () => {
  const { url } = await served()
  const file = scratch.write('s.ksql', STREAM)
  const first = await gpumon('submit', file, '--server', url)
  expect(first).toEqual({
    code: 0,
    stdout: `  create  stream  S  ${file}:1:1\n  0 unchanged\n1 created, 0 unchanged; all queries and tasks run\n`,
    stderr: 'created stream S\n',
  })
  const second = await gpumon('submit', file, '--server', url)
  expect(second).toEqual({
    code: 0,
    stdout: '  1 unchanged\n1 unchanged; all queries and tasks run\n',
    stderr: '',
  })
})

test('what is there in another form is exit code 1, with the plan that says what it would take', async () => {
  const { engine, url } = await served()
  engine.execute(STREAM)
  const file = scratch.write('changed.ksql', STREAM.replace('x DOUBLE', 'x INT'))
  const { code, stdout, stderr } = await gpumon('submit', file, '--server', url)
  expect(code).toBe(1)
  expect(stdout).toContain(`  refused  stream  S  ${file}:1:1\n      column X INTEGER is not there\n`)
  expect(stdout).toContain('DROP STREAM S; then submit again')
  expect(stderr).toContain('error: one thing is there in another form; nothing was changed')
})

test("gpumon's own files are submitted where none are given, for the servers that are", async () => {
  const { url } = await served()
  const { code, stdout, stderr } = await gpumon('submit', '--server', url, '--dry-run')
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ {2}create {2}stream {2}GPU_READINGS +ksql\/01-readings\.ksql:\d+:1$/m)
  expect(stdout).toMatch(/GPU_EPISODE_LINES +ksql\/cluster\/08-metrics\.ksql/)
  expect(stdout).toContain('nothing was changed: --dry-run')
  expect(stderr).toContain('the schemas are left out')
  expect(stderr).toContain('the connectors are left out')
})

test('credentials for the server come from the environment', async () => {
  const { url } = await served({ credentials: { username: 'anna', password: 'secret' } })
  const args = ['submit', scratch.write('c.ksql', STREAM), '--server', url]
  const refused = await gpumon(...args)
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('basic authentication') })
  expect(await outcome(start(args, { GPUMON_KSQL_CREDENTIALS: 'anna:secret' }))).toMatchObject({ code: 0 })
})

test('without any server it is a usage error', async () => {
  const { code, stderr } = await gpumon('submit')
  expect(code).toBe(2)
  expect(stderr).toContain('no server is given; see --server, --registry, --connect')
})
