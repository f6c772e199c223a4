import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../jobs/run.ts'
import { describeWithShared } from '../shared.ts'

/** What the statements of ksql/ find in each real log. Written by UPDATE_GOLDEN=1, reviewed by hand: see README.md beside. */
const SUMMARIES = join(import.meta.dirname, 'real-logs.json')

interface Summary {
  readonly rows: number
  readonly alerts: Readonly<Record<string, number>>
  /** by rule */
  readonly episodes: Readonly<Record<string, number>>
  readonly windows: Readonly<Record<string, number>>
  /** by scenario */
  readonly sessions: Readonly<Record<string, { readonly count: number; readonly minutes: number }>>
  /** to a hundredth; null: no power sensor */
  readonly energyWh: number | null
}

describeWithShared('real logs', (shared) => {
  const folder = join(shared, 'gpuz', 'logs')
  const logs = readdirSync(folder).sort()

  test('give what was reviewed', { timeout: 120_000 }, async () => {
    const found: Record<string, Summary> = {}
    for (const log of logs) found[log] = await summary(join(folder, log))
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(SUMMARIES, `${JSON.stringify(found, null, 2)}\n`)
    expect(found).toEqual(JSON.parse(readFileSync(SUMMARIES, 'utf8')))
  })
})

async function summary(path: string): Promise<Summary> {
  const { rows, rejects, alerts, episodesByRule, windows, sessions, energy, errors, late } = await run({
    logs: [path],
    timezone: 'UTC',
  })
  expect({ rejects, errors, late }).toEqual({ rejects: 0, errors: [], late: {} })
  const [wattHours] = Object.values(energy)
  return {
    rows,
    alerts,
    episodes: Object.fromEntries(episodesByRule.map(({ rule, count }) => [rule, count])),
    windows,
    sessions: Object.fromEntries(
      sessions.map(({ scenario, count, total }) => [scenario, { count, minutes: total / 60_000 }]),
    ),
    energyWh: wattHours === undefined ? null : Math.round(wattHours * 100) / 100,
  }
}
