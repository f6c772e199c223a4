import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { compose } from '../deploy/compose-file.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { type Connect, startedConnect } from './connect.ts'
import { connectorStatus, removeConnector, runConnector } from './connector.ts'
import { describeWithServers } from './servers.ts'
import { makeTopic, testClient } from './topic-contents.ts'

const GROUP = String(compose.services['connect'].environment?.['CONNECT_GROUP_ID'])
const scratch = scratchFolder()

describeWithServers('Kafka Connect as docker-compose.yml sets it up', (servers) => {
  const { bootstrap } = servers

  // By default they are nobody's for five minutes, longer than this test may take.
  test('gives the task of a worker that is killed to one that lives once the broker misses it', async () => {
    const living = await startedConnect(servers)
    // Not the first of them: one that has just become the leader knows of nothing that was lost.
    const killed = await startedConnect(servers, 'connect-2')
    await untilMembers(bootstrap, 2)
    const name = `workers-${randomUUID()}`
    await makeTopic(bootstrap, name, 2)
    await runConnector(living.url, name, {
      'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
      ...{ 'tasks.max': '2', topics: name, file: scratch.path('out.txt') },
    })
    const tasks = async () =>
      (await connectorStatus(living.url, name)).tasks.map(({ state, worker_id }) => [state, `http://${worker_id}`])
    const running = ({ url }: Connect) => ['RUNNING', url]
    try {
      await expect.poll(tasks).toContainEqual(running(killed))
      await killed.worker.kill()
      await expect.poll(tasks).toEqual(Array(2).fill(running(living)))
    } finally {
      await removeConnector(living.url, name)
      await killed.worker.stop()
    }
  })
})

/** A worker answers before it has joined the others. */
async function untilMembers(bootstrap: string, count: number): Promise<void> {
  const admin = testClient(bootstrap).admin()
  await admin.connect()
  try {
    const group = async () => (await admin.describeGroups([GROUP])).groups[0]
    await expect.poll(group).toMatchObject({ state: 'Stable', members: Array(count).fill(expect.anything()) })
  } finally {
    await admin.disconnect()
  }
}
