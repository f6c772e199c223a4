import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { Random } from '../../gpuz/simulator/random.ts'
import { outcome, start } from '../cli/gpumon.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { kafkaBroker } from './kafka.ts'
import { describeWithServers } from './servers.ts'
import { identities, received, recordCount, removeTopic } from './topic-contents.ts'

/** GPUMON_KILLS=20 kills more often; GPUMON_SEED repeats a run. */
const KILLS = Number(process.env['GPUMON_KILLS'] ?? 3)
const SEED = Number(process.env['GPUMON_SEED'] ?? Date.now() % 1_000_000)
const ROWS = 100_000

const scratch = scratchFolder()

describeWithServers('gpumon produce under kill -9', ({ bootstrap, registry, brokerFolder, brokerPorts }) => {
  beforeEach(() => removeTopic(bootstrap))

  const produce = (log: string): ChildProcess =>
    start(['produce', log, '--bootstrap', bootstrap, '--registry', registry, '--timezone', 'UTC'])

  async function untilRecords(count: number): Promise<void> {
    while ((await recordCount(bootstrap)) < count) await sleep(10)
  }

  async function expectAllOnce(note: string): Promise<void> {
    const records = await received(bootstrap, registry)
    expect(identities(records), note).toEqual({ distinct: ROWS, repeated: 0 })
    expect(records.every(({ value }, i) => value.row === i)).toBe(true)
  }

  test(`a producer killed ${KILLS} times in mid-replay and started again sends every reading once`, async () => {
    const log = await scratch.simulated('killed.txt', ROWS)
    const random = new Random(SEED)
    for (let kill = 0; kill < KILLS; kill++) {
      const child = produce(log)
      const ended = outcome(child)
      await untilRecords(((kill + random.next()) * ROWS * 0.9) / KILLS)
      child.kill('SIGKILL')
      expect(await ended).toMatchObject({ code: null })
    }
    const before = await recordCount(bootstrap)
    expect(before).toBeLessThan(ROWS)
    expect(await outcome(produce(log))).toMatchObject({ code: 0, stderr: '' })
    await expectAllOnce(`seed ${SEED}`)
  })

  test(`a broker killed ${KILLS} times in mid-replay and started again has every reading once`, async () => {
    const log = await scratch.simulated('outage.txt', ROWS)
    const random = new Random(SEED)
    const broker = kafkaBroker(brokerFolder, brokerPorts)
    const child = produce(log)
    const ended = outcome(child)
    for (let kill = 0; kill < KILLS; kill++) {
      await untilRecords(((kill + random.next()) * ROWS * 0.9) / KILLS)
      await broker.kill()
      expect(child.exitCode).toBeNull()
      await sleep(random.next() * 8_000)
      await broker.start()
    }
    const { code, stderr } = await ended
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(`Kafka at ${bootstrap} does not answer`)
    await expectAllOnce(`seed ${SEED}`)
  })
})
