import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
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
    while ((await influxd.count('gpu_minute', 'gpu_temperature_avg')) < HISTORY_MINUTES) {
      if (demo.exitCode !== null || demo.signalCode !== null)
        throw new Error(`gpumon demo ended with ${demo.exitCode ?? demo.signalCode}; it said: ${said}`)
      if (Date.now() > until)
        throw new Error(`gpumon demo has not written ${HISTORY_MINUTES} minutes: ${await written()}; it said: ${said}`)
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
        ])
        expect(written).toMatchObject({ stored: 2, refused: 0 })
        const values = await valuesOf(title)
        expect(values).toMatchObject({ ongoing: 1, over: 0 })
      },
    )

    test('No readings: seconds since the last of a device', async () => {
      const time = Date.now() - 1_200_000
      await writer().write([
        samplePoint('gpu_reading', { device: 'silent', host: 'vm', time, values: { gpu_load: 5 } }),
      ])
      const { silent, simulated } = await valuesOf('No readings')
      expect(silent).toBeGreaterThanOrEqual(1_200)
      expect(silent).toBeLessThan(1_260)
      expect(simulated).toBeLessThan(300)
    })
  })

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
