import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { productStatements } from '../../jobs/statement-file.ts'
import { merge } from '../../ksql-kafka/merge.ts'
import { gpumon } from '../cli/gpumon.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { actualOutputs, comparable, expectedOutputs } from './expected-outputs.ts'
import { RunningServer, untilProcessed } from './ksql-service.ts'
import { describeWithServers } from './servers.ts'
import { recordCount, TOPIC, testClient } from './topic-contents.ts'
import { type CommittedRecord, committedRecords, removeAllTopics } from './topic-records.ts'

const ROWS = 5_000
const EARLIEST = { properties: { 'auto.offset.reset': 'earliest' } }

const scratch = scratchFolder()

describeWithServers('gpumon ksql-server on Kafka', (servers) => {
  const { bootstrap, registry } = servers
  let services = 0
  beforeEach(async () => {
    await removeAllTopics(bootstrap)
    services++
  })
  const serviceId = (): string => `test-${process.pid}-${services}`

  async function product(): Promise<string[]> {
    const cluster = readFileSync(join(import.meta.dirname, '..', '..', 'ksql', 'cluster', '08-metrics.ksql'), 'utf8')
    return [...(await productStatements()).map(({ text }) => text), cluster]
  }

  async function makeTopic(topic: string, numPartitions: number): Promise<void> {
    const admin = testClient(bootstrap).admin()
    await admin.connect()
    const configEntries = [{ name: 'retention.ms', value: '-1' }]
    await admin.createTopics({ topics: [{ topic, numPartitions, configEntries }], waitForLeaders: true })
    await admin.disconnect()
  }

  async function produceLogs(count: number, rows = ROWS): Promise<void> {
    const logs = await Promise.all(
      Array.from({ length: count }, (_, i) => scratch.simulated(`card${i}.txt`, rows, i + 1)),
    )
    const place = ['--bootstrap', bootstrap, '--registry', registry, '--timezone', 'UTC']
    expect(await gpumon('produce', ...logs, ...place)).toMatchObject({ code: 0 })
  }

  /** All readings in the order in which they are to be processed. */
  async function readingsInOrder(): Promise<CommittedRecord[]> {
    const records = (await committedRecords(bootstrap, [TOPIC])).get(TOPIC) ?? []
    const partitions = [...new Set(records.map(({ partition }) => partition))]
    const sequences = partitions.map((partition) => {
      const own = records.filter((record) => record.partition === partition)
      return { topic: TOPIC, partition, from: 0, isBehind: false, at: (i: number) => own[i] }
    })
    return merge(sequences, () => false, Number.POSITIVE_INFINITY, false).runs.flatMap(
      (run) => run.records as unknown as CommittedRecord[],
    )
  }

  async function expectSame(statements: readonly string[]): Promise<void> {
    const records = (await readingsInOrder()).map((record) => ({ ...record, topic: TOPIC }))
    const expected = await expectedOutputs(servers, statements, records)
    const actual = await actualOutputs(servers, expected, (topic) => !topic.startsWith('gpu.influx'))
    for (const [topic, outputs] of expected) {
      const found = actual.get(topic)
      expect(found?.outputs.length ?? 0, topic).toBeGreaterThan(0)
      expect(comparable(found ?? outputs), topic).toEqual(comparable(outputs))
    }
  }

  test.each([1, 4])('the product statements give from %i partitions what they give in memory', async (partitions) => {
    await makeTopic(TOPIC, partitions)
    await produceLogs(3)
    const server = await (await RunningServer.start(servers, serviceId())).until('READY')
    const statements = await product()
    await server.client.execute(statements.join('\n'), EARLIEST)
    await untilProcessed(bootstrap, serviceId(), TOPIC, await recordCount(bootstrap))
    expect(await server.stop()).toMatchObject({ code: 0, stderr: '' })
    await expectSame(statements)
  })
})
