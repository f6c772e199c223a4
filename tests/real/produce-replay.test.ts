import type { ChildProcess } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { gpumon, type Outcome, outcome, startOfTest } from '../cli/gpumon.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { describeWithServers } from './servers.ts'
import { identities, type Received, received, recordCount, removeTopic } from './topic-contents.ts'

const scratch = scratchFolder()

describeWithServers('gpumon produce', ({ bootstrap, registry }) => {
  const start = startOfTest()
  beforeEach(() => removeTopic(bootstrap))

  const argumentsOf = (log: string, ...more: string[]): string[] => [
    ...['produce', log, '--bootstrap', bootstrap, '--registry', registry, '--timezone', 'UTC', ...more],
  ]

  async function untilRecords(count: number): Promise<void> {
    while ((await recordCount(bootstrap)) < count) await sleep(20)
  }

  async function killed(child: ChildProcess): Promise<void> {
    const ended = outcome(child)
    child.kill('SIGKILL')
    await ended
  }

  function interrupted(child: ChildProcess): Promise<Outcome> {
    const ended = outcome(child)
    child.kill('SIGINT')
    return ended
  }

  /** Two halves of a simulated log, of whole lines. */
  async function halves(rows: number): Promise<[Buffer, Buffer]> {
    const whole = readFileSync(await scratch.simulated('whole.txt', rows))
    const middle = whole.indexOf('\n', whole.length / 2) + 1
    return [whole.subarray(0, middle), whole.subarray(middle)]
  }

  test('--follow sends a log as it grows; Ctrl-C ends it with everything acknowledged', async () => {
    // Each half is less than a request holds.
    const [first, second] = await halves(900)
    const log = scratch.write('growing.txt', first)
    const child = start(argumentsOf(log, '--follow'))
    await untilRecords(400)
    appendFileSync(log, second)
    await untilRecords(900)
    expect(await interrupted(child)).toMatchObject({ code: 0, stdout: expect.stringContaining('900 readings sent') })
    expect(identities(await received(bootstrap, registry))).toEqual({ distinct: 900, repeated: 0 })
  })

  test('--follow, killed and started again, goes on behind what has arrived, with what was appended meanwhile', async () => {
    const [first, second] = await halves(1_000)
    const log = scratch.write('killed.txt', first)
    const child = start(argumentsOf(log, '--follow'))
    await untilRecords(400)
    await killed(child)
    const before = await recordCount(bootstrap)
    appendFileSync(log, second.subarray(0, second.length / 2))
    const next = start(argumentsOf(log, '--follow'))
    await untilRecords(before + 1)
    appendFileSync(log, second.subarray(second.length / 2))
    await untilRecords(1_000)
    const { code, stdout } = await interrupted(next)
    expect(code).toBe(0)
    expect(stdout).toContain(`${before} were there already`)
    expect(identities(await received(bootstrap, registry))).toEqual({ distinct: 1_000, repeated: 0 })
  })

  /** Rows are counted through all passes, one a second as the log has them, and what a row says comes again in the next pass. */
  function expectPasses(records: readonly Received[], rows: number): void {
    expect(records.map(({ value }) => value.row)).toEqual(records.map((_, i) => i))
    const [{ timestamp: first }] = records
    expect(records.map(({ timestamp }) => timestamp)).toEqual(records.map((_, i) => first + 1_000 * i))
    const { gpu_temperature: expected } = records[rows - 1].value
    expect(records[2 * rows - 1].value['gpu_temperature']).toBe(expected)
    expect(identities(records).repeated).toBe(0)
  }

  test('--loop gives each pass times and identities of its own', async () => {
    const log = await scratch.simulated('loop.txt', 300)
    const child = start(argumentsOf(log, '--loop'))
    await untilRecords(1_000)
    expect(await interrupted(child)).toMatchObject({ code: 0 })
    expectPasses(await received(bootstrap, registry), 300)
  })

  test('--loop, killed in a later pass and started again, goes on there', async () => {
    const log = await scratch.simulated('resumed.txt', 300)
    const child = start(argumentsOf(log, '--loop'))
    await untilRecords(1_000)
    await killed(child)
    const before = await recordCount(bootstrap)
    const next = start(argumentsOf(log, '--loop'))
    await untilRecords(before + 1_000)
    expect(await interrupted(next)).toMatchObject({ code: 0 })
    expectPasses(await received(bootstrap, registry), 300)
  })

  test('--speed sends at that many times the pace of the log', async () => {
    // 1 Hz: 2.45 s at that pace
    const log = await scratch.simulated('paced.txt', 50)
    const { code, stdout } = await gpumon(...argumentsOf(log, '--speed', '20'))
    expect(code).toBe(0)
    const seconds = Number(/^50 readings sent to gpu\.readings in ([\d.]+) s/.exec(stdout)?.[1])
    expect(seconds).toBeGreaterThan(2.4)
    expect(seconds).toBeLessThan(45)
  })
})
