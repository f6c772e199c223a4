import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MIXED, type Stretch, shortened } from '../../store/stretches.ts'

/** Stretches by length and value; a null is a pause of 10. */
function stretchesOf(...parts: ([length: number, mask: number] | null)[]): Stretch[] {
  let at = 0
  return parts.flatMap((part) => {
    const from = at
    at += part?.[0] ?? 10
    return part === null ? [] : [{ from, to: at, mask: part[1] }]
  })
}

const stretches = fc
  .array(fc.option(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 3 })), { freq: 5 }), {
    maxLength: 80,
  })
  .map((parts) => stretchesOf(...parts))

describe('stretches', () => {
  test('stay as they are while there are few enough', () => {
    const few = stretchesOf([1, 1], [2, 2], null, [3, 1])
    expect(shortened(few, 3)).toEqual(few)
  })

  test('of the shortest become mixed with a neighbour', () => {
    expect(shortened(stretchesOf([90, 1], [50, 2], [1, 4], [60, 1]), 3)).toEqual([
      { from: 0, to: 90, mask: 1 },
      { from: 90, to: 141, mask: MIXED },
      { from: 141, to: 201, mask: 1 },
    ])
  })

  test('are merged across pauses only where nothing else helps', () => {
    expect(shortened(stretchesOf([5, 1], null, [90, 1], [90, 2]), 2)).toHaveLength(2)
    expect(shortened(stretchesOf([5, 1], null, [6, 2], null, [7, 4]), 2).length).toBeLessThanOrEqual(2)
  })

  test('are at most as many as wanted, in order, cover the same time, and never claim another value', () => {
    fc.assert(
      fc.property(stretches, fc.integer({ min: 1, max: 30 }), (all, most) => {
        const result = shortened(all, most)
        expect(result.length).toBeLessThanOrEqual(Math.max(most, 1))
        for (const original of all) {
          const within = result.filter(({ from, to }) => from <= original.from && to >= original.to)
          expect(within).toHaveLength(1)
          expect([original.mask, MIXED]).toContain(within[0].mask)
        }
        for (const [index, { from }] of result.entries())
          if (index > 0) expect(from).toBeGreaterThanOrEqual(result[index - 1].to)
      }),
    )
  })
})
