import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gpumon } from '../cli/gpumon.ts'
import { root } from '../deploy/compose-file.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { served } from '../ksql-rest/served.ts'
import { type RecordingProxy, recordingProxy } from '../recording-proxy.ts'
import { type Connect, startedConnect } from './connect.ts'
import { AVRO_CONVERTER } from './connect-plugins.ts'
import { connectorStatus, removeConnector } from './connector.ts'
import { startedHdfs } from './hdfs.ts'
import { describeWithServers } from './servers.ts'
import { makeTopic, removeTopic, TOPIC, testClient } from './topic-contents.ts'
import { topicSettings } from './topic-settings.ts'

const scratch = scratchFolder()
const unique = (name: string) => `${name}-${randomUUID().slice(0, 8)}`

describeWithServers('gpumon submit of a connector', (servers) => {
  const { bootstrap } = servers
  let connect: Connect
  let proxy: RecordingProxy
  beforeAll(async () => {
    connect = await startedConnect(servers)
    proxy = await recordingProxy(connect.url)
  }, 120_000)

  // What goes on reading would disturb tests that remove topics.
  afterAll(async () => {
    const names = (await (await fetch(`${connect.url}/connectors`)).json()) as string[]
    for (const name of names) await removeConnector(connect.url, name)
  })

  const submitted = (...files: string[]) => gpumon('submit', ...files, '--connect', proxy.url, '--bootstrap', bootstrap)

  async function send(topic: string): Promise<void> {
    const producer = testClient(bootstrap).producer({ allowAutoTopicCreation: false })
    await producer.connect()
    await producer.send({ topic, messages: [{ value: 'warm' }] })
    await producer.disconnect()
  }

  /** A sink of Kafka's own, which writes the values of a topic into a file. */
  async function sink(changes: Readonly<Record<string, string>> = {}) {
    const name = unique('sink')
    await makeTopic(bootstrap, name, 1, '-1')
    const config = {
      'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
      'tasks.max': '1',
      topics: name,
      file: scratch.path(`${name}.txt`),
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
      ...changes,
    }
    const write = (more: Readonly<Record<string, string>> = {}) =>
      scratch.write(`${name}.json`, JSON.stringify({ ...config, ...more }))
    return { name, write, file: write(), output: config.file }
  }

  test('is made, runs and sends; again nothing is changed; with another value it is given that', async () => {
    const { name, file, output, write } = await sink()
    expect(await submitted(file, '--dry-run')).toMatchObject({ code: 0 })
    expect(proxy.takeWrites()).toEqual([])
    expect(await submitted(file)).toMatchObject({ code: 0, stderr: `created connector ${name}\n` })
    await send(name)
    await expect.poll(() => readFileSync(output, 'utf8')).toBe('warm\n')
    proxy.takeWrites()
    expect(await submitted(file)).toMatchObject({ code: 0, stdout: expect.stringContaining('1 unchanged') })
    expect(proxy.takeWrites()).toEqual([])

    write({ file: `${output}.2` })
    const { stdout } = await submitted(file)
    expect(stdout).toContain('other there: file')
    expect(stdout).toContain('1 updated')
    expect(proxy.takeWrites()).toHaveLength(1)
  })

  test('with wrong fields changes nothing, and each field is told', async () => {
    const { engine, url } = await served()
    const { file } = await sink({ 'tasks.max': 'many', 'errors.tolerance': 'some' })
    const statements = scratch.write(
      'c.ksql',
      "CREATE STREAM c (x INT) WITH (KAFKA_TOPIC='c', VALUE_FORMAT='JSON', PARTITIONS=1);",
    )
    const { code, stderr } = await gpumon('submit', statements, file, '--connect', proxy.url, '--server', url)
    expect(code).toBe(1)
    expect(stderr).toMatch(new RegExp(`${file}: "tasks.max": Invalid value many`))
    expect(stderr).toMatch(new RegExp(`${file}: "errors.tolerance": Invalid value some`))
    expect(proxy.takeWrites()).toEqual([])
    expect(engine.sources()).toEqual([])
  })

  test('whose plugin is not installed is told with those that are', async () => {
    const { file } = await sink({ 'connector.class': 'io.aiven.kafka.connect.http.HttpSinkConnector' })
    const { code, stderr } = await submitted(file)
    expect(code).toBe(1)
    expect(stderr).toContain('plugin io.aiven.kafka.connect.http.HttpSinkConnector is not installed on the workers')
    expect(stderr).toContain('installed: ')
    expect(stderr).toContain('org.apache.kafka.connect.file.FileStreamSinkConnector')
  })

  test('whose task fails is told with the causes of its trace, and runs again by the doctor once the cause is removed', async () => {
    const folder = scratch.path(unique('folder'))
    const { name, file } = await sink({ file: `${folder}/out.txt` })
    const doctor = (...more: string[]) => gpumon('doctor', '--connect', proxy.url, ...more)
    for (const run of [1, 2]) {
      const { code, stdout, stderr } = await submitted(file)
      expect({ run, code }).toEqual({ run, code: 1 })
      expect(stdout).toContain(run === 1 ? 'create' : '1 unchanged')
      expect(stderr).toContain(`connector ${name}, task 0 FAILED on 127.0.0.1:`)
      expect(stderr).toContain('org.apache.kafka.connect.errors.ConnectException: ')
      expect(stderr).toContain('gpumon doctor --connect URL --restart-failed')
    }
    const ill = await doctor()
    expect(ill.code).toBe(1)
    expect(ill.stdout).toMatch(new RegExp(`WRONG +connector ${name}, task 0 +FAILED on 127`))
    expect(ill.stdout).toContain('→ mend the cause, then gpumon doctor --connect URL --restart-failed')

    proxy.takeWrites()
    mkdirSync(folder)
    const mended = await doctor('--restart-failed')
    expect(mended).toMatchObject({ code: 0, stderr: '' })
    expect(mended.stdout).toMatch(new RegExp(`note +connector ${name}, task 0 +had FAILED, and was started again`))
    expect(mended.stdout).toMatch(new RegExp(`ok +connector ${name}, task 0 +RUNNING on`))
    expect(proxy.takeWrites().map(({ method, path }) => `${method} ${path}`)).toEqual([
      `POST /connectors/${name}/restart?includeTasks=true&onlyFailed=true`,
    ])
  })

  test('that is stopped is told, and so are the records that wait for it', async () => {
    const { name, file, output } = await sink()
    expect(await submitted(file)).toMatchObject({ code: 0 })
    await send(name)
    await expect.poll(() => readFileSync(output, 'utf8')).toBe('warm\n')
    expect((await fetch(`${connect.url}/connectors/${name}/stop`, { method: 'PUT' })).status).toBe(204)
    await expect.poll(async () => (await connectorStatus(connect.url, name)).tasks).toEqual([])
    await send(name)
    const { code, stdout } = await gpumon('doctor', '--connect', proxy.url, '--bootstrap', bootstrap)
    expect(code).toBe(1)
    expect(stdout).toMatch(new RegExp(`note +connector ${name} +is STOPPED`))
    expect(stdout).toMatch(
      new RegExp(`WRONG +group connect-${name} +1 records of ${name} not read yet, and nobody reads`),
    )
  })

  test('names its secrets and does not hold them', async () => {
    const path = scratch.path('secret.txt')
    writeFileSync(join(connect.secrets, 'path'), path)
    const { name, file } = await sink({ file: `\${secrets:${connect.secrets}:path}` })
    expect(await submitted(file)).toMatchObject({ code: 0 })
    expect(await submitted(file)).toMatchObject({ code: 0, stdout: expect.stringContaining('1 unchanged') })
    await send(name)
    await expect.poll(() => existsSync(path) && readFileSync(path, 'utf8')).toBe('warm\n')
  })

  test('of Iceberg gets its control topic, with one partition and records for a month; another one is refused', async () => {
    const [control, wide, short, long] = ['control', 'wide', 'short', 'long'].map(unique)
    const { file, write } = await sink({ 'iceberg.control.topic': control })
    expect(await submitted(file)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`created topic ${control}\n`),
    })
    expect(await topicSettings(bootstrap, control)).toEqual({ partitions: 1, retention: String(30 * 86_400_000) })
    await makeTopic(bootstrap, wide, 3, '-1')
    await makeTopic(bootstrap, short, 1, '3600000')
    await makeTopic(bootstrap, long, 1, '-1')
    proxy.takeWrites()
    for (const [topic, words] of [
      [wide, 'its partitions are 3, not 1'],
      [short, 'its records expire 1 h 0 min after their own time'],
      [long, 'its records do not expire: set retention.ms=2592000000 for it'],
    ]) {
      write({ 'iceberg.control.topic': topic })
      const { code, stdout, stderr } = await submitted(file)
      expect({ topic, code }).toEqual({ topic, code: 1 })
      expect(stdout).toContain(words)
      expect(stderr).toContain('nothing was changed')
    }
    expect(proxy.takeWrites()).toEqual([])
  })

  test('as connect/hdfs.json has it is validated by its own plugin, and runs on a real HDFS', async () => {
    const shipped = await submitted('connect/hdfs.json')
    expect(shipped.code).toBe(1)
    // Confluent's converter is in no public registry of packages
    expect(shipped.stderr).toMatch(/^error: connect\/hdfs\.json: "value\.converter": Invalid value io\.confluent\./)
    expect(shipped.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(proxy.takeWrites()).toEqual([])

    const hdfs = await startedHdfs(servers)
    // The records that other tests have left there need not be readings.
    await removeTopic(bootstrap)
    await makeTopic(bootstrap, TOPIC, 1, '-1')
    const config = JSON.parse(readFileSync(join(root, 'connect/hdfs.json'), 'utf8')) as Record<string, string>
    const name = unique('hdfs')
    const changes = {
      'value.converter': AVRO_CONVERTER,
      'value.converter.apicurio.registry.url': servers.registry.replace('/ccompat/v7', '/registry/v2'),
      'iceberg.catalog.warehouse': `${hdfs.url}/${name}`,
      'iceberg.control.topic': `control-${name}`,
    }
    const file = scratch.write(`${name}.json`, JSON.stringify({ ...config, ...changes }))
    const { code, stderr } = await submitted(file)
    expect({ code, stderr }).toEqual({ code: 0, stderr: `created topic control-${name}\ncreated connector ${name}\n` })
    expect(await submitted(file)).toMatchObject({ code: 0, stdout: expect.stringContaining('2 unchanged') })
    const { code: well, stdout } = await gpumon('doctor', '--connect', connect.url, '--hdfs', hdfs.web)
    expect({ well, stdout }).toMatchObject({ well: 0, stdout: expect.stringContaining(`connector ${name}, task 0`) })
  }, 120_000)
})
