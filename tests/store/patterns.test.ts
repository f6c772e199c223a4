import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPatterns } from '../../store/patterns.ts'
import { readings, START } from './readings.ts'
import { DEVICE, grouped, MINUTE, type Reading, storeOf, sum, valueIn } from './store-of.ts'

const HOUR = 3_600_000
const ask = async (rows: readonly Reading[], zone: string, sensor = 'gpu_temperature') =>
  readPatterns(await storeOf(rows, 3), { device: DEVICE, sensor, zone })

/** A reading every ten minutes, whose value is its number. */
function everyTenMinutes(from: string, hours: number): Reading[] {
  return Array.from({ length: hours * 6 }, (_, k) => ({ ts: Date.parse(from) + k * 10 * MINUTE, gpu_temperature: k }))
}

/** Day and hour on the wall, by Intl. */
function wall(ts: number, zone: string): { day: string; hour: number } {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' })
  const [day, time] = format.format(ts).split(' ')
  return { day, hour: Number(time.slice(0, 2)) }
}

describe('days and hours', () => {
  // clocks forward and back, a midnight that never was (São Paulo), by half an hour (Lord Howe); offsets of half hours and quarters
  test.each([
    ['Europe/Berlin', '2024-03-30T12:00Z'],
    ['Europe/Berlin', '2024-10-26T12:00Z'],
    ['America/Sao_Paulo', '2018-11-03T12:00Z'],
    ['America/Sao_Paulo', '2018-02-17T12:00Z'],
    ['Australia/Lord_Howe', '2024-04-05T12:00Z'],
    ['Asia/Kathmandu', '2024-04-05T12:00Z'],
    ['America/St_Johns', '2024-03-09T12:00Z'],
    ['UTC', '2024-02-28T12:00Z'],
  ])('are those on the wall in %s from %s', async (zone, from) => {
    const rows = everyTenMinutes(from, 60)
    const { heat, daily } = await ask(rows, zone)
    const days = grouped(rows, ({ ts }) => wall(ts, zone).day)
    expect(heat.map(({ day }) => wall(day, zone).day)).toEqual([...days.keys()])
    for (const [index, [day, own]] of [...days].entries()) {
      // the first instant of the day
      expect(wall(heat[index].day, zone).day).toBe(day)
      expect(wall(heat[index].day - 1, zone).day).not.toBe(day)
      const had = own.map((row) => valueIn(row, 'gpu_temperature')!)
      expect(daily[index]).toEqual({
        day: heat[index].day,
        min: Math.min(...had),
        mean: sum(had) / had.length,
        max: Math.max(...had),
        n: had.length,
      })
      const hours = grouped(own, ({ ts }) => wall(ts, zone).hour)
      const expected = Array.from({ length: 24 }, (_, hour) => {
        const values = hours.get(hour)?.map((row) => valueIn(row, 'gpu_temperature')!)
        return values === undefined ? null : sum(values) / values.length
      })
      expect(heat[index].hours).toEqual(expected)
    }
  })

  test('without readings are not there', async () => {
    const rows = [...everyTenMinutes('2024-01-01T00:00Z', 1), ...everyTenMinutes('2024-01-09T23:00Z', 1)]
    const { heat, daily } = await ask(rows, 'UTC')
    expect(heat.map(({ day }) => day)).toEqual([Date.UTC(2024, 0, 1), Date.UTC(2024, 0, 9)])
    expect(daily).toHaveLength(2)
    expect(heat[1].hours).toEqual([...new Array(23).fill(null), 2.5])
  })
})

describe('distributions', () => {
  test('count every reading of idle and of load in the bin that it belongs to', async () => {
    const row = fc.record({
      gpu_load: fc.option(fc.integer({ min: 0, max: 100 })),
      gpu_temperature: fc.option(fc.integer({ min: 0, max: 999 }).map((n) => n / 10)),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 100 }), async (values) => {
        const rows = values.map((value, second) => ({ ts: START + second * 1000, ...value }))
        const { start, width, idle, load } = (await ask(rows, 'UTC')).distribution
        expect(idle.length).toBeLessThanOrEqual(50)
        expect(load.length).toBe(idle.length)
        const had = rows.flatMap(({ gpu_temperature, gpu_load }) =>
          gpu_temperature === null || gpu_load === null ? [] : [{ gpu_temperature, gpu_load }],
        )
        for (const [index, count] of idle.entries()) {
          const [from, to] = [start + index * width - 1e-7, start + (index + 1) * width - 1e-7]
          const own = had.filter(({ gpu_temperature: t }) => t >= from && t < to)
          expect(count).toBe(own.filter(({ gpu_load }) => gpu_load < 10).length)
          expect(load[index]).toBe(own.filter(({ gpu_load }) => gpu_load >= 70).length)
        }
        expect(sum(idle) + sum(load)).toBe(had.filter(({ gpu_load }) => gpu_load < 10 || gpu_load >= 70).length)
      }),
      { numRuns: Number(process.env['GPUMON_RUNS'] ?? 50) },
    )
  })

  test('have bins of 1, 2 or 5 times a power of ten, one where all readings are the same', async () => {
    const of = async (...values: number[]) =>
      (
        await ask(
          values.map((gpu_temperature, k) => ({ ts: START + k, gpu_load: 0, gpu_temperature })),
          'UTC',
        )
      ).distribution
    expect(await of(31, 79)).toMatchObject({ start: 31, width: 1 })
    expect(await of(30, 90)).toMatchObject({ start: 30, width: 2 })
    expect(await of(1.1, 1.3)).toMatchObject({ width: 0.005 })
    expect(await of(0, 4000)).toMatchObject({ start: 0, width: 100 })
    expect(await of(12, 12, 12)).toEqual({ start: 12, width: 1, idle: [3], load: [0] })
  })

  test('of a card without load or without readings of the sensor count nothing', async () => {
    expect((await ask([{ ts: START, gpu_temperature: 5 }], 'UTC')).distribution).toEqual({
      start: 5,
      width: 1,
      idle: [0],
      load: [0],
    })
    const nothing = await ask([{ ts: START, gpu_temperature: null, gpu_load: 1 }], 'UTC')
    expect(nothing).toMatchObject({ heat: [], daily: [], distribution: { idle: [], load: [] } })
  })
})

describe('correlations', () => {
  test("are Pearson's of the means of minutes in which both have readings", async () => {
    await fc.assert(
      fc.asyncProperty(readings(20_000, 80), async (rows) => {
        const { fields, r } = (await ask(rows, 'UTC')).correlation
        if (fields.length < 2) return
        expect(fields).toEqual(['gpu_temperature', 'board_power'])
        const minutes = [...grouped(rows, ({ ts }) => Math.floor(ts / MINUTE)).values()]
        const means = fields.map((field) => minutes.map((own) => mean(own.flatMap((row) => valueIn(row, field) ?? []))))
        const both = means[0].flatMap((x, k) =>
          Number.isNaN(x) || Number.isNaN(means[1][k]) ? [] : [[x, means[1][k]]],
        )
        const expected = pearson(both)
        expect(r[0][1]).toBe(r[1][0])
        if (r[0][1] !== null && Number.isFinite(expected)) expect(r[0][1]).toBeCloseTo(expected, 6)
        else expect(Math.min(...[0, 1].map((k) => reach(both.map((pair) => pair[k]))))).toBeLessThan(1e-9)
      }),
      { numRuns: Number(process.env['GPUMON_RUNS'] ?? 60) },
    )
  })

  test('of a sensor that always says the same are null, bit masks have none', async () => {
    const rows = Array.from({ length: 50 }, (_, k) => ({
      ts: START + k * 7000,
      gpu_temperature: k,
      hot_spot: 2 * k + 1,
      memory_temperature: 12.1,
      gpu_load: 100 - k,
      perf_cap_reason: k % 2,
    }))
    const { fields, r } = (await ask(rows, 'UTC')).correlation
    expect(fields).toEqual(['gpu_temperature', 'hot_spot', 'memory_temperature', 'gpu_load'])
    expect(r.map((row) => row.map((value) => (value === null ? null : Math.round(value * 1e9) / 1e9)))).toEqual([
      [1, 1, null, -1],
      [1, 1, null, -1],
      [null, null, null, null],
      [-1, -1, null, 1],
    ])
  })
})

describe('patterns', () => {
  test('are of their device alone, over all its time', async () => {
    const connection = await storeOf([
      { device: 'a', ts: START, gpu_load: 0 },
      { device: 'b', ts: START, gpu_load: 100 },
      { device: 'a', ts: START + 24 * HOUR, gpu_load: 8 },
    ])
    const { daily, distribution, correlation } = await readPatterns(connection, {
      device: 'a',
      sensor: 'gpu_load',
      zone: 'UTC',
    })
    expect(daily.map(({ mean }) => mean)).toEqual([0, 8])
    expect([sum(distribution.idle), sum(distribution.load)]).toEqual([2, 0])
    expect(correlation.fields).toEqual(['gpu_load'])
    await expect(readPatterns(connection, { device: 'a', sensor: 'hot_spot', zone: 'UTC' })).rejects.toMatchObject({
      kind: 'unknown',
    })
  })
})

function mean(values: readonly number[]): number {
  return sum(values) / values.length
}

function reach(values: readonly number[]): number {
  return values.length < 2 ? 0 : Math.max(...values) - Math.min(...values)
}

function pearson(pairs: readonly number[][]): number {
  const [x, y] = [0, 1].map((k) => mean(pairs.map((pair) => pair[k])))
  const product = (a: (pair: number[]) => number, b: (pair: number[]) => number) =>
    sum(pairs.map((pair) => a(pair) * b(pair)))
  const [dx, dy] = [(pair: number[]) => pair[0] - x, (pair: number[]) => pair[1] - y]
  return product(dx, dy) / Math.sqrt(product(dx, dx) * product(dy, dy))
}
