import { describe, expect, test } from 'vitest'
import { type ComparisonQuery, readComparison } from '../../store/comparison.ts'
import { comparisonSentence } from '../../store/comparison-sentence.ts'
import { START } from './readings.ts'
import { MINUTE, type Reading, storeOf } from './store-of.ts'

const HOUR = 3_600_000

/** Ten minutes of a card that warms up, and a day later the same after cleaning: cooler by 6.1 °C, fan slower by 210 rpm. */
function beforeAndAfter(): Reading[] {
  return [0, 1].flatMap((after) =>
    Array.from({ length: 600 }, (_, second) => ({
      device: after === 1 ? 'after' : 'before',
      ts: START + after * 24 * HOUR + second * 1000,
      gpu_temperature: 60 + second / 30 - 6.1 * after,
      board_power: 250 + after * 2,
      fan_speed_rpm: 1800 - 210 * after,
      perf_cap_reason: 1,
      ...(after === 1 ? { hot_spot: 80 } : { gpu_clock: 1900 }),
    })),
  )
}

function asked(over: Partial<ComparisonQuery> = {}): ComparisonQuery {
  const a = { device: 'before', from: START, to: START + 599_000, limits: { gpu_temperature: 79 } }
  const b = { device: 'after', from: START + 24 * HOUR, to: START + 24 * HOUR + 599_000, limits: {} }
  return { a, b, pixels: 1000, ...over }
}

describe('a comparison', () => {
  test('of two logs finds the known difference and says it in a sentence', async () => {
    const result = await readComparison(await storeOf(beforeAndAfter()), asked())
    expect(result.sentence).toBe('B ran 6.1 °C cooler at the same power, fan 210 rpm slower.')
    expect(result.table.map(({ field, difference }) => [field, Math.round(difference * 1e6) / 1e6])).toEqual([
      ['gpu_temperature', -6.1],
      ['fan_speed_rpm', -210],
      ['board_power', 2],
    ])
    expect(result.table[0].a.secondsAbove).toBe(29)
    expect(result.table[0].b.secondsAbove).toBeNull()
  })

  test('lays both on one axis from their start on, without holes', async () => {
    const { t, sensors } = await readComparison(await storeOf(beforeAndAfter()), asked())
    expect(Object.keys(sensors)).toEqual(['gpu_temperature', 'fan_speed_rpm', 'board_power'])
    expect(t).toEqual(Array.from({ length: 300 }, (_, k) => 2 * k))
    const { a, b } = sensors['gpu_temperature']
    expect([a.length, b.length]).toEqual([300, 300])
    for (let k = 0; k < 300; k++) {
      expect(a[k]).toBeCloseTo(60 + (2 * k + 0.5) / 30, 6)
      expect(b[k]).toBeCloseTo(a[k]! - 6.1, 6)
    }
  })

  test('of spans of different length has nulls where one is over or pauses', async () => {
    const connection = await storeOf(beforeAndAfter().filter(({ ts }) => ts < START + 60_000 || ts >= START + 120_000))
    const short = { ...asked().b, to: asked().b.from + 299_000 }
    const { t, sensors } = await readComparison(connection, asked({ b: short, pixels: 60 }))
    const { a, b } = sensors['board_power']
    expect(t[1] - t[0]).toBeCloseTo(9.984, 6)
    expect(a.slice(7, 12)).toEqual(new Array(5).fill(null))
    expect(b.slice(0, 30)).toEqual(new Array(30).fill(252))
    expect(b.slice(30)).toEqual(new Array(t.length - 30).fill(null))
  })

  test('of days comes from minutes', async () => {
    const rows = ['before', 'after'].flatMap((device) =>
      Array.from({ length: 1000 }, (_, minute) => ({ device, ts: START + 30_000 + minute * MINUTE, gpu_load: minute })),
    )
    const span = { from: START + 30_000, to: START + 1000 * MINUTE, limits: {} }
    const query = { a: { device: 'before', ...span }, b: { device: 'after', ...span }, pixels: 100 }
    const { t, sensors } = await readComparison(await storeOf(rows), query)
    expect(t.slice(0, 2)).toEqual([0, 600])
    expect(sensors['gpu_load'].a.slice(0, 3)).toEqual([4.5, 14.5, 24.5])
    expect(sensors['gpu_load'].b).toEqual(sensors['gpu_load'].a)
  })

  test('of what has nothing in common says so', async () => {
    const connection = await storeOf([
      { device: 'before', ts: START, gpu_load: 1 },
      { device: 'after', ts: START, hot_spot: 1 },
    ])
    const result = await readComparison(connection, asked())
    expect(result).toMatchObject({
      sensors: {},
      table: [],
      sentence: 'A and B have no temperature, power, fan or clock in common.',
    })
  })
})

describe('the sentence of a comparison', () => {
  const row = (field: string, a: number, b: number) => {
    const of = (mean: number) => ({
      field,
      n: 1,
      min: mean,
      mean,
      median: mean,
      p95: mean,
      p99: mean,
      max: mean,
      secondsAbove: null,
    })
    return { field, a: of(a), b: of(b), difference: b - a }
  }

  test('tells hotter or cooler, power, fan and clock, each by the best sensor there is', () => {
    expect(
      comparisonSentence([
        row('hot_spot', 80, 99),
        row('gpu_temperature', 60, 61.25),
        row('gpu_chip_power', 1, 9),
        row('board_power', 300, 270),
        row('fan_1_speed_percent', 40, 45.5),
        row('gpu_clock', 1800, 1950),
      ]),
    ).toBe('B ran 1.3 °C hotter at 30 W less power, fan 5.5 % faster, clock 150 MHz higher.')
  })

  test('takes what differs by less than 2 % or half a degree as the same', () => {
    const same = [
      row('gpu_temperature', 60, 60.4),
      row('board_power', 100, 98),
      row('fan_speed_rpm', 0, 0),
      row('gpu_clock', 1900, 1930),
    ]
    expect(comparisonSentence(same)).toBe('B ran as hot at the same power, fan as fast, clock as high.')
    expect(comparisonSentence([row('gpu_clock', 1900, 1850)])).toBe('B against A: clock 50 MHz lower.')
    expect(comparisonSentence([row('power_percent', 100, 90)])).toBe('B ran at 10 % TDP less power.')
  })
})
