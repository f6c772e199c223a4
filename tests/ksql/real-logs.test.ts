import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dataColumns, KsqlEngine, readValue } from '../../engine/index.ts'
import { deviceLogs } from '../../jobs/device-log.ts'
import { LogTotals } from '../../jobs/log-totals.ts'
import { ReadingColumns } from '../../jobs/reading-columns.ts'
import { Replay } from '../../jobs/replay.ts'
import { run } from '../../jobs/run.ts'
import { productStatements } from '../../jobs/statement-file.ts'
import { describeWithShared } from '../shared.ts'

/** What the statements of ksql/ find in each real log. Written by UPDATE_GOLDEN=1, reviewed by hand: see README.md beside. */
const SUMMARIES = join(import.meta.dirname, 'real-logs.json')

interface Summary {
  readonly rows: number
  readonly alerts: Readonly<Record<string, number>>
  /** by rule: `seconds` all together, `peak` the worst of all, null where none has a reading; both to a tenth */
  readonly episodes: Readonly<Record<string, { count: number; seconds: number; peak: number | null }>>
  readonly windows: Readonly<Record<string, number>>
  /** by scenario */
  readonly sessions: Readonly<Record<string, { readonly count: number; readonly minutes: number }>>
  /** to a hundredth; null: no power sensor */
  readonly energyWh: number | null
  /** by kind and sensor */
  readonly anomalies: Readonly<Record<string, number>>
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
  const peaks = new Map<string, number>()
  const { rows, rejects, alerts, episodesByRule, windows, sessions, energy, errors, late } = await run(
    { logs: [path], timezone: 'UTC' },
    {
      onEpisode: ({ kind, episode: { rule, peak } }) => {
        if (kind === 'closed' && peak !== null) peaks.set(rule, Math.max(peak, peaks.get(rule) ?? peak))
      },
    },
  )
  expect({ rejects, errors, late }).toEqual({ rejects: 0, errors: [], late: {} })
  const [wattHours] = Object.values(energy)
  return {
    rows,
    alerts,
    episodes: Object.fromEntries(
      episodesByRule.map(({ rule, count, total }) => {
        const peak = peaks.get(rule)
        return [rule, { count, seconds: rounded(total / 1000, 1), peak: peak === undefined ? null : rounded(peak, 1) }]
      }),
    ),
    windows,
    sessions: Object.fromEntries(
      sessions.map(({ scenario, count, total }) => [scenario, { count, minutes: total / 60_000 }]),
    ),
    energyWh: wattHours === undefined ? null : rounded(wattHours, 2),
    anomalies: await anomalies(path),
  }
}

/** What a run does not sum up. */
async function anomalies(path: string): Promise<Record<string, number>> {
  const engine = new KsqlEngine()
  for (const { text } of await productStatements()) engine.execute(text)
  const found = new Map<string, number>()
  engine.topic('gpu.anomalies').subscribe((batch, source) => {
    const layout = dataColumns(source)
    const [kind, sensor] = ['KIND', 'SENSOR'].map((name) => layout.findIndex((c) => c.name === name))
    const text = (column: number, row: number) => String(readValue(batch.columns[column], row, layout[column].type))
    for (let row = 0; row < batch.count; row++) {
      const what = `${text(kind, row)} ${text(sensor, row)}`
      found.set(what, (found.get(what) ?? 0) + 1)
    }
  })
  const { logs } = await deviceLogs([path], undefined)
  const columns = new ReadingColumns(engine.source('GPU_READINGS'), engine.neededColumns('GPU_READINGS'))
  const replay = new Replay({ logs, columns, timezone: 'UTC', host: 'test', loop: false }, new LogTotals())
  for await (const rows of replay.rows()) engine.append('GPU_READINGS', rows)
  engine.end()
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
