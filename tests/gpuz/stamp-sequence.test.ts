import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StampSequence } from '../../gpuz/stamp-sequence.ts'

const start = Date.UTC(2024, 0, 1)
const given = (raws: readonly number[]): number[] => {
  const sequence = new StampSequence()
  return raws.map((raw) => sequence.next(raw))
}
/** Clocks that mostly go on by a second and sometimes stand, jitter, or are set. */
const clock = (step: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
  fc.array(step, { maxLength: 300 }).map((steps) => {
    let now = start
    return steps.map((by) => {
      now += by
      return now
    })
  })
const steps = fc.oneof(
  { weight: 10, arbitrary: fc.constant(1000) },
  { weight: 4, arbitrary: fc.constantFrom(0, 0, 2000, -1000, -891, 109, 80) },
  { weight: 2, arbitrary: fc.constantFrom(-3_600_000, -86_400_000, 3_600_000, -60_000, -5_000, -5_001) },
  { weight: 1, arbitrary: fc.integer({ min: -200_000, max: 200_000 }) },
)

describe('stamps', { timeout: 60_000 }, () => {
  test('are left as they are while the clock goes on', () => {
    const raws = Array.from({ length: 1000 }, (_, i) => start + i * 1000)
    expect(given(raws)).toEqual(raws)
  })

  test('are unique whatever the clock does', () => {
    fc.assert(
      fc.property(clock(steps), (raws) => {
        expect(new Set(given(raws)).size).toBe(raws.length)
      }),
      { numRuns: 1000 },
    )
  })

  test('are unique when the clock is set back more often than runs are kept', () => {
    const raws = Array.from({ length: 200 }, (_, k) =>
      Array.from({ length: 50 }, (_, i) => start + ((k * 7919) % 100) * 10_000 + i * 1000),
    ).flat()
    expect(new Set(given(raws)).size).toBe(raws.length)
  })

  test('move by some ms only when a log of whole seconds runs through the same hour again', () => {
    const hour = Array.from({ length: 3600 }, (_, i) => start + i * 1000)
    const stamps = given([...hour, ...hour, ...hour])
    expect(new Set(stamps).size).toBe(3 * 3600)
    expect(Math.max(...stamps.map((stamp, i) => stamp - hour[i % 3600]))).toBe(2)
  })

  test('are left as they are for an older log behind a newer one', () => {
    const raws = [start, start + 1000, start - 86_400_000, start - 86_399_000]
    expect(given(raws)).toEqual(raws)
  })

  test('go on after a restart as if there had been none', () => {
    fc.assert(
      fc.property(clock(steps), fc.nat(300), (raws, at) => {
        const first = new StampSequence()
        const before = raws.slice(0, at).map((raw) => first.next(raw))
        const second = StampSequence.restore(JSON.parse(JSON.stringify(first.snapshot())))
        const after = raws.slice(at).map((raw) => second.next(raw))
        expect([...before, ...after]).toEqual(given(raws))
      }),
      { numRuns: 500 },
    )
  })
})
