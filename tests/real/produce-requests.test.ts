import { beforeEach, expect, test } from 'vitest'
import { produce } from '../../jobs/produce.ts'
import { outcome, startOfTest } from '../cli/gpumon.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { storedBatches } from './record-batches.ts'
import { describeWithServers } from './servers.ts'
import { removeTopic, TOPIC } from './topic-contents.ts'

const scratch = scratchFolder()

describeWithServers('a request of gpumon produce', (servers) => {
  const { bootstrap, registry } = servers
  const start = startOfTest()
  beforeEach(() => removeTopic(bootstrap))

  const optionsOf = (log: string) => ({ logs: [log], bootstrap, registry, timezone: 'UTC' })

  test('is a batch of at most 500 readings, compressed with gzip, numbered by an idempotent producer', async () => {
    await produce(optionsOf(await scratch.simulated('batches.txt', 1_800)))
    const batches = storedBatches(servers, TOPIC)
    expect(new Set(batches.map(({ codec }) => codec))).toEqual(new Set(['gzip']))
    expect(new Set(batches.map(({ producerId }) => producerId)).size).toBe(1)
    // kafkajs takes acks=all alone for such a producer: with other acks nothing is sent.
    expect(batches[0].producerId).toBeGreaterThanOrEqual(0)
    let next = 0
    for (const { sequence, records } of batches) {
      expect({ sequence, isSmall: records <= 500 }).toEqual({ sequence: next, isSmall: true })
      next += records
    }
    expect(next).toBe(1_800)
  })

  test('that is acknowledged is progress', async () => {
    const seen: { rows: number; share: number | null }[] = []
    const log = await scratch.simulated('progress.txt', 1_800)
    await produce(optionsOf(log), { onProgress: (progress) => seen.push(progress) })
    const [rows, shares] = [seen.map((one) => one.rows), seen.map((one) => Number(one.share))]
    expect(rows.length).toBeGreaterThan(3)
    expect([rows[0], rows.at(-1), shares.at(-1)]).toEqual([500, 1_800, 1])
    for (const figures of [rows, shares]) expect(figures).toEqual(figures.toSorted((a, b) => a - b))
  })

  test('that is acknowledged is shown on the terminal: rows, share and rows a second', async () => {
    const log = await scratch.simulated('shown.txt', 300)
    // a line every five seconds where there is no terminal
    const paced = ['--speed', '40', '--bootstrap', bootstrap, '--registry', registry, '--timezone', 'UTC']
    const { stderr } = await outcome(start(['produce', log, ...paced]))
    expect(stderr).toMatch(/^sending {2}\d+ % {2}\d+ rows {2}\d+ rows\/s {2}.* left$/m)
  })
})
