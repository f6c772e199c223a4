import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Point } from '@influxdata/influxdb-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { episodePoint, samplePoint } from '../../jobs/influx-points.ts'
import { InfluxWriter } from '../../jobs/influx-writer.ts'
import { root } from '../deploy/compose-file.ts'
import { BUCKET, describeWithInflux, Influxd, ORG, TOKEN } from '../jobs/influxd.ts'
import { alertQueries, asSent, dashboards, queriesOf, rules, tellingRows } from './grafana-queries.ts'

/** The simulated card of seed 1 has at least so many behind it when the page opens. */
const HISTORY_MINUTES = 200
/** Seconds, but a minute where other things keep the machine busy. */
const HISTORY_MS = 240_000
const DAY_MS = 86_400_000

describeWithInflux('queries as Grafana sends them, on a real InfluxDB that gpumon demo writes to', () => {
  const influxd = new Influxd()
  let demo: ChildProcess
  const writer = () => new InfluxWriter({ url: influxd.url, org: ORG, bucket: BUCKET, token: TOKEN })

  beforeAll(async () => {
    await influxd.start()
    demo = spawn(
      process.execPath,
      [
        ...[join(root, 'dist/cli/gpumon.js'), 'demo', '--no-open', '--port', '0'],
        ...['--influx', influxd.url, '--influx-org', ORG, '--influx-bucket', BUCKET],
      ],
      { env: { ...process.env, INFLUX_TOKEN: TOKEN }, stdio: ['ignore', 'ignore', 'pipe'] },
    )
    let said = ''
    demo.stderr?.on('data', (bytes: Buffer) => {
      said += bytes.toString()
    })
    const ended = new Promise((resolve) => demo.once('exit', resolve))
    // The hours that the card has behind it, which have idle and load and what they break.
    const until = Date.now() + HISTORY_MS
    while (!(await isHistoryThere())) {
      if (demo.exitCode !== null || demo.signalCode !== null)
        throw new Error(`gpumon demo ended with ${demo.exitCode ?? demo.signalCode}; it said: ${said}`)
      if (Date.now() > until)
        throw new Error(
          `gpumon demo has not written ${HISTORY_MINUTES} minutes up to the present: ${await written()}; it said: ${said}`,
        )
      await sleep(500)
    }
    demo.kill('SIGINT')
    await ended
    // A single fan is not what the simulated card has.
    const time = Date.now() - 60_000
    await writer().write([
      samplePoint('gpu_reading', { device: 'one fan', host: 'vm', time, values: { fan_speed_rpm: 900 } }),
    ])
  }, HISTORY_MS + 60_000)

  afterAll(async () => {
    demo.kill('SIGKILL')
    await influxd.remove()
  })

  test.each(dashboards.flatMap(queriesOf).map((query) => [query.place, query] as const))('%s', async (_, query) => {
    expect(tellingRows(await influxd.query(asSent(query, BUCKET)))).not.toEqual([])
  })

  describe('give no more points of a series than Grafana takes', () => {
    const full = 'full'
    beforeAll(async () => {
      await influxd.addBucket(full, 0)
      const toFull = new InfluxWriter({ url: influxd.url, org: ORG, bucket: full, token: TOKEN })
      await toFull.write(steadyReadings())
      for (const points of steadyMinutes()) expect(await toFull.write(points)).toMatchObject({ refused: 0 })
    }, 120_000)

    const queries = dashboards.flatMap(queriesOf).filter(({ mostPoints }) => mostPoints !== undefined)
    test.each(queries.map((query) => [query.place, query] as const))('%s', async (_, query) => {
      const points = new Map<unknown, number>()
      for (const { table } of await influxd.query(asSent(query, full))) points.set(table, (points.get(table) ?? 0) + 1)
      expect(Math.max(0, ...points.values())).toBeLessThanOrEqual(query.mostPoints ?? 0)
    })
  })

  describe('alert rules', () => {
    test.each(rules.filter(({ uid }) => uid !== 'gpumon-silent').map(({ uid, title }) => [title, uid]))(
      '%s: 1 while an episode goes on, 0 when it is over',
      async (title, uid) => {
        const started = Date.now() - 3_600_000
        const episode = { id: 1, host: 'vm', rule: uid.replace('gpumon-', ''), severity: 'warning', sensor: 'x' }
        const rest = { time: started, started, count: 9, peak: 1, bound: 1, open: true }
        const written = await writer().write([
          episodePoint({ ...episode, ...rest, device: 'ongoing', ended: Date.now() - 5_000 }),
          episodePoint({ ...episode, ...rest, device: 'over', ended: Date.now() - 600_000 }),
          // A late reading has joined two: the point of the later one is still there (ksql/cluster/08-metrics.ksql).
          episodePoint({ ...episode, ...rest, device: 'joined', ended: Date.now() - 5_000 }),
          episodePoint({ ...episode, ...rest, device: 'joined', time: started + 600_000, ended: Date.now() - 600_000 }),
          episodePoint({
            ...episode,
            ...rest,
            device: 'for days',
            time: started - 5 * DAY_MS,
            ended: Date.now() - 5_000,
          }),
        ])
        expect(written).toMatchObject({ stored: 5, refused: 0 })
        const values = await valuesOf(title)
        expect(values).toMatchObject({ ongoing: 1, over: 0, joined: 1, 'for days': 1 })
      },
    )

    test('No readings: seconds since the last of a device, also after days, until it is a week', async () => {
      const last = (device: string, secondsAgo: number) =>
        samplePoint('gpu_reading', {
          ...{ device, host: 'vm', time: Date.now() - secondsAgo * 1_000, values: { gpu_load: 5 } },
        })
      await writer().write([last('silent', 1_200), last('for days', 5 * 86_400), last('out of service', 8 * 86_400)])
      const values = await valuesOf('No readings')
      expect(values['silent']).toBeGreaterThanOrEqual(1_200)
      expect(values['silent']).toBeLessThan(1_260)
      expect(values['for days']).toBeGreaterThanOrEqual(5 * 86_400)
      expect(values['simulated']).toBeLessThan(300)
      expect(values).not.toHaveProperty('out of service')
    })
  })

  /** Whole, and so up to the present. */
  async function isHistoryThere(): Promise<boolean> {
    if ((await influxd.count('gpu_minute', 'gpu_temperature_avg')) < HISTORY_MINUTES) return false
    const ofNow = await influxd.query(`from(bucket: "${BUCKET}") |> range(start: -20s)
      |> filter(fn: (r) => r._measurement == "gpu_reading" and r._field == "gpu_temperature")`)
    return ofNow.length > 0
  }

  async function written(): Promise<string> {
    const counts = [
      ['gpu_reading', 'gpu_temperature'],
      ['gpu_minute', 'gpu_temperature_avg'],
      ['gpu_episode', 'count'],
    ].map(async ([measurement, field]) => `${await influxd.count(measurement, field)} of ${measurement}`)
    return (await Promise.all(counts)).join(', ')
  }

  async function valuesOf(title: string): Promise<Record<string, number>> {
    const query = alertQueries.find(({ place }) => place === `alert ${title}`)
    if (query === undefined) throw new Error(`no alert rule ${title}`)
    const rows = await influxd.query(asSent(query, BUCKET))
    return Object.fromEntries(rows.map((row) => [String(row['device']), Number(row['_value'])]))
  }
})

/** A reading each second of the longest time that a dashboard shows readings of, an hour. */
function steadyReadings(): Point[] {
  const now = Date.now()
  const values = { gpu_temperature: 60, gpu_load: 50, perf_cap_reason: 1 }
  return Array.from({ length: 3_600 }, (_, i) =>
    samplePoint('gpu_reading', { device: 'steady', host: 'vm', time: now - i * 1_000, values }),
  )
}

/** A minute each minute of thirty days, a day at a time. */
function steadyMinutes(): Point[][] {
  const now = Date.now()
  const sensors = ['gpu_temperature', 'cpu_temperature', 'board_power', 'gpu_load']
  const parts = sensors.flatMap((sensor) => ['min', 'avg', 'max'].map((part) => `${sensor}_${part}`))
  return Array.from({ length: 30 }, (_, day) =>
    Array.from({ length: 1_440 }, (_, minute) => {
      const values = Object.fromEntries(parts.map((part, i) => [part, 40 + ((minute + i) % 30)]))
      const time = now - day * DAY_MS - minute * 60_000
      return samplePoint('gpu_minute', { device: 'steady', host: 'vm', time, values })
    }),
  )
}
