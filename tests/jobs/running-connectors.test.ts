import { expect, test } from 'vitest'
import { lookAtConnectors } from '../../jobs/running-connectors.ts'
import { untilRunning } from '../../jobs/steady.ts'
import { ConnectClient } from '../../kafka/connect.ts'
import { standIn } from '../rest-stand-in.ts'

const part = (state: string, trace?: string) => ({ state, worker_id: 'connect:8083', trace })

/** A stand-in: a real worker does not stay in a state for as long as a test wants. */
async function connector(...tasks: object[]): Promise<ConnectClient> {
  const body = { name: 'hdfs', connector: part('RUNNING'), tasks: tasks.map((task, id) => ({ id, ...task })) }
  return new ConnectClient(
    await standIn((request) => (request === 'GET /connectors/hdfs/status' ? { body } : undefined)),
  )
}

const DECLARED = [{ name: 'hdfs', file: 'connect/hdfs.json' }]

test('a connector that has failed is told with its file, its causes and what to do', async () => {
  const connect = await connector(part('FAILED', 'java.lang.Error: no disk\n\tat A.b(A.java:1)'))
  await expect(untilRunning(() => lookAtConnectors(connect, DECLARED), { timeout: 10_000 })).rejects.toThrow(
    'connect/hdfs.json: connector hdfs, task 0 FAILED on connect:8083:\n  java.lang.Error: no disk\nmend the cause, then',
  )
})

test('one that does not run in time is told with its file, and what to look at', async () => {
  const look = async (...tasks: object[]) => {
    const connect = await connector(...tasks)
    return untilRunning(() => lookAtConnectors(connect, DECLARED), { timeout: 100 })
  }
  await expect(look()).rejects.toThrow(
    'after 0.1 s this does not run yet: connector hdfs (connect/hdfs.json) has no task\n' +
      'It is submitted, and may still begin: look into the log of its server or worker, then ask gpumon doctor',
  )
  await expect(look(part('UNASSIGNED'))).rejects.toThrow('connector hdfs, task 0 (connect/hdfs.json) is UNASSIGNED')
})

test('one that is not there yet is waited for', async () => {
  const connect = await connector()
  expect(await lookAtConnectors(connect, [{ name: 'other', file: 'other.json' }])).toEqual({
    waiting: ['connector other (other.json) has no status'],
    failed: [],
  })
})
