import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../free-port.ts'
import { describeWithInflux, Influxd } from '../jobs/influxd.ts'
import { served } from '../ksql-rest/served.ts'
import { gpumon } from './gpumon.ts'

test('statements that are missing are told with what to do, and nothing is wrong once they are submitted', async () => {
  const { engine, url } = await served()
  const before = await gpumon('doctor', '--server', url)
  expect(before.code).toBe(1)
  expect(before.stdout).toMatch(/^ {2}ok +ksqlDB +answers: version .*, service gpumon_, RUNNING$/m)
  expect(before.stdout).toMatch(
    /^ {2}WRONG +statements +not there: GPU_READINGS, GPU_LIMITS, .*, GPU_EPISODE_LINES\n {7}→ gpumon submit --server URL$/m,
  )
  expect(before.stderr).toBe('error: one thing is wrong\n')

  expect(await gpumon('submit', '--server', url)).toMatchObject({ code: 0 })
  const after = await gpumon('doctor', '--server', url)
  expect(after).toMatchObject({ code: 0, stderr: '' })
  expect(after.stdout).toMatch(/^ {2}ok +statements +all \d+ are there$/m)
  expect(after.stdout).toMatch(/^ {2}ok +queries +RUNNING: (\d+) of \1$/m)

  engine.execute(
    "DROP STREAM gpu_episode_lines; CREATE STREAM gpu_episode_lines (x INT) WITH (KAFKA_TOPIC='gpu.influx.episodes', VALUE_FORMAT='JSON');",
  )
  const changed = await gpumon('doctor', '--server', url)
  expect(changed.code).toBe(1)
  expect(changed.stdout).toMatch(
    /WRONG +stream GPU_EPISODE_LINES +is not as ksql\/cluster\/08-metrics\.ksql:\d+:1 says\n +it is declared/,
  )
  expect(changed.stderr).toBe('error: one thing is wrong\n')
})

test('servers that are not there are told, each by its address', async () => {
  const ports = await Promise.all(Array.from({ length: 6 }, freePort))
  const [server, registry, connect, influx, hdfs] = ports.map((port) => `http://127.0.0.1:${port}`)
  const bootstrap = `127.0.0.1:${ports[5]}`
  const addresses = { server, registry, connect, influx, hdfs, bootstrap }
  const { code, stdout } = await gpumon(
    'doctor',
    ...Object.entries(addresses).flatMap(([name, url]) => [`--${name}`, url]),
  )
  expect(code).toBe(1)
  const lines = stdout.trimEnd().split('\n')
  expect(lines).toHaveLength(6)
  for (const address of Object.values(addresses)) {
    expect(lines.filter((line) => line.startsWith('  WRONG') && line.includes(address))).toHaveLength(1)
  }
})

test.each([
  [[], 'no server is given'],
  [['--server', 'http://127.0.0.1:1', '--restart-failed'], '--restart-failed needs --connect'],
])('%j is a usage error', async (args, words) => {
  const { code, stderr } = await gpumon('doctor', ...args)
  expect(code).toBe(2)
  expect(stderr).toContain(words)
})

describeWithInflux('a real InfluxDB', () => {
  const influxd = new Influxd()
  beforeAll(() => influxd.start(), 60_000)
  afterAll(() => influxd.remove())

  test('is told with its version', async () => {
    const { code, stdout } = await gpumon('doctor', '--influx', influxd.url)
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}ok +InfluxDB +answers: version v?2\.\d+/)
  })

  test('is no schema registry, and a server of our own is no InfluxDB', async () => {
    const { url } = await served()
    const { code, stdout } = await gpumon('doctor', '--registry', influxd.url, '--influx', url)
    expect(code).toBe(1)
    expect(stdout).toMatch(/WRONG +schema registry .*check --registry/)
    expect(stdout).toMatch(/WRONG +InfluxDB .*check --influx/)
  })
})
