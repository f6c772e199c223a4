import { describe, expect, test } from 'vitest'
import { connectFindings } from '../../jobs/doctor-connect.ts'
import type { ConnectorFile } from '../../jobs/submit-files.ts'
import { kafkaClient } from '../../kafka/client.ts'
import { ConnectClient, type ConnectorConfig } from '../../kafka/connect.ts'
import { freePort } from '../free-port.ts'
import { type StandInAnswer, standIn } from '../rest-stand-in.ts'

/** A stand-in: a real worker is in these states for a moment only, or not when a test wants. */
function worker(
  statuses: Readonly<Record<string, StandInAnswer>>,
  configs: Readonly<Record<string, ConnectorConfig>> = {},
) {
  return standIn((request) => {
    if (request === 'GET /') return { body: { version: '8.2.2-ccs' } }
    if (request === 'GET /connectors') return { body: Object.keys(statuses) }
    const [, name, part] = /^GET \/connectors\/([^/]+)\/(\w+)$/.exec(request) ?? []
    if (part === 'status') return statuses[name]
    return part === 'config' && name in configs ? { body: configs[name] } : undefined
  })
}

const part = (state: string, more: object = {}) => ({ state, worker_id: 'connect:8083', ...more })
const status = (name: string, connector: object, ...tasks: object[]): StandInAnswer => ({
  body: { name, connector, tasks: tasks.map((task, id) => ({ id, ...task })) },
})
const FAILED = part('FAILED', {
  trace: 'org.apache.kafka.connect.errors.ConnectException: no disk\n\tat A.b(A.java:1)',
})

async function found(url: string, files: readonly ConnectorFile[] = []) {
  return (await connectFindings(new ConnectClient(url), files, null, false)).slice(1)
}

describe('a connector', () => {
  test('that no worker has begun with is wrong', async () => {
    const url = await worker({ hdfs: { status: 404, body: { error_code: 404, message: 'No status found' } } })
    expect(await found(url)).toEqual([
      {
        health: 'wrong',
        what: 'connector hdfs',
        text: 'no worker has begun with it',
        fix: "look into the workers' logs",
      },
    ])
  })

  test('that runs without a task is wrong', async () => {
    const url = await worker({ hdfs: status('hdfs', part('RUNNING')) })
    expect(await found(url)).toEqual([
      { health: 'wrong', what: 'connector hdfs', text: 'has no task', fix: expect.stringContaining('tasks.max') },
    ])
  })

  test('that is paused is noted; a task that nobody has taken is wrong', async () => {
    const url = await worker({ hdfs: status('hdfs', part('PAUSED'), part('UNASSIGNED')) })
    expect(await found(url)).toMatchObject([
      { health: 'note', text: 'is PAUSED', fix: 'PUT /connectors/hdfs/resume' },
      {
        health: 'wrong',
        what: 'connector hdfs, task 0',
        text: 'is UNASSIGNED',
        fix: expect.stringContaining('a worker'),
      },
    ])
  })

  test('that is not as its file says is wrong, with the names that differ and not their values', async () => {
    const url = await worker(
      { hdfs: status('hdfs', part('RUNNING'), part('RUNNING')) },
      { hdfs: { name: 'hdfs', topics: 'secret', 'tasks.max': '1' } },
    )
    const files: ConnectorFile[] = [
      { file: 'connect/hdfs.json', name: 'hdfs', config: { topics: 'gpu.readings', 'tasks.max': '1' } },
      { file: 'connect/influxdb.json', name: 'influxdb', config: {} },
    ]
    const all = await found(url, files)
    expect(all.slice(2)).toEqual([
      {
        health: 'wrong',
        what: 'connector hdfs',
        text: 'is not as connect/hdfs.json says: topics',
        fix: 'gpumon submit connect/hdfs.json --connect URL',
      },
      {
        health: 'note',
        what: 'connector influxdb',
        text: 'is not there (connect/influxdb.json)',
        fix: 'gpumon submit connect/influxdb.json --connect URL',
      },
    ])
  })
})

test('a task that has FAILED is still told when another status, or Kafka, cannot be looked at', async () => {
  const url = await worker({
    a: { status: 500, body: { error_code: 500, message: 'request timed out' } },
    b: status('b', part('RUNNING'), FAILED),
  })
  const bootstrap = `127.0.0.1:${await freePort()}`
  const cluster = { kafka: kafkaClient(bootstrap), bootstrap }
  const all = await connectFindings(new ConnectClient(url), [], cluster, false)
  expect(all).toMatchObject([
    { health: 'well', what: 'Kafka Connect' },
    { health: 'wrong', what: 'connector a', text: expect.stringContaining('HTTP 500, request timed out') },
    { health: 'well', what: 'connector b' },
    { health: 'wrong', what: 'connector b, task 0', text: expect.stringContaining('ConnectException: no disk') },
    { health: 'wrong', what: 'groups of connectors', text: expect.stringContaining(bootstrap) },
  ])
})
