import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Point } from '@influxdata/influxdb-client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { InfluxExport, type InfluxOptions, InfluxRefusedError } from '../../jobs/influx.ts'
import { InfluxWriter } from '../../jobs/influx-writer.ts'
import { Database, insert, rows } from '../store/database.ts'
import { addSensor, append, prepare, putEpisode } from './influx-data.ts'
import { BUCKET, describeWithInflux, Influxd, ORG, TOKEN } from './influxd.ts'

describe('settings', () => {
  const settings = { url: 'http://127.0.0.1:8086', org: 'o', bucket: 'b', token: 't' }
  test('are refused by name where something is missing', () => {
    expect(() => new InfluxExport({ ...settings, token: undefined })).toThrow(/INFLUX_TOKEN/)
    expect(() => new InfluxExport({ ...settings, token: '' })).toThrow(/INFLUX_TOKEN/)
    expect(() => new InfluxExport({ ...settings, org: '' })).toThrow(/--influx-org/)
    expect(() => new InfluxExport({ ...settings, bucket: '' })).toThrow(/--influx-bucket/)
    expect(() => new InfluxExport({ ...settings, url: 'influx:8086' })).toThrow(/influx:8086 is none/)
  })
})

describeWithInflux('export to a real InfluxDB', () => {
  const influxd = new Influxd()
  let database: Database
  let bucket = BUCKET
  let buckets = 0
  // Half an hour ago, on the minute: within every range that the documentation's queries have.
  const first = Math.floor(Date.now() / 60_000) * 60_000 - 1_800_000
  beforeAll(() => influxd.start(), 60_000)
  afterAll(() => influxd.remove())
  beforeEach(async () => {
    database = await Database.create()
    await prepare(await database.open())
    bucket = `b${++buckets}`
    await influxd.addBucket(bucket, 0)
  })
  afterEach(() => database.remove())

  const exportOptions = (more: Partial<InfluxOptions> = {}): InfluxOptions => ({
    url: influxd.url,
    org: ORG,
    bucket,
    token: TOKEN,
    intervalMs: 20,
    ...more,
  })
  const once = async (more: Partial<InfluxOptions> = {}) =>
    new InfluxExport(exportOptions(more)).run(await database.open(), AbortSignal.abort())
  const points = (measurement: string, field: string) => influxd.count(measurement, field, bucket)
  const select = (measurement: string, more = '') =>
    influxd.query(`from(bucket: "${bucket}") |> range(start: 0, stop: 2100-01-01T00:00:00Z)
      |> filter(fn: (r) => r._measurement == "${measurement}") ${more}`)

  /** What the store has is what InfluxDB has. */
  async function expectAll(): Promise<void> {
    const connection = await database.open()
    const [stored] = await rows(
      connection,
      'SELECT count(gpu_temperature)::DOUBLE, count(board_power) FILTER (NOT isnan(board_power))::DOUBLE, sum(gpu_temperature) FROM readings',
    )
    const [sum] = await select('gpu_reading', '|> filter(fn: (r) => r._field == "gpu_temperature") |> group() |> sum()')
    expect([await points('gpu_reading', 'gpu_temperature'), await points('gpu_reading', 'board_power')]).toEqual(
      stored.slice(0, 2),
    )
    expect(sum['_value']).toBeCloseTo(Number(stored[2]), 3)
    const [[minutes]] = await rows(connection, 'SELECT count(DISTINCT (device, ts))::DOUBLE FROM minutes')
    expect(await points('gpu_minute', 'gpu_temperature_avg')).toBe(minutes)
    const [[episodes]] = await rows(connection, 'SELECT count(*)::DOUBLE FROM episodes')
    expect(await points('gpu_episode', 'count')).toBe(episodes)
  }

  test('readings, minutes and episodes, each value with its tags and time', async () => {
    const connection = await database.open()
    await append(connection, first, 600)
    await putEpisode(connection, 1, { started: first, seconds: 30, open: false })
    const result = await once()
    expect(result).toEqual({ written: { readings: 1_200, minutes: 20, episodes: 1 }, refused: 0, complete: true })
    await expectAll()
    const [reading] = await select(
      'gpu_reading',
      '|> filter(fn: (r) => r.device == "rig 1, left=top" and r._field == "board_power") |> sort(columns: ["_time"])',
    )
    expect(reading).toMatchObject({
      host: 'host-a',
      _value: 102,
      _time: new Date(first + 1_000).toISOString().replace('.000', ''),
    })
    const minutes = await select(
      'gpu_minute',
      '|> filter(fn: (r) => r.device == "laptop") |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value") |> sort(columns: ["_time"])',
    )
    const [[least, greatest, mean]] = await rows(
      connection,
      'SELECT gpu_temperature_min, gpu_temperature_max, gpu_temperature_sum / gpu_temperature_n FROM minutes WHERE device = 2 ORDER BY ts LIMIT 1',
    )
    expect(minutes[0]).toMatchObject({
      host: 'host-b',
      gpu_temperature_min: least,
      gpu_temperature_max: greatest,
      gpu_temperature_avg: mean,
    })
    const [episode] = await select(
      'gpu_episode',
      '|> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")',
    )
    expect(episode).toMatchObject({
      device: 'laptop',
      host: 'host-b',
      rule: 'gpu-hot',
      severity: 'warning',
      sensor: 'gpu_temperature',
      episode: 1,
      started: first,
      ended: first + 30_000,
      seconds: 30,
      count: 31,
      peak: 90.5,
      bound: 85,
      open: false,
    })
  })

  test('nothing is written again by the next run', async () => {
    await append(await database.open(), first, 60)
    await putEpisode(await database.open(), 1, { started: first, seconds: 30, open: true })
    await once()
    database.close()
    expect(await once()).toEqual({ written: { readings: 0, minutes: 0, episodes: 0 }, refused: 0, complete: true })
  })

  test('goes on with rows, sensors, late rows of a minute and changes of an episode as they come', async () => {
    const writer = await database.open()
    const finished = new AbortController()
    const exporting = new InfluxExport(exportOptions()).run(await database.open(), finished.signal)
    for (let minute = 0; minute < 5; minute++) {
      await append(writer, first + minute * 60_000, 60)
      await putEpisode(writer, 7, { started: first, seconds: 60 * minute, open: true })
      await sleep(100)
    }
    await addSensor(writer, 'fan_speed')
    await writer.run(
      'INSERT INTO packed_readings BY NAME SELECT 1 AS device, make_timestamp_ms($t::BIGINT) AS ts, 1 AS source, 999 AS row, 99.0 AS gpu_temperature, 1234.0 AS fan_speed',
      { t: first + 500 },
    )
    await writer.run(
      'INSERT INTO minutes BY NAME SELECT 1 AS device, make_timestamp_ms($t::BIGINT) AS ts, 1 AS gpu_temperature_n, 99.0 AS gpu_temperature_min, 99.0 AS gpu_temperature_max, 99.0 AS gpu_temperature_sum, 99.0 AS gpu_temperature_last',
      { t: first },
    )
    // The late row makes the episode begin earlier: it must not become a second point.
    await putEpisode(writer, 7, { started: first - 5_000, seconds: 305, open: false })
    finished.abort()
    expect(await exporting).toMatchObject({ refused: 0, complete: true })
    await expectAll()
    expect(await points('gpu_reading', 'fan_speed')).toBe(1)
    const [greatest] = await select(
      'gpu_minute',
      '|> filter(fn: (r) => r._field == "gpu_temperature_max") |> group() |> max()',
    )
    expect(greatest['_value']).toBe(99)
    const [episode] = await select(
      'gpu_episode',
      '|> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")',
    )
    expect(episode).toMatchObject({ open: false, seconds: 305, started: first - 5_000 })
  })

  test('an episode that a late row joins with another is closed', async () => {
    const writer = await database.open()
    await putEpisode(writer, 1, { started: first, seconds: 10, open: true })
    await putEpisode(writer, 2, { started: first + 35_000, seconds: 10, open: true })
    await once()
    await writer.run('DELETE FROM episodes WHERE id = 2')
    await putEpisode(writer, 1, { started: first, seconds: 45, open: true })
    expect(await once()).toMatchObject({ written: { episodes: 2 } })
    expect(await once()).toMatchObject({ written: { episodes: 0 } })
    const found = await select(
      'gpu_episode',
      '|> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value") |> sort(columns: ["_time"])',
    )
    expect(found).toMatchObject([
      { episode: 1, open: true, seconds: 45 },
      { episode: 2, open: false, seconds: 10 },
    ])
  })

  test('a server that is away for a while gets all when it is back', async () => {
    const notices: string[] = []
    const writer = await database.open()
    const finished = new AbortController()
    const exporting = new InfluxExport(exportOptions({ onNotice: (text) => notices.push(text) })).run(
      await database.open(),
      finished.signal,
    )
    await append(writer, first, 120)
    await sleep(300)
    await influxd.stop()
    await append(writer, first + 120_000, 3_000)
    await sleep(1_500)
    await influxd.start()
    await append(writer, first + 3_120_000, 60)
    for (let i = 0; i < 400 && notices.length < 2; i++) await sleep(50)
    finished.abort()
    expect(await exporting).toMatchObject({ complete: true, refused: 0 })
    await expectAll()
    expect(notices).toEqual([
      expect.stringMatching(/takes no points \(.*ECONN.*written later$/),
      expect.stringMatching(/again$/),
    ])
  })

  test('a run that ends while the server is away says so, and the next one goes on', async () => {
    await append(await database.open(), first, 120)
    await influxd.stop()
    expect(await once()).toMatchObject({ written: { readings: 0 }, complete: false })
    database.close()
    await influxd.start()
    expect(await once()).toMatchObject({ written: { readings: 240 }, complete: true })
    await expectAll()
  })

  test('a wrong token and a bucket that is not there are errors with a fix, and move nothing', async () => {
    await append(await database.open(), first, 10)
    await expect(once({ token: 'S3CRET' })).rejects.toThrow(
      /HTTP 401 unauthorized access; give a token in INFLUX_TOKEN/,
    )
    const missing = once({ bucket: 'nowhere' })
    await expect(missing).rejects.toThrow(InfluxRefusedError)
    await expect(missing).rejects.toThrow(/HTTP 404 .*organisation lab has a bucket nowhere/)
    expect(await once()).toMatchObject({ written: { readings: 20 } })
    await expectAll()
  })

  test('what the bucket does not keep is told and counted, the rest is stored, and nothing is tried again', async () => {
    bucket = 'hour'
    await influxd.addBucket(bucket, 3_600)
    const writer = await database.open()
    await append(writer, first - 86_400_000, 60)
    await append(writer, first, 60)
    const notices: string[] = []
    const result = await once({ onNotice: (text) => notices.push(text) })
    expect(result).toEqual({ written: { readings: 120, minutes: 2, episodes: 0 }, refused: 122, complete: true })
    expect(await points('gpu_reading', 'gpu_temperature')).toBe(120)
    expect(notices).toEqual([
      expect.stringMatching(/refused 120 of 240 points of the table readings.*retention policy/s),
      expect.stringMatching(/refused 2 of 4 points of the table minutes/),
    ])
  })

  test('one line that cannot be read costs no other, and names that end in a backslash cost none', async () => {
    const writer = new InfluxWriter(exportOptions())
    const point = (n: number) =>
      new Point('m')
        .tag('d', `${n}`)
        .floatField('f', n)
        .timestamp(first + n)
    const broken = Object.assign(point(0), { toLineProtocol: () => 'm,d=x f=1 1 1 1' })
    const many = Array.from({ length: 100 }, (_, i) => (i === 37 ? broken : point(i)))
    expect(await writer.write(many)).toMatchObject({
      stored: 99,
      refused: 1,
      reason: expect.stringContaining('unable to parse'),
    })
    expect(await points('m', 'f')).toBe(99)
    const connection = await database.open()
    await insert(connection, 'devices', [3, 'C:\\'])
    await connection.run(
      'INSERT INTO packed_readings BY NAME SELECT 3 AS device, make_timestamp_ms($t::BIGINT) AS ts, 3 AS source, 1 AS row, 50.0 AS gpu_temperature',
      { t: first },
    )
    expect(await once()).toMatchObject({ written: { readings: 1 }, refused: 0 })
    expect(await select('gpu_reading')).toMatchObject([{ device: 'C:/', _value: 50 }])
  })

  test('progress is kept for each server and bucket', async () => {
    await append(await database.open(), first, 10)
    await once()
    bucket = 'second'
    await influxd.addBucket(bucket, 0)
    expect(await once()).toMatchObject({ written: { readings: 20 } })
  })

  test("the documentation's queries give rows", async () => {
    bucket = BUCKET
    await append(await database.open(), first, 600)
    await putEpisode(await database.open(), 1, { started: first, seconds: 30, open: false })
    await once()
    const page = readFileSync(resolve(import.meta.dirname, '../../docs/influx.md'), 'utf8')
    const queries = [...page.matchAll(/```flux\r?\n(.*?)```/gs)].map(([, flux]) => flux)
    expect(queries).toHaveLength(3)
    for (const flux of queries) expect(await influxd.query(flux), flux).not.toEqual([])
  })
})
