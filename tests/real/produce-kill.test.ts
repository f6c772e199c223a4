import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { Random } from '../../gpuz/simulator/random.ts'
import { type Outcome, outcome, startOfTest } from '../cli/gpumon.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { brokerToKill, describeWithServers } from './servers.ts'
import { identities, received, recordCount, removeTopic } from './topic-contents.ts'

/** GPUMON_KILLS=20 kills more often; GPUMON_SEED repeats a run, whose seed is in the tests' names. */
const KILLS = Number(process.env['GPUMON_KILLS'] ?? 2)
const SEED = Number(process.env['GPUMON_SEED'] ?? Date.now() % 1_000_000)
const ROWS = 200_000
/** Of the rows; the last kill comes before that, when the producer surely has something left to send. */
const LAST_KILL = 0.5
const LIMIT_MS = 60_000 + KILLS * 60_000

const scratch = scratchFolder()

describeWithServers('gpumon produce under kill -9', (servers) => {
  const { bootstrap, registry } = servers
  const start = startOfTest()
  const broker = brokerToKill(servers)
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

  async function expectAll(): Promise<void> {
    const records = await received(bootstrap, registry)
    expect(identities(records)).toEqual({ distinct: ROWS, repeated: 0 })
    const rows = [...new Set(records.map(({ value }) => value.row))]
    expect(rows.every((row, i) => row === i)).toBe(true)
  }

  test(`a producer killed ${KILLS} times in mid-replay and started again sends every reading once (seed ${SEED})`, {
    timeout: LIMIT_MS,
  }, async () => {
    const log = await scratch.simulated('killed.txt', ROWS)
    const random = new Random(SEED)
    for (let kill = 0; kill < KILLS; kill++) {
      const child = produce(log)
      const ended = outcome(child)
      await untilRecords(((kill + random.next()) * ROWS * LAST_KILL) / KILLS, ended)
      child.kill('SIGKILL')
      expect(await ended).toMatchObject({ code: null })
    }
    const before = await recordCount(bootstrap)
    expect(before).toBeLessThan(ROWS)
    expect(await outcome(produce(log))).toMatchObject({ code: 0, stderr: '' })
    await expectAll()
  })

  test(`a broker killed ${KILLS} times in mid-replay and started again has every reading once (seed ${SEED})`, {
    timeout: LIMIT_MS,
  }, async () => {
    const log = await scratch.simulated('outage.txt', ROWS)
    const random = new Random(SEED)
    const child = produce(log)
    const ended = outcome(child)
    for (let kill = 0; kill < KILLS; kill++) {
      await untilRecords(((kill + random.next()) * ROWS * LAST_KILL) / KILLS, ended)
      await broker.kill()
      expect(child.exitCode).toBeNull()
      await sleep(random.next() * 8_000)
      await broker.start()
    }
    const { code, stderr } = await ended
    expect(code, stderr).toBe(0)
    expect(stderr).toContain(`Kafka at ${bootstrap} does not answer`)
    await expectAll()
  })

  test('a broker that hangs for longer than a request waits gets it again, and takes it once', async () => {
    const log = await scratch.simulated('hung.txt', ROWS)
    const child = produce(log)
    const ended = outcome(child)
    await untilRecords(ROWS / 10, ended)
    // kafkajs gives a request 30 s.
    await broker.hang(33_000)
    const { code, stderr } = await ended
    expect(code, stderr).toBe(0)
    await expectAll()
  })

  test('Ctrl-C ends the waiting for a broker that is away, and says that something may be missing', async () => {
    const log = await scratch.simulated('ended.txt', ROWS)
    const child = produce(log)
    const ended = outcome(child)
    await untilRecords(1, ended)
    await broker.kill()
    await sleep(1_000)
    child.kill('SIGINT')
    const { code, stderr } = await ended
    await broker.start()
    expect(code).toBe(1)
    expect(stderr).toContain('Start again when it is back: sending goes on behind the last reading that arrived')
    expect(await outcome(produce(log))).toMatchObject({ code: 0 })
    await expectAll()
  })
})
