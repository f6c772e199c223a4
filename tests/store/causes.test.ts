import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCauses } from '../../store/causes.ts'
import { perfCapReasons } from '../../store/perf-cap.ts'
import { START } from './readings.ts'
import { DEVICE, storeOf } from './store-of.ts'

const DAY = 86_400_000

/** Stretches in seconds after the start. */
async function causes(rows: readonly (readonly [second: number, mask: number | null])[], length = DAY) {
  const connection = await storeOf(
    rows.map(([second, perf_cap_reason]) => ({ ts: START + second * 1000, perf_cap_reason })),
  )
  const { stretches } = await readCauses(connection, { device: DEVICE, from: START, to: START + length })
  return stretches.map(({ from, to, reasons }) => [(from - START) / 1000, (to - START) / 1000, ...reasons])
}

describe('causes', () => {
  test('are the bits of PerfCap Reason in words', () => {
    expect([0, 1, 2, 4, 8, 16, 32].map(perfCapReasons)).toEqual([
      [],
      ['power limit'],
      ['thermal'],
      ['voltage'],
      ['voltage'],
      ['idle'],
      ['SLI'],
    ])
    expect(perfCapReasons(1 + 2 + 4 + 8)).toEqual(['power limit', 'thermal', 'voltage'])
    expect(perfCapReasons(64 + 1)).toEqual(['power limit', 'bit 64'])
  })

  test('last until the next reading of another value', async () => {
    expect(
      await causes([
        [0, 16],
        [1, 16],
        [2, 1],
        [3, 1],
        [4, 3],
        [5, 0],
      ]),
    ).toEqual([
      [0, 2, 'idle'],
      [2, 4, 'power limit'],
      [4, 5, 'power limit', 'thermal'],
      [5, 6],
    ])
  })

  test('end at a pause of the log and where there is no reading', async () => {
    expect(
      await causes([
        [0, 1],
        [1, 1],
        [2, 1],
        [60, 1],
        [61, null],
        [62, null],
        [63, 2],
      ]),
    ).toEqual([
      [0, 3, 'power limit'],
      [60, 61, 'power limit'],
      [63, 64, 'thermal'],
    ])
  })

  test('are none without the sensor or without readings', async () => {
    const connection = await storeOf([{ ts: START, gpu_load: 1 }])
    const query = { device: DEVICE, from: START, to: START + DAY }
    expect(await readCauses(connection, query)).toEqual({ stretches: [] })
    expect(await causes([[-5, 1]])).toEqual([])
    await expect(readCauses(connection, { ...query, device: 'b' })).rejects.toMatchObject({ kind: 'unknown' })
  })

  test('of a longer span come from minutes, which of several values are mixed', async () => {
    const rows = Array.from({ length: 600 }, (_, second) => [second, second < 150 ? 16 : 1] as const)
    expect(await causes(rows, 2 * DAY)).toEqual([
      [0, 120, 'idle'],
      [120, 180, 'mixed'],
      [180, 600, 'power limit'],
    ])
  })

  test('cover every reading with its own value or as mixed, in at most 500 stretches', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(0, 1, 2, 16), { minLength: 2, maxLength: 3000 }), async (masks) => {
        const found = await causes(masks.map((mask, second) => [second, mask]))
        expect(found.length).toBeLessThanOrEqual(500)
        for (const [second, mask] of masks.entries()) {
          const [[, , ...reasons]] = found.filter(([from, to]) => Number(from) <= second && second < Number(to))
          if (reasons[0] !== 'mixed') expect(reasons).toEqual(perfCapReasons(mask))
        }
      }),
      { numRuns: 10 },
    )
  })
})
