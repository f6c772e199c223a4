import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type RangeQuery, readRange } from '../../store/range.ts'
import { readings, START } from './readings.ts'
import { byTime, DEVICE, MINUTE, type Reading, storeOf, sum, valueIn } from './store-of.ts'

const SENSORS = ['gpu_temperature', 'board_power']

function asked(over: Partial<RangeQuery> = {}): RangeQuery {
  return { device: DEVICE, sensors: SENSORS, from: START, to: START + 3_600_000, pixels: 1000, ...over }
}

function values(rows: readonly Reading[], field: string): number[] {
  return rows.toSorted(byTime).flatMap((row) => valueIn(row, field) ?? [])
}

/** Seconds 0, 1, 2, … after the start, with these values. */
function everySecond(...temperatures: (number | null)[]): Reading[] {
  return temperatures.map((gpu_temperature, second) => ({ ts: START + second * 1000, gpu_temperature }))
}

describe('a range', () => {
  test('has every reading as it is where there are at most two a pixel', async () => {
    const connection = await storeOf(everySecond(50, null, 52))
    const range = await readRange(connection, asked({ sensors: ['gpu_temperature'], pixels: 2 }))
    expect(range).toMatchObject({ bucket: 0, resolution: 'readings', t: [START, START + 1000, START + 2000] })
    for (const part of ['min', 'max', 'avg', 'last'] as const)
      expect(range.sensors['gpu_temperature'][part]).toEqual([50, null, 52])
  })

  test('of buckets of readings says what plain code says of whole buckets', async () => {
    await fc.assert(
      fc.asyncProperty(
        readings(1000),
        fc.nat({ max: 60_000 }),
        fc.integer({ min: 1, max: 59_999 }),
        fc.integer({ min: 1, max: 9 }),
        async (rows, after, length, pixels) => {
          const from = START + after
          const to = from + length
          const range = await readRange(await storeOf(rows), asked({ sensors: ['gpu_temperature'], from, to, pixels }))
          const inside = rows.filter(({ ts }) => ts >= from && ts <= to)
          if (inside.length <= 2 * pixels) {
            expect(range.bucket).toBe(0)
            return
          }
          const { bucket } = range
          expect(bucket).toBe(Math.ceil((to - from) / pixels))
          const first = Math.floor(from / bucket) * bucket
          const starts = Array.from(
            { length: Math.floor(to / bucket) - first / bucket + 1 },
            (_, k) => first + k * bucket,
          )
          const expected = starts.flatMap((t) => {
            const own = rows.filter(({ ts }) => ts >= t && ts < t + bucket)
            const had = values(own, 'gpu_temperature')
            return own.length === 0 ? [] : [[t, least(had), greatest(had), mean(had), had.at(-1) ?? null]]
          })
          expectPoints(range, 'gpu_temperature', expected)
        },
      ),
      { numRuns: Number(process.env['GPUMON_RUNS'] ?? 60) },
    )
  })

  test('of minutes says what plain code says, also where late rows came back to a minute', async () => {
    await fc.assert(
      fc.asyncProperty(
        readings(20_000),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 6 }),
        async (rows, transactions, pixels) => {
          const [from, to] = [START + 90_000, START + 90_000 + 20 * MINUTE]
          const range = await readRange(await storeOf(rows, transactions), asked({ from, to, pixels }))
          if (rows.filter(({ ts }) => ts >= from && ts <= to).length <= 2 * pixels) {
            expect(range.bucket).toBe(0)
            return
          }
          expect(range.resolution).toBe('minutes')
          const { bucket } = range
          expect(bucket % MINUTE).toBe(0)
          for (const field of SENSORS) {
            const starts = [...new Set(rows.map(({ ts }) => Math.floor(ts / bucket) * bucket))].sort((a, b) => a - b)
            const expected = starts
              .filter((t) => t + bucket > from && t <= to)
              .map((t) => {
                const own = rows.filter(({ ts }) => ts >= t && ts < t + bucket)
                const had = values(own, field)
                // of the last minute with a reading, that which was written last
                const last = own
                  .filter((row) => valueIn(row, field) !== null)
                  .toSorted(
                    (a, b) =>
                      Math.floor(a.ts / MINUTE) - Math.floor(b.ts / MINUTE) || rows.indexOf(a) - rows.indexOf(b),
                  )
                  .at(-1)
                return [t, least(had), greatest(had), mean(had), last === undefined ? null : valueIn(last, field)]
              })
            expectPoints(range, field, expected)
          }
        },
      ),
      { numRuns: Number(process.env['GPUMON_RUNS'] ?? 60) },
    )
  })

  test('takes minutes from a minute a pixel on, and has at most two points a pixel', async () => {
    const connection = await storeOf(
      Array.from({ length: 4000 }, (_, k) => ({ ts: START + k * 3000, board_power: k % 7 })),
    )
    const ask = (seconds: number, pixels: number) =>
      readRange(connection, asked({ sensors: ['board_power'], to: START + seconds * 1000 - 1, pixels }))
    expect(await ask(11_999, 200)).toMatchObject({ resolution: 'readings', bucket: 59_995 })
    expect(await ask(12_001, 200)).toMatchObject({ resolution: 'minutes', bucket: 60_000 })
    for (let pixels = 1; pixels < 3000; pixels = Math.ceil(pixels * 1.3))
      expect((await ask(12_000, pixels)).t.length).toBeLessThanOrEqual(2 * pixels + 1)
  })

  test('breaks lines where the log pauses, once, and nowhere else', async () => {
    const seconds = [0, 1, 2, 3, 8, 14, 15, 16, 100]
    const connection = await storeOf(seconds.map((second) => ({ ts: START + second * 1000, gpu_load: second })))
    const range = await readRange(connection, asked({ sensors: ['gpu_load'] }))
    expect(range.t.map((t) => (t - START) / 1000)).toEqual([0, 1, 2, 3, 8, 9, 14, 15, 16, 17, 100])
    expect(range.sensors['gpu_load'].last).toEqual([0, 1, 2, 3, 8, null, 14, 15, 16, null, 100])
  })

  test('of a slow log has no pause between its usual steps, and none between full buckets', async () => {
    const slow = await storeOf(Array.from({ length: 30 }, (_, k) => ({ ts: START + k * 10_000, gpu_load: k })))
    expect((await readRange(slow, asked({ sensors: ['gpu_load'] }))).sensors['gpu_load'].avg).not.toContain(null)
    const fast = await storeOf(everySecond(...new Array(3000).fill(5)))
    const range = await readRange(fast, asked({ sensors: ['gpu_temperature'], to: START + 2_999_000, pixels: 100 }))
    expect(range.bucket).toBe(29_990)
    expect(range.sensors['gpu_temperature'].avg).not.toContain(null)
  })

  test('is of its device alone', async () => {
    const connection = await storeOf([
      { device: 'a', ts: START, gpu_load: 1 },
      { device: 'b', ts: START, gpu_load: 2 },
      { device: 'a', ts: START + 1000, gpu_load: 3 },
      { device: 'b', ts: START + 1000, board_power: 4 },
    ])
    const ask = (device: string) => readRange(connection, asked({ device, sensors: ['gpu_load', 'board_power'] }))
    expect((await ask('a')).sensors['gpu_load'].avg).toEqual([1, 3])
    expect((await ask('a')).sensors['board_power'].avg).toEqual([null, null])
    expect((await ask('b')).sensors['gpu_load'].avg).toEqual([2, null])
  })

  test('without readings, before, between and after them, has no points', async () => {
    const connection = await storeOf([
      { ts: START, gpu_load: 1 },
      { ts: START + 86_400_000, gpu_load: 2 },
    ])
    for (const from of [0, START + 1, START + 86_400_001]) {
      const range = await readRange(connection, asked({ sensors: ['gpu_load'], from, to: from + 1000 }))
      expect(range).toMatchObject({ t: [], sensors: { gpu_load: { min: [], max: [], avg: [], last: [] } } })
    }
    expect((await readRange(connection, asked({ sensors: [] }))).sensors).toEqual({})
  })

  test('says what is wrong with a question, and what to ask', async () => {
    const connection = await storeOf(everySecond(50))
    await expect(readRange(connection, asked({ sensors: ['gpu_temprature'] }))).rejects.toMatchObject({
      kind: 'unknown',
      message: 'No readings of a sensor "gpu_temprature".',
      fix: 'Nearest: gpu_temperature.',
    })
    for (const name of ['ts', 'device', 'gpu_temperature; DROP TABLE readings', '1', ''])
      await expect(readRange(connection, asked({ sensors: [name] }))).rejects.toMatchObject({ kind: 'unknown' })
    await expect(readRange(connection, asked({ sensors: [], device: "x' OR '1" }))).rejects.toMatchObject({
      kind: 'unknown',
      fix: 'Known devices: card.',
    })
    for (const wrong of [
      { from: 1, to: 0 },
      { to: Number.NaN },
      { from: Number.NEGATIVE_INFINITY },
      { pixels: 0 },
      { pixels: 1.5 },
    ])
      await expect(readRange(connection, asked({ sensors: [], ...wrong }))).rejects.toMatchObject({ kind: 'invalid' })
  })
})

function expectPoints(
  range: Awaited<ReturnType<typeof readRange>>,
  field: string,
  expected: (number | null)[][],
): void {
  const { min, max, avg, last } = range.sensors[field]
  // Points of pauses lie between buckets only in that nothing else is there; they are of no bucket with rows.
  const known = new Set(expected.map(([t]) => t))
  const points = range.t.flatMap((t, k) => (known.has(t) ? [[t, min[k], max[k], avg[k], last[k]]] : []))
  expect(points.map(([, ...rest]) => rest.map(rounded))).toEqual(expected.map(([, ...rest]) => rest.map(rounded)))
  for (const [k, t] of range.t.entries())
    if (!known.has(t)) expect([min[k], max[k], avg[k], last[k]]).toEqual([null, null, null, null])
  expect(range.t).toEqual(range.t.toSorted((a, b) => a - b))
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1e6) / 1e6
}

function least(had: readonly number[]): number | null {
  return had.length === 0 ? null : Math.min(...had)
}

function greatest(had: readonly number[]): number | null {
  return had.length === 0 ? null : Math.max(...had)
}

function mean(had: readonly number[]): number | null {
  return had.length === 0 ? null : sum(had) / had.length
}
