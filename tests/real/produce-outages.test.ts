import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { gpumon, outcome, startOfTest } from '../cli/gpumon.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { brokerToKill, describeWithServers } from './servers.ts'
import { identities, received, recordCount, removeTopic, testClient } from './topic-contents.ts'

/** It takes some seconds to look through so many. */
const MANY = 200_000
const ROWS = 1_000

const scratch = scratchFolder()

describeWithServers('gpumon produce', (servers) => {
  const { bootstrap, registry } = servers
  const start = startOfTest()
  const broker = brokerToKill(servers)
  beforeEach(() => removeTopic(bootstrap))

  const argumentsOf = (log: string): string[] => [
    ...['produce', log, '--bootstrap', bootstrap, '--registry', registry, '--timezone', 'UTC'],
  ]

  /** Of a log that the topic has nothing of, in the midst of looking all of it through. */
  async function looking(): Promise<ChildProcess> {
    await gpumon(...argumentsOf(await scratch.simulated('many.txt', MANY)))
    const admin = testClient(bootstrap).admin()
    await admin.connect()
    const looks = async (): Promise<string[]> => {
      // A broker that has just started does not know yet.
      const { groups } = await admin.listGroups().catch(() => ({ groups: [] }))
      const ids = groups.map(({ groupId }) => groupId).filter((id) => id.startsWith('gpumon-resume-'))
      const described = (await admin.describeGroups(ids)).groups
      return described.filter(({ state }) => state === 'Stable').map(({ groupId }) => groupId)
    }
    const before = await looks()
    const child = start(argumentsOf(await scratch.simulated('new.txt', ROWS, 2)))
    while ((await looks()).every((id) => before.includes(id))) {
      expect(child.exitCode).toBeNull()
      await sleep(10)
    }
    await admin.disconnect()
    return child
  }

  function saying(child: ChildProcess, text: string): Promise<void> {
    return new Promise((resolve) => {
      let said = ''
      child.stderr?.on('data', (part) => {
        said += part
        if (said.includes(text)) resolve()
      })
    })
  }

  test('ends with Ctrl-C while it looks for what has arrived, with nothing sent', async () => {
    const child = await looking()
    const ended = outcome(child)
    child.kill('SIGINT')
    expect(await ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^0 readings sent/) })
    expect(await recordCount(bootstrap)).toBe(MANY)
  })

  test('says that the broker goes while it looks for what has arrived, and goes on when that is back', async () => {
    const child = await looking()
    const ended = outcome(child)
    const said = saying(child, `Kafka at ${bootstrap} does not answer`)
    await broker.kill()
    await said
    await broker.start()
    expect(await ended).toMatchObject({ code: 0, stderr: expect.stringContaining('answers again') })
    expect(await recordCount(bootstrap)).toBe(MANY + ROWS)
    expect(identities(await received(bootstrap, registry)).repeated).toBe(0)
  })

  test('ends with Ctrl-C while it waits for the broker to look for what has arrived', async () => {
    const child = await looking()
    const ended = outcome(child)
    const said = saying(child, `Kafka at ${bootstrap} does not answer`)
    await broker.kill()
    await said
    child.kill('SIGINT')
    const { code, stderr } = await ended
    expect(code).toBe(1)
    expect(stderr).toContain('Cannot look through topic gpu.readings')
    expect(stderr).toContain('Start again when it is back')
  })

  test('ends with an error that says so when the topic has been deleted', async () => {
    const child = start([...argumentsOf(await scratch.simulated('deleted.txt', ROWS)), '--loop'])
    const ended = outcome(child)
    while ((await recordCount(bootstrap)) < ROWS) await sleep(20)
    await removeTopic(bootstrap)
    const { code, stderr } = await ended
    expect(code, stderr).toBe(1)
    expect(stderr).toContain('Cannot send to topic gpu.readings')
    expect(stderr).toContain('The topic was deleted meanwhile; start again')
  })
})
