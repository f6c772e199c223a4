import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Episode, type RunResult, run } from '../../jobs/run.ts'
import { describeWithShared } from '../shared.ts'

/** Rows by FORMAT.md's table. */
const ROWS: Readonly<Record<string, number>> = {
  'amd-apu-2024-two-headers-sleep-gaps': 9781,
  'amd-rx5700xt-2020-twelve-headers': 1673,
  'amd-vega64-2021-07': 7469,
  'intel-hd-2017-seven-columns': 3,
  'intel-irisxe-2024-headerless': 1,
  'intel-irisxe-2024-nul-run': 37,
  'nvidia-gtx1070-2021-03': 7458,
  'nvidia-gtx1080ti-2026-before': 1182,
  'nvidia-laptop-2016-old-names': 4271,
  'nvidia-optimus-2016-asleep': 1321,
  'nvidia-pascal-2018-utf16be': 1868,
  'nvidia-rtx2070-2021-handcut': 8,
  'nvidia-rtx2080-2023-30-columns': 4826,
  'nvidia-rtx4060-2024': 356,
}

/** The readings of a column of a well-formed log, by splitting lines: nothing that the reader shares. */
function column(path: string, name: string): number[] {
  const [header, ...lines] = readFileSync(path, 'latin1').split(/\r?\n/)
  const index = header.split(',').findIndex((text) => text.trim().startsWith(name))
  return lines.filter((line) => line !== '').map((line) => Number(line.split(',')[index]))
}

describeWithShared('a run of the product on real logs', (shared) => {
  const folder = join(shared, 'gpuz', 'logs')
  const pathOf = (name: string): string => join(folder, `${name}.txt`)

  test('takes all logs at once, each a device, and no row is late or lost', async () => {
    const paths = readdirSync(folder).map((name) => join(folder, name))
    const rows = new Map<string, Episode[]>()
    const result = await run(
      { logs: paths, timezone: 'UTC' },
      {
        onEpisode: ({ kind, episode }) => {
          if (kind === 'closed') rows.set(episode.device, [...(rows.get(episode.device) ?? []), episode])
        },
      },
    )
    expect(result).toMatchObject({
      rows: Object.values(ROWS).reduce((a, b) => a + b),
      rejects: 0,
      late: {},
      errors: [],
    })
    expect([...rows.values()].flat()).toHaveLength(result.episodes)
    expect([...rows.values()].flat().reduce((sum, e) => sum + e.count, 0)).toBe(
      Object.values(result.alerts).reduce((a, b) => a + b),
    )
  })

  test.each(Object.entries(ROWS))('%s has %i rows', async (name, rows) => {
    expect(await run({ logs: [pathOf(name)], timezone: 'UTC' })).toMatchObject({ rows, rejects: 0, errors: [] })
  })

  test('windows are counted once each, however often they are told of, and to the end of the log', async () => {
    const { windows, firstTs, lastTs } = await run({ logs: [pathOf('nvidia-gtx1070-2021-03')], timezone: 'UTC' })
    const spanned = (size: number): number => Math.floor(Number(lastTs) / size) - Math.floor(Number(firstTs) / size) + 1
    expect(windows).toMatchObject({
      'gpu.stats.30s': spanned(30_000),
      'gpu.stats.1m': spanned(60_000),
      'gpu.stats.1h': spanned(3_600_000),
      'gpu.stats.1d': spanned(86_400_000),
    })
  })

  test('alerts are those that a look at the columns finds', async () => {
    const count = (values: number[], from: number, to = Number.POSITIVE_INFINITY): number | undefined =>
      values.filter((v) => v > from && v <= to).length || undefined
    for (const name of ['nvidia-gtx1080ti-2026-before', 'nvidia-gtx1070-2021-03', 'nvidia-rtx4060-2024']) {
      const result: RunResult = await run({ logs: [pathOf(name)], timezone: 'UTC' })
      const temperature = column(pathOf(name), 'GPU Temperature')
      const load = column(pathOf(name), 'GPU Load')
      expect({ name, ...pick(result.alerts) }).toEqual({
        name,
        'gpu-hot': count(temperature, 85, 90),
        'gpu-critical': count(temperature, 90),
        'load-high': count(load, 95),
      })
    }
  })
})

function pick(alerts: Readonly<Record<string, number>>): Record<string, number | undefined> {
  const { 'gpu-hot': hot, 'gpu-critical': critical, 'load-high': load } = alerts
  return { 'gpu-hot': hot, 'gpu-critical': critical, 'load-high': load }
}
