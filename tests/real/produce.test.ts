import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { beforeEach, expect, test } from 'vitest'
import { gpumon } from '../cli/gpumon.ts'
import { readLog } from '../gpuz/read-log.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { sharedDir } from '../shared.ts'
import { describeWithServers } from './servers.ts'
import { identities, type Received, received, removeTopic, TOPIC, testClient } from './topic-contents.ts'

/** Place of a member's checksum in its entry of a .zip's directory. */
const CRC = 16

const scratch = scratchFolder()

describeWithServers('gpumon produce', ({ bootstrap, registry }) => {
  beforeEach(() => removeTopic(bootstrap))

  const produce = (...args: string[]) =>
    gpumon('produce', ...args, '--bootstrap', bootstrap, '--registry', registry, '--timezone', 'UTC')

  /** What the reader gives for a log must be what arrived of it: rows in order, times and every reading. */
  function expectAllOf(path: string, source: string, records: readonly Received[]): void {
    const own = records.filter(({ value }) => value.source === source)
    const { rows } = readLog(readFileSync(path))
    const seen = own.map(({ key, timestamp, value }, i) => {
      const { device, ts, row, other } = value
      expect({ device, ts, row }).toEqual({ device: key, ts: timestamp, row: i })
      const sensors = { ...value, ...(other as object) } as Record<string, unknown>
      return Object.fromEntries(Object.keys(rows[i] ?? {}).map((field) => [field, sensors[field] ?? null]))
    })
    expect(seen, path).toEqual(rows)
  }

  test('all rows of a log arrive once and in order, as the reader has them', async () => {
    const log = await scratch.simulated('one.txt', 6_000)
    const { code, stdout, stderr } = await produce(log, '--device', 'card')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toContain('6,000 readings sent to gpu.readings')
    const records = await received(bootstrap, registry)
    expect(identities(records)).toEqual({ distinct: 6_000, repeated: 0 })
    expect(new Set(records.map(({ key }) => key))).toEqual(new Set(['card']))
    expectAllOf(log, log, records)
  })

  test.skipIf(sharedDir === null)('all real logs arrive together, whatever stands in them', async () => {
    const folder = join(sharedDir ?? '', 'gpuz', 'logs')
    const logs = readdirSync(folder).map((name) => join(folder, name))
    const { code, stderr } = await produce(...logs)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const records = await received(bootstrap, registry)
    expect(identities(records).repeated).toBe(0)
    for (const log of logs) expectAllOf(log, log, records)
  })

  test('what was read of a log before reading failed has arrived', async () => {
    const log = readFileSync(await scratch.simulated('whole.txt', 10_000))
    const zip = Buffer.from(zipSync({ 'log.txt': [log, { level: 0 }] }))
    const directory = zip.indexOf('PK\x01\x02', 0, 'latin1')
    zip[directory + CRC] ^= 1
    const { code, stderr } = await produce(scratch.write('damaged.zip', zip))
    expect(code).toBe(1)
    expect(stderr).toContain('damaged, its checksum does not match')
    expect(identities(await received(bootstrap, registry))).toEqual({ distinct: 10_000, repeated: 0 })
  })

  test('what has arrived is not sent again, and what was appended since is', async () => {
    const [log, longer] = [await scratch.simulated('short.txt', 3_000), await scratch.simulated('long.txt', 5_000)]
    expect((await produce(log)).stdout).toContain('3,000 readings sent')
    expect((await produce(log)).stdout).toContain('0 readings sent')
    scratch.write('short.txt', readFileSync(longer))
    const { stdout } = await produce(log)
    expect(stdout).toContain('2,000 readings sent')
    expect(stdout).toContain('3,000 were there already')
    expectAllOf(longer, log, await received(bootstrap, registry))
  })

  test('a log that others have buried under their readings is found again', async () => {
    const [log, other] = [await scratch.simulated('buried.txt', 500), await scratch.simulated('many.txt', 30_000, 2)]
    await produce(log)
    await produce(other)
    expect((await produce(log)).stdout).toContain('0 readings sent')
    expect(identities(await received(bootstrap, registry))).toEqual({ distinct: 30_500, repeated: 0 })
  })

  test('another log by the same name is refused, whether longer or shorter', async () => {
    const log = await scratch.simulated('name.txt', 2_000)
    await produce(log)
    for (const rows of [3_000, 1_000]) {
      scratch.write('name.txt', readFileSync(await scratch.simulated('new.txt', rows, 3, Date.UTC(2025, 0, 1))))
      const { code, stderr } = await produce(log)
      expect(code).toBe(1)
      expect(stderr).toContain(`${log} is not the log whose rows the topic has: row 1999 there is of 2024-06-01T`)
    }
    expect(identities(await received(bootstrap, registry)).distinct).toBe(2_000)
  })

  test('an incompatible schema of the subject is named, and nothing is sent', async () => {
    const subject = `${registry}/subjects/gpu.readings-value`
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
    await fetch(subject, { method: 'DELETE' })
    const schema = JSON.stringify({
      type: 'record',
      name: 'GpuReading',
      namespace: 'gpumon',
      fields: [{ name: 'device', type: 'long' }],
    })
    await fetch(`${subject}/versions`, { method: 'POST', headers, body: JSON.stringify({ schema }) })
    try {
      const { code, stderr } = await produce(await scratch.simulated('refused.txt', 10))
      expect(code).toBe(1)
      expect(stderr).toContain('is not compatible with the last one of subject gpu.readings-value')
    } finally {
      await fetch(subject, { method: 'DELETE' })
    }
  })

  test('a subject that checks nothing is made to check BACKWARD; a level that somebody has set stays', async () => {
    const config = `${registry}/config/gpu.readings-value`
    const level = async () =>
      ((await (await fetch(config)).json()) as { compatibilityLevel: string }).compatibilityLevel
    const log = await scratch.simulated('level.txt', 10)
    await produce(log)
    expect(await level()).toBe('BACKWARD')
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
    const put = (compatibility: string) =>
      fetch(config, { method: 'PUT', headers, body: JSON.stringify({ compatibility }) })
    await put('FULL')
    await produce(log)
    expect(await level()).toBe('FULL')
    await put('BACKWARD')
  })

  test('a new topic keeps readings for ever; of one that does not, the command says so', async () => {
    const log = await scratch.simulated('kept.txt', 10)
    expect((await produce(log)).stderr).toBe('')
    await removeTopic(bootstrap)
    const admin = testClient(bootstrap).admin()
    await admin.connect()
    const configEntries = [{ name: 'retention.ms', value: '604800000' }]
    await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 3, configEntries }] })
    await admin.disconnect()
    expect((await produce(log)).stderr).toContain('topic gpu.readings keeps readings for 7 d')
    expect((await produce(log)).stdout).toContain('10 were there already')
  })

  test('a broker or registry that is not there is named, with what to check', async () => {
    const log = await scratch.simulated('nobody.txt', 10)
    const options = ['--timezone', 'UTC', '--bootstrap', '127.0.0.1:1', '--registry']
    const noBroker = await gpumon('produce', log, ...options, registry)
    expect(noBroker).toMatchObject({ code: 1, stdout: '' })
    expect(noBroker.stderr).toMatch(
      /Cannot open topic gpu\.readings on Kafka at 127\.0\.0\.1:1: .*ECONNREFUSED.*Check --bootstrap/s,
    )
    const noRegistry = await gpumon('produce', log, ...options, 'http://127.0.0.1:1')
    expect(noRegistry.stderr).toContain('http://127.0.0.1:1: the schema registry does not answer; check --registry')
  })
})
