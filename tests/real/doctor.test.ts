import { randomUUID } from 'node:crypto'
import { beforeAll, expect, test } from 'vitest'
import { gpumon } from '../cli/gpumon.ts'
import { standIn } from '../rest-stand-in.ts'
import { type Hdfs, startedHdfs } from './hdfs.ts'
import { describeWithServers } from './servers.ts'
import { makeTopic, removeTopic, TOPIC, testClient } from './topic-contents.ts'

describeWithServers('gpumon doctor', (servers) => {
  const { bootstrap, registry } = servers
  let hdfs: Hdfs
  beforeAll(async () => {
    hdfs = await startedHdfs(servers)
  }, 120_000)

  test('tells that HDFS answers, has a DataNode, and no table yet', async () => {
    const { code, stdout } = await gpumon('doctor', '--hdfs', hdfs.web)
    expect(code).toBe(0)
    const [answers, nodes, table, fix] = stdout.trimEnd().split('\n')
    expect([answers, nodes]).toEqual(['  ok     HDFS  answers', '  ok     HDFS  DataNodes: 1'])
    expect(table).toBe('  note   table gpu.readings  is not there yet: /warehouse/gpu/readings')
    expect(fix).toMatch(/→ the first commit makes it: see that connector hdfs runs/)
  })

  test('tells of a topic of readings with other partitions, and of records that expire', async () => {
    await removeTopic(bootstrap)
    await makeTopic(bootstrap, TOPIC, 3, '3600000')
    const { code, stdout } = await gpumon('doctor', '--bootstrap', bootstrap)
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /WRONG +topic gpu\.readings +has 3 partitions, the statements are written for 1\n +→ delete it/,
    )
    expect(stdout).toMatch(/note +topic gpu\.readings +its records expire 1 h 0 min after their own time\n +→ set/)
    await removeTopic(bootstrap)
  })

  test("tells of a control topic that Iceberg's first commit could be lost by", async () => {
    await makeTopic(bootstrap, 'control-gpu-readings', 2, '3600000')
    const { stdout } = await gpumon('doctor', '--bootstrap', bootstrap)
    expect(stdout).toMatch(
      /WRONG +topic control-gpu-readings +its partitions are 2, not 1: delete it.*; its records expire 1 h 0 min after/,
    )
    await removeTopic(bootstrap, 'control-gpu-readings')
  })

  // A stand-in for Connect, which lets nobody else's word stand for five minutes as docker-compose.yml sets it up.
  test('tells of a sink that says RUNNING while nobody reads, and of no source', async () => {
    const [read, idle, source] = ['read', 'idle', 'source'].map((name) => `${name}-${randomUUID()}`)
    const connect = await standIn((request) => {
      if (request === 'GET /') return { body: { version: '4.3.1' } }
      if (request === 'GET /connectors') return { body: [read, idle, source] }
      const [, name, part] = /^GET \/connectors\/([^/]+)\/(\w+)$/.exec(request) ?? []
      const running = { state: 'RUNNING', worker_id: 'gone:8083' }
      const type = name === source ? 'source' : 'sink'
      if (part === 'status') return { body: { name, type, connector: running, tasks: [{ id: 0, ...running }] } }
      return part === 'config'
        ? { body: name === read ? { 'consumer.override.group.id': `own-${read}` } : {} }
        : undefined
    })
    await makeTopic(bootstrap, read)
    const consumer = testClient(bootstrap).consumer({ groupId: `own-${read}` })
    await consumer.connect()
    await consumer.subscribe({ topic: read })
    await consumer.run({})
    try {
      const { code, stdout } = await gpumon('doctor', '--connect', connect, '--bootstrap', bootstrap)
      expect(code).toBe(1)
      const wrong = stdout.split('\n').filter((line) => line.includes('reads nothing'))
      expect(wrong).toEqual([
        expect.stringMatching(new RegExp(`WRONG +connector ${idle} +says RUNNING on gone:8083,.* connect-${idle}$`)),
      ])
      expect(stdout).toContain('scheduled.rebalance.max.delay.ms')
    } finally {
      await consumer.disconnect()
      await removeTopic(bootstrap, read)
    }
  })

  test("tells of another schema than this program's", async () => {
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
    const subject = `${registry}/subjects/${TOPIC}-value`
    await fetch(subject, { method: 'DELETE' })
    const missing = await gpumon('doctor', '--registry', registry)
    expect(missing.stdout).toMatch(
      /WRONG +schema gpu\.readings-value +is not registered\n +→ gpumon submit --registry URL/,
    )
    const body = JSON.stringify({ schema: '"string"' })
    await fetch(`${subject}/versions`, { method: 'POST', headers, body })
    const other = await gpumon('doctor', '--registry', registry)
    expect(other.code).toBe(1)
    expect(other.stdout).toMatch(
      /WRONG +schema gpu\.readings-value +version \d+ is live, which is not the schema of this program/,
    )
    await fetch(subject, { method: 'DELETE' })
  })
})
