import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readStatistics, type StatisticsQuery } from '../../store/statistics.ts'
import { readings, START } from './readings.ts'
import { byTime, DEVICE, type Reading, storeOf, sum, valueIn } from './store-of.ts'

const HOUR = 3_600_000

function asked(over: Partial<StatisticsQuery> = {}): StatisticsQuery {
  return { device: DEVICE, from: START, to: START + HOUR, limits: {}, ...over }
}

/** Interpolated linearly between the two nearest. */
function quantile(sorted: readonly number[], q: number): number {
  const at = (sorted.length - 1) * q
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]]
  return below + (above - below) * (at - Math.floor(at))
}

describe('statistics', () => {
  test('of any span are what plain code says', async () => {
    await fc.assert(
      fc.asyncProperty(
        readings(1000),
        fc.nat({ max: 60_000 }),
        fc.nat({ max: 90_000 }),
        async (rows, after, length) => {
          const [from, to] = [START + after, START + after + length]
          const limits = { gpu_temperature: 40, hot_spot: 1 }
          const result = await readStatistics(await storeOf(rows), asked({ from, to, limits }))
          const inTime = rows.toSorted(byTime)
          const inside = inTime.filter(({ ts }) => ts >= from && ts <= to)
          expect(result).toMatchObject({ from, to, rows: inside.length, resolution: 'readings' })
          for (const field of ['gpu_temperature', 'board_power']) {
            const had = inside.flatMap((row) => valueIn(row, field) ?? []).sort((a, b) => a - b)
            const found = result.sensors.find((sensor) => sensor.field === field)
            if (had.length === 0) expect(found).toBeUndefined()
            else {
              const expected = [
                had.length,
                had[0],
                sum(had) / had.length,
                quantile(had, 0.5),
                quantile(had, 0.95),
                quantile(had, 0.99),
                had.at(-1)!,
              ]
              const { n, min, mean, median, p95, p99, max } = found!
              for (const [index, value] of [n, min, mean, median, p95, p99, max].entries())
                expect(value).toBeCloseTo(expected[index], 6)
            }
          }
          const usual =
            inside
              .slice(1)
              .map(({ ts }, index) => ts - inside[index].ts)
              .sort((a, b) => a - b)[Math.floor((inside.length - 1) / 2)] ?? 0
          const seconds = (row: Reading): number => {
            const next = inTime.find(({ ts }) => ts > row.ts)
            return Math.min(next === undefined ? usual : next.ts - row.ts, Math.max(5000, usual)) / 1000
          }
          const above = inside.filter((row) => (valueIn(row, 'gpu_temperature') ?? 0) > 40)
          const temperature = result.sensors.find(({ field }) => field === 'gpu_temperature')
          if (temperature !== undefined) expect(temperature.secondsAbove).toBeCloseTo(sum(above.map(seconds)), 6)
          const powered = inside.filter((row) => valueIn(row, 'board_power') !== null)
          if (powered.length === 0) expect(result.energyWh).toBeNull()
          else
            expect(result.energyWh).toBeCloseTo(
              sum(powered.map((row) => valueIn(row, 'board_power')! * seconds(row))) / 3600,
              9,
            )
        },
      ),
      { numRuns: Number(process.env['GPUMON_RUNS'] ?? 60) },
    )
  })

  test('count a pause as five seconds of the reading before it', async () => {
    const connection = await storeOf([0, 1, 2, 3, 100, 101].map((s) => ({ ts: START + s * 1000, board_power: 360 })))
    // 1 + 1 + 1 + 5 + 1 s, and a usual step for the last
    expect((await readStatistics(connection, asked())).energyWh).toBeCloseTo((360 * 10) / 3600, 9)
  })

  test('count all the time of a log of slow pace', async () => {
    const connection = await storeOf(
      Array.from({ length: 360 }, (_, k) => ({ ts: START + k * 10_000, board_power: 100 })),
    )
    const limits = { board_power: 99 }
    const { energyWh, sensors } = await readStatistics(connection, asked({ limits }))
    expect(energyWh).toBeCloseTo(100, 9)
    expect(sensors[0].secondsAbove).toBe(3600)
  })

  test('of neighbouring spans add up', async () => {
    const rows = Array.from({ length: 100 }, (_, k) => ({ ts: START + k * 1000, board_power: k }))
    const connection = await storeOf(rows)
    const energy = async (from: number, to: number) =>
      (await readStatistics(connection, asked({ from: START + from, to: START + to }))).energyWh!
    expect((await energy(0, 49_999)) + (await energy(50_000, 99_999))).toBeCloseTo(await energy(0, 99_999), 9)
  })

  test('are of quantities that the device has, in the order of the catalogue', async () => {
    const connection = await storeOf([
      { device: 'a', ts: START, board_power: 5, gpu_temperature: 50, perf_cap_reason: 1, gpu_clock: null },
      { device: 'b', ts: START, hot_spot: 1 },
    ])
    const { sensors, rows } = await readStatistics(connection, asked({ device: 'a' }))
    expect(sensors.map(({ field, secondsAbove }) => [field, secondsAbove])).toEqual([
      ['gpu_temperature', null],
      ['board_power', null],
    ])
    expect(rows).toBe(1)
  })

  test('of nothing are empty', async () => {
    const nothing = { rows: 0, sensors: [], energyWh: null }
    const connection = await storeOf([{ ts: START, gpu_load: 3, board_power: 1 }])
    expect(await readStatistics(connection, asked({ from: 0, to: 1, limits: { gpu_load: 1 } }))).toMatchObject(nothing)
    const other = await storeOf([{ ts: START }])
    expect(await readStatistics(other, asked())).toMatchObject({ ...nothing, rows: 1 })
  })

  test('of more than five million readings say that they come from minutes', async () => {
    // a minute at 100 W, a minute at 300 W, …; every tenth minute comes in two parts
    const connection = await storeOf([{ ts: START, board_power: 100 }])
    const count = 5_000_160
    const power = (row: string) => `(CASE WHEN (${row} // 60) % 2 = 0 THEN 100 ELSE 300 END)`
    const at = (row: string) => `make_timestamp_ms(${START} + ${row} * 1000)::TIMESTAMP_MS`
    await connection.run(
      `INSERT INTO packed_readings SELECT 0, ${at('row')}, 0, row, ${power('row')} FROM range(1, ${count}) AS rows(row)`,
    )
    await connection.run('DELETE FROM minutes')
    for (const seconds of ['< 20', '>= 20'])
      await connection.run(
        `INSERT INTO minutes SELECT 0, date_trunc('minute', ts) AS minute, count(*), min(board_power), max(board_power), sum(board_power), last(board_power)
         FROM readings WHERE second(ts) ${seconds} GROUP BY minute`,
      )
    const query = asked({ to: START + count * 1000, limits: { board_power: 200 } })
    const { rows, resolution, energyWh, sensors } = await readStatistics(connection, query)
    expect({ rows, resolution }).toEqual({ rows: count, resolution: 'minutes' })
    expect(energyWh).toBeCloseTo((200 * count) / 3600, 0)
    expect(sensors).toMatchObject([{ n: count, min: 100, max: 300, p95: 300, p99: 300 }])
    expect(sensors[0].mean).toBeCloseTo(200, 2)
    expect(sensors[0].secondsAbove! / (count / 2)).toBeCloseTo(1, 4)
  })
})
