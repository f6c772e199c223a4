import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogue } from '../../gpuz/catalogue.ts'
import { writeLog } from '../../gpuz/simulator/write-log.ts'
import { samplePoint } from '../../jobs/influx-points.ts'
import { asSent, dashboards, queriesOf } from '../grafana/grafana-queries.ts'
import { writtenNames } from '../grafana/written-names.ts'
import { BUCKET, describeWithInflux, Influxd, ORG, TOKEN } from '../jobs/influxd.ts'
import { influxLines, type Lines, partsOf } from './influx-lines.ts'

const time = Date.UTC(2026, 0, 1)
interface Reading {
  readonly device: string
  readonly host?: string
  readonly values: Readonly<Record<string, number>>
}

async function readingLines(readings: readonly Reading[]): Promise<readonly string[]> {
  const records = readings.map(({ device, host = 'pc', values }, row) => ({
    topic: 'gpu.readings',
    key: device,
    value: { ts: time + row * 1_000, host, source: 'log', row, ...values },
    timestamp: time + row * 1_000,
  }))
  const { 'gpu.influx.readings': lines = [] } = await linesOf((path) => writeFile(path, JSON.stringify(records)))
  return lines
}

async function linesOf(write: (path: string) => Promise<unknown>): Promise<Lines> {
  const folder = await mkdtemp(join(tmpdir(), 'gpumon-lines-'))
  try {
    const input = join(folder, 'input')
    await write(input)
    return await influxLines(input)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const ROWS = 12_600
let lines: Promise<Lines> | undefined
/** of a simulated log that ends now */
function logLines(): Promise<Lines> {
  lines ??= linesOf((path) => writeLog(path, ROWS, { seed: 1, start: Date.now() - ROWS * 1_000, timezone: 'UTC' }))
  return lines
}

/** The number of a field as it is, however it is written: 40, 40.0, 4e1. */
const asNumbers = (fields: readonly string[]): (string | number)[][] =>
  fields.map((field) => field.split('=')).map(([name, value]) => [name, Number(value)])

describe('a reading', () => {
  test('is the line that a laptop writes: every sensor of the catalogue, tags, time', async () => {
    const values = Object.fromEntries(catalogue.map(({ field, kind }, i) => [field, kind === 'state' ? 18 : i + 0.5]))
    const [line] = await readingLines([{ device: 'rig', values }])
    const ours = partsOf(line)
    const laptop = partsOf(
      samplePoint('gpu_reading', { device: 'rig', host: 'pc', time, values }).toLineProtocol() ?? '',
    )
    expect(ours.fields).toHaveLength(catalogue.length)
    expect(asNumbers(ours.fields)).toEqual(asNumbers(laptop.fields))
    expect(ours.series).toEqual(laptop.series)
    expect(ours.time).toBe(time)
  })

  test.each(['rig 1, left=top', 'C:\\', 'a\\\\', 'a\\b', 'Grafikkarte Ä'])(
    'of the device %s has the tags that a laptop writes',
    async (device) => {
      const values = { gpu_load: 5 }
      const [line] = await readingLines([{ device, host: device, values }])
      const laptop = samplePoint('gpu_reading', { device, host: device, time, values }).toLineProtocol() ?? ''
      expect(partsOf(line).series).toEqual(partsOf(laptop).series)
    },
  )

  test('has no field for what was not read, and zero for zero', async () => {
    const [line] = await readingLines([{ device: 'rig', values: { gpu_load: 0, board_power: 30.5 } }])
    expect(asNumbers(partsOf(line).fields)).toEqual([
      ['board_power', 30.5],
      ['gpu_load', 0],
    ])
  })

  test('without any sensor is no line, which would cost the request that it is in', async () => {
    const lines = await readingLines([
      { device: 'rig', values: {} },
      { device: 'rig', values: { perf_cap_reason: 0 } },
    ])
    expect(lines.map((line) => partsOf(line).time)).toEqual([time + 1_000])
  })
})

describe('a log', () => {
  test('gives readings, minutes and episodes', async () => {
    const lines = await logLines()
    expect(lines['gpu.influx.readings']).toHaveLength(ROWS)
    expect(lines['gpu.influx.minutes'].length).toBeGreaterThan(80)
    expect(lines['gpu.influx.episodes'].length).toBeGreaterThan(5)
  })

  test('has the measurements, tags and fields that a laptop writes, and no others', async () => {
    const { fields, tags } = await writtenNames()
    for (const line of Object.values(await logLines()).flat()) {
      const parts = partsOf(line)
      const measurement = parts.series.find((part) => !part.includes('=')) ?? ''
      const unknown = parts.fields.map((field) => field.split('=')[0]).filter((f) => !fields.get(measurement)?.has(f))
      expect(unknown, line).toEqual([])
      const named = parts.series.filter((part) => part !== measurement).map((tag) => tag.split('=')[0])
      expect(named, line).toEqual(expect.arrayContaining(['device', 'host']))
      expect(named.filter((tag) => !tags.has(tag))).toEqual([])
    }
  })
})

describeWithInflux('lines of a log, posted to a real InfluxDB as the sink posts it', () => {
  const influxd = new Influxd()
  beforeAll(() => influxd.start(), 60_000)
  afterAll(() => influxd.remove())

  test('is taken whole, and every query of the dashboards gives rows', async () => {
    const all = Object.values(await logLines()).flat()
    for (let i = 0; i < all.length; i += 2_000) {
      const response = await fetch(`${influxd.url}/api/v2/write?org=${ORG}&bucket=${BUCKET}&precision=ms`, {
        method: 'POST',
        headers: { authorization: `Token ${TOKEN}`, 'content-type': 'text/plain; charset=utf-8' },
        body: `${all.slice(i, i + 2_000).join('\n')}\n`,
      })
      expect(response.status, await response.text()).toBe(204)
    }
    expect(await influxd.count('gpu_reading', 'gpu_temperature')).toBe(ROWS)
    const silent: string[] = []
    for (const query of dashboards.flatMap(queriesOf))
      if ((await influxd.query(asSent(query, BUCKET))).length === 0) silent.push(query.place)
    // A single fan is not what the simulated card has.
    expect(silent).toEqual(['GPU now: Fans 0'])
  }, 120_000)
})
