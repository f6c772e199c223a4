import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { TopicSender } from '../../kafka/sender.ts'
import { gpumon } from '../cli/gpumon.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { describeWithServers } from './servers.ts'
import { growTopic, identities, makeTopic, received, removeTopic, TOPIC } from './topic-contents.ts'
import { committedRecords } from './topic-records.ts'

/** Devices enough, so that more partitions take some of them elsewhere. */
const DEVICES = 6
const ROWS = 400

const scratch = scratchFolder()

describeWithServers('gpumon produce to a topic that gets more partitions', ({ bootstrap, registry }) => {
  beforeEach(() => removeTopic(bootstrap))

  const produce = (logs: readonly string[]) =>
    gpumon('produce', ...logs, '--bootstrap', bootstrap, '--registry', registry, '--timezone', 'UTC')
  const logsOf = (rows: number): Promise<string[]> =>
    Promise.all(Array.from({ length: DEVICES }, (_, i) => scratch.simulated(`card${i}-${rows}.txt`, rows, i + 1)))

  test('finds what it has sent before, wherever that is, and goes on behind it', async () => {
    const [logs, longer] = [await logsOf(ROWS), await logsOf(2 * ROWS)]
    expect(await produce(logs)).toMatchObject({ code: 0, stderr: '' })
    await growTopic(bootstrap, TOPIC, 3)
    const { stdout } = await produce(logs)
    expect(stdout).toContain('0 readings sent')
    expect(stdout).toContain(`${(DEVICES * ROWS).toLocaleString('en')} were there already`)

    for (const [i, log] of logs.entries()) writeFileSync(log, readFileSync(longer[i]))
    expect((await produce(logs)).stdout).toContain(`${(DEVICES * ROWS).toLocaleString('en')} readings sent`)
    // Each device is in two partitions now, some in a third one after this.
    await growTopic(bootstrap, TOPIC, 5)
    expect((await produce(logs)).stdout).toContain('0 readings sent')
    expect(identities(await received(bootstrap, registry))).toEqual({ distinct: 2 * DEVICES * ROWS, repeated: 0 })
  })

  test('while it sends, a device stays in its partition, where it looks for what has arrived', async () => {
    const topic = `grown-${randomUUID()}`
    await makeTopic(bootstrap, topic)
    await growTopic(bootstrap, topic, 8)
    const { signal } = new AbortController()
    const sender = new TopicSender({ bootstrap, signal, onNotice: () => {}, topic, partitions: [0] })
    await sender.open()
    const keys = Array.from({ length: 20 }, (_, i) => Buffer.from(`card ${i}`))
    await sender.send(keys.map((key) => ({ key, value: key, timestamp: '0' })))
    await sender.close()
    const records = (await committedRecords(bootstrap, [topic])).get(topic) ?? []
    expect(new Set(records.map(({ partition }) => partition))).toEqual(new Set([0]))
  })
})
