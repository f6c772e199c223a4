import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { Random } from '../../gpuz/simulator/random.ts'
import { type Outcome, outcome, start } from '../cli/gpumon.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { kafkaBroker } from './kafka.ts'
import { describeWithServers } from './servers.ts'
import { identities, received, recordCount, removeTopic } from './topic-contents.ts'

/** GPUMON_KILLS=20 kills more often; GPUMON_SEED repeats a run. */
const KILLS = Number(process.env['GPUMON_KILLS'] ?? 2)
const SEED = Number(process.env['GPUMON_SEED'] ?? Date.now() % 1_000_000)
const ROWS = 100_000
const LIMIT_MS = 60_000 + KILLS * 60_000

const scratch = scratchFolder()

describeWithServers('gpumon produce under kill -9', ({ bootstrap, registry, brokerFolder, brokerPorts }) => {
  beforeEach(() => removeTopic(bootstrap))

  const produce = (log: string): ChildProcess =>
    start(['produce', log, '--bootstrap', bootstrap, '--registry', registry, '--timezone', 'UTC'])

  /** Until the topic has so many records; fails with the words of a producer that ends before. */
  async function untilRecords(count: number, ended: Promise<Outcome>): Promise<void> {
    let early: Outcome | null = null
    ended.then((outcome) => {
      early = outcome
    })
    while ((await recordCount(bootstrap)) < count) {
      expect(early).toBeNull()
      await sleep(10)
    }
  }

  async function expectAll(note: string): Promise<void> {
    const records = await received(bootstrap, registry)
    const { distinct, repeated } = identities(records)
    expect(distinct, note).toBe(ROWS)
    expect(repeated, note).toBe(0)
    const rows = [...new Set(records.map(({ value }) => value.row))]
    expect(rows.every((row, i) => row === i)).toBe(true)
  }

  test(`a producer killed ${KILLS} times in mid-replay and started again sends every reading once`, {
    timeout: LIMIT_MS,
  }, async () => {
    const log = await scratch.simulated('killed.txt', ROWS)
    const random = new Random(SEED)
    for (let kill = 0; kill < KILLS; kill++) {
      const child = produce(log)
      const ended = outcome(child)
      await untilRecords(((kill + random.next()) * ROWS * 0.9) / KILLS, ended)
      child.kill('SIGKILL')
      expect(await ended).toMatchObject({ code: null })
    }
    const before = await recordCount(bootstrap)
    expect(before).toBeLessThan(ROWS)
    expect(await outcome(produce(log))).toMatchObject({ code: 0, stderr: '' })
    await expectAll(`seed ${SEED}`)
  })

  test(`a broker killed ${KILLS} times in mid-replay and started again has every reading once`, {
    timeout: LIMIT_MS,
  }, async () => {
    const log = await scratch.simulated('outage.txt', ROWS)
    const random = new Random(SEED)
    const broker = kafkaBroker(brokerFolder, brokerPorts)
    const child = produce(log)
    const ended = outcome(child)
    for (let kill = 0; kill < KILLS; kill++) {
      await untilRecords(((kill + random.next()) * ROWS * 0.9) / KILLS, ended)
      await broker.kill()
      expect(child.exitCode).toBeNull()
      await sleep(random.next() * 8_000)
      await broker.start()
    }
    const { code, stderr } = await ended
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(`Kafka at ${bootstrap} does not answer`)
    await expectAll(`seed ${SEED}`)
  })

  test('a broker that hangs for longer than a request waits gets it again, and takes it once', async () => {
    const log = await scratch.simulated('hung.txt', ROWS)
    const child = produce(log)
    const ended = outcome(child)
    await untilRecords(ROWS / 10, ended)
    // kafkajs gives a request 30 s.
    await kafkaBroker(brokerFolder, brokerPorts).hang(33_000)
    const { code, stderr } = await ended
    expect(code, stderr).toBe(0)
    await expectAll('after it hung')
  })

  test('Ctrl-C ends the waiting for a broker that is away, and says that something may be missing', async () => {
    const log = await scratch.simulated('ended.txt', ROWS)
    const broker = kafkaBroker(brokerFolder, brokerPorts)
    const child = produce(log)
    const ended = outcome(child)
    await untilRecords(1, ended)
    await broker.kill()
    await sleep(1_000)
    const asked = Date.now()
    child.kill('SIGINT')
    const { code, stderr } = await ended
    await broker.start()
    expect(Date.now() - asked).toBeLessThan(40_000)
    expect(code).toBe(1)
    expect(stderr).toContain('Start again when it is back: sending goes on behind the last reading that arrived')
    expect(await outcome(produce(log))).toMatchObject({ code: 0 })
    await expectAll('after Ctrl-C')
  })
})
