import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { gpumon } from '../cli/gpumon.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { served } from '../ksql-rest/served.ts'
import { type RecordingProxy, recordingProxy } from '../recording-proxy.ts'
import { describeWithServers } from './servers.ts'
import { makeTopic, removeTopic } from './topic-contents.ts'
import { removeAllTopics } from './topic-records.ts'
import { topicSettings } from './topic-settings.ts'

const scratch = scratchFolder()
const unique = (name: string) => `${name}-${randomUUID().slice(0, 8)}`

describeWithServers('gpumon submit', (servers) => {
  const { bootstrap } = servers
  let registry: RecordingProxy
  beforeAll(async () => {
    registry = await recordingProxy(servers.registry)
  })

  describe('a schema', () => {
    const schema = (...fields: object[]) =>
      JSON.stringify({ type: 'record', name: 'Order', fields: [{ name: 'id', type: 'string' }, ...fields] }, null, 2)
    const level = async (subject: string) => (await fetch(`${servers.registry}/config/${subject}`)).json()
    const versions = async (subject: string) => (await fetch(`${servers.registry}/subjects/${subject}/versions`)).json()
    const submitted = (file: string, ...more: string[]) => gpumon('submit', file, '--registry', registry.url, ...more)

    test('is registered once, its subject checks compatibility, and a new version is checked before', async () => {
      const subject = `${unique('orders')}-value`
      const file = scratch.write(`${subject}.avsc`, schema())
      const dry = await submitted(file, '--dry-run')
      expect(dry).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ {2}create {2}schema /) })
      expect(registry.takeWrites()).toEqual([])
      expect(await submitted(file)).toMatchObject({ code: 0, stderr: `created schema ${subject}\n` })
      expect(await level(subject)).toEqual({ compatibilityLevel: 'BACKWARD' })
      registry.takeWrites()
      expect(await submitted(file)).toMatchObject({ code: 0, stdout: expect.stringContaining('1 unchanged') })
      expect(registry.takeWrites()).toEqual([])

      scratch.write(`${subject}.avsc`, schema({ name: 'pieces', type: 'int', default: 1 }))
      expect(await submitted(file)).toMatchObject({ code: 0, stderr: `updated schema ${subject}\n` })
      expect(await versions(subject)).toEqual([1, 2])
      scratch.write(
        `${subject}.avsc`,
        schema({ name: 'pieces', type: 'int', default: 1 }, { name: 'price', type: 'double' }),
      )
      registry.takeWrites()
      const { engine, url } = await served()
      const statements = scratch.write(
        's.ksql',
        "CREATE STREAM s (x INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);",
      )
      const refused = await gpumon('submit', statements, file, '--registry', registry.url, '--server', url)
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain(`the schema is not compatible with the last one of subject ${subject}: `)
      expect(refused.stderr).toContain('Give what is new a default')
      expect(registry.takeWrites()).toEqual([])
      expect(engine.sources()).toEqual([])
    })

    test('that is there without a check of compatibility gets one', async () => {
      const subject = `${unique('unchecked')}-value`
      const file = scratch.write(`${subject}.avsc`, schema())
      await fetch(`${servers.registry}/subjects/${subject}/versions`, {
        method: 'POST',
        headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
        body: JSON.stringify({ schema: JSON.stringify(JSON.parse(schema())) }),
      })
      const { code, stdout } = await submitted(file)
      expect(code).toBe(0)
      expect(stdout).toContain('the subject checks no compatibility: it will be BACKWARD')
      expect(await level(subject)).toEqual({ compatibilityLevel: 'BACKWARD' })
      expect(await versions(subject)).toEqual([1])
    })

    test('of the registry is what a statement without columns takes its columns from', async () => {
      const topic = unique('inferred')
      const { engine, url } = await served()
      engine.registry.register(`${topic}-value`, JSON.stringify(JSON.parse(schema())), 'AVRO')
      const file = scratch.write(`${topic}-value.avsc`, schema())
      const statements = scratch.write(
        'inferred.ksql',
        `CREATE STREAM o WITH (KAFKA_TOPIC='${topic}', VALUE_FORMAT='AVRO', PARTITIONS=1); CREATE STREAM p AS SELECT id FROM o PARTITION BY id;`,
      )
      const without = await gpumon('submit', statements, '--registry', registry.url, '--server', url)
      expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining(`Subject: ${topic}-value`) })
      const args = ['submit', statements, file, '--registry', registry.url, '--server', url]
      expect(await gpumon(...args)).toMatchObject({ code: 0, stdout: expect.stringContaining('3 created') })
      expect(await gpumon(...args)).toMatchObject({ code: 0, stdout: expect.stringContaining('3 unchanged') })
    })
  })

  describe('the topic of readings', () => {
    const stream =
      "CREATE STREAM r (device VARCHAR KEY) WITH (KAFKA_TOPIC='gpu.readings', VALUE_FORMAT='JSON', PARTITIONS=1);"
    const file = scratch.write('r.ksql', stream)

    test('is made with records that do not expire, before a server would make it otherwise', async () => {
      await removeTopic(bootstrap)
      const { url } = await served()
      const args = ['submit', file, '--server', url, '--bootstrap', bootstrap]
      const first = await gpumon(...args)
      expect(first).toMatchObject({ code: 0, stderr: 'created topic gpu.readings\ncreated stream R\n' })
      expect(await topicSettings(bootstrap, 'gpu.readings')).toEqual({ partitions: 1, retention: '-1' })
      expect(await gpumon(...args)).toMatchObject({ code: 0, stdout: expect.stringContaining('2 unchanged') })
    })

    test('has the partitions that the statements ask for; with others it is refused before the server would', async () => {
      await removeTopic(bootstrap)
      const { engine, url } = await served()
      const wide = scratch.write('wide.ksql', stream.replace('PARTITIONS=1', 'PARTITIONS=4'))
      const args = ['--server', url, '--bootstrap', bootstrap]
      expect(await gpumon('submit', wide, ...args)).toMatchObject({ code: 0 })
      expect(await topicSettings(bootstrap, 'gpu.readings')).toEqual({ partitions: 4, retention: '-1' })
      engine.execute('DROP STREAM r DELETE TOPIC;')
      const refused = await gpumon('submit', file, ...args)
      expect(refused).toMatchObject({ code: 1, stdout: expect.stringContaining('its partitions are 4, not 1') })
      expect(engine.sources()).toEqual([])
    })

    test('that expires is left as it is, which is said', async () => {
      await removeTopic(bootstrap)
      await makeTopic(bootstrap, 'gpu.readings', 1, '3600000')
      const { url } = await served()
      const { code, stdout } = await gpumon('submit', file, '--server', url, '--bootstrap', bootstrap)
      expect(code).toBe(0)
      expect(stdout).toContain('its records expire 1 h 0 min after their own time: set retention.ms=-1 for it')
      await removeTopic(bootstrap)
    })
  })

  test("gpumon's own schema and statements: all is new, then nothing is, then the doctor is content", async () => {
    await removeAllTopics(bootstrap)
    // Others may have registered newer versions.
    await fetch(`${servers.registry}/subjects/gpu.readings-value`, { method: 'DELETE' })
    const { url } = await served()
    const proxy = await recordingProxy(url)
    const addresses = ['--server', proxy.url, '--registry', registry.url, '--bootstrap', bootstrap]
    const first = await gpumon('submit', ...addresses)
    expect(first.code).toBe(0)
    expect(first.stdout).toContain('all queries and tasks run')
    registry.takeWrites()
    proxy.takeWrites()
    const second = await gpumon('submit', ...addresses)
    expect(second).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ {2}32 unchanged\n32 unchanged; /) })
    expect([...registry.takeWrites(), ...proxy.takeWrites()]).toEqual([])
    const { stdout } = await gpumon('doctor', ...addresses)
    expect(stdout).toMatch(/ok +Kafka +answers at .*, brokers: 1/)
    expect(stdout).toMatch(/ok +schema gpu\.readings-value +is this program's: version \d+, id \d+/)
    expect(stdout).toMatch(/ok +schema gpu\.readings-value +compatibility BACKWARD/)
    expect(stdout).toMatch(/ok +statements +all 30 are there/)
    // the server is in memory, so that the topics of its queries are not Kafka's
    expect(stdout).toMatch(/WRONG +topics +not there: gpu\.limits, gpu\.latest, /)
    await removeTopic(bootstrap)
  })
})
