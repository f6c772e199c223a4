import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogue } from '../../gpuz/catalogue.ts'
import { samplePoint } from '../../jobs/influx-points.ts'
import { asSent, dashboards, queriesOf, tellingRows } from '../grafana/grafana-queries.ts'
import { BUCKET, describeWithInflux, Influxd, TOKEN } from '../jobs/influxd.ts'
import { scratchFolder } from '../jobs/scratch.ts'
import { InfluxSink } from '../real/influx-sink.ts'
import { influxLines, type Lines, type Points, partsOf, pointsOf } from './influx-lines.ts'
import { laptopLines } from './laptop-lines.ts'

const scratch = scratchFolder()
const LOG = 'log.txt'
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
  const { 'gpu.influx.readings': lines = [] } = await influxLines(
    scratch.write('records.json', JSON.stringify(records)),
  )
  return lines
}

const ROWS = 12_600
let lines: Promise<Lines> | undefined
/** of a simulated log that ends now */
function logLines(): Promise<Lines> {
  lines ??= scratch.simulated(LOG, ROWS, 1, Date.now() - ROWS * 1_000).then(influxLines)
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

  test('gives the points that a laptop writes of it: names, tags, times and values', async () => {
    const cluster = pointsOf(Object.values(await logLines()).flat())
    const laptop = pointsOf(await laptopLines(scratch.path(LOG), ROWS, 'rig', scratch.path('store.duckdb')))
    expect(ofMeasurement(cluster, 'gpu_reading')).toEqual(ofMeasurement(laptop, 'gpu_reading'))

    const minutes = ofMeasurement(cluster, 'gpu_minute')
    const { size } = minutes
    // The last minute is not over, and for the ones before it there may be late rows yet.
    expect(size).toBeGreaterThan(ROWS / 60 - 5)
    const kept = /^(gpu_temperature|cpu_temperature|board_power|gpu_load)_/
    const known = [...ofMeasurement(laptop, 'gpu_minute')].slice(0, size)
    expect(minutes).toEqual(new Map(known.map(([name, point]) => [name, fields(point, (field) => kept.test(field))])))

    const episodes = [...ofMeasurement(laptop, 'gpu_episode')]
    const notOfCluster = ['episode', 'open']
    expect(ofMeasurement(cluster, 'gpu_episode')).toEqual(
      new Map(episodes.map(([name, point]) => [name, fields(point, (field) => !notOfCluster.includes(field))])),
    )
  })
})

const ofMeasurement = (points: Points, measurement: string): Points =>
  new Map([...points].filter(([name]) => name.split(/[, ]/).includes(measurement)))

const fields = (point: object, wanted: (field: string) => boolean): object =>
  Object.fromEntries(Object.entries(point).filter(([field]) => wanted(field)))

describeWithInflux('lines of a log, posted to a real InfluxDB as the sink posts it', () => {
  // connect/influxdb.json writes to organisation and bucket of this name.
  const influxd = new Influxd('gpu')
  beforeAll(() => influxd.start(), 60_000)
  afterAll(() => influxd.remove())

  test('are taken whole, and every query of the dashboards gives rows', async () => {
    const answers = await new InfluxSink(influxd.url, TOKEN).put(Object.values(await logLines()).flat())
    expect(answers.filter(({ status }) => status !== 204)).toEqual([])
    expect(await influxd.count('gpu_reading', 'gpu_temperature')).toBe(ROWS)
    const silent: string[] = []
    for (const query of dashboards.flatMap(queriesOf))
      if (tellingRows(await influxd.query(asSent(query, BUCKET))).length === 0) silent.push(query.place)
    // A single fan is not what the simulated card has.
    expect(silent).toEqual(['GPU now: Fans 0'])
  }, 120_000)
})
