import fc from 'fast-check'
import type { Reading } from './store-of.ts'

export const START = Date.UTC(2024, 2, 30, 22)

/** Values as GPU-Z prints them, some missing. */
const value = fc.option(
  fc.integer({ min: -50, max: 1000 }).map((tenths) => tenths / 10),
  { freq: 4 },
)

/**
 * Readings of one device, at times that differ; steps are mostly of `step` ms, some are pauses. Some rows are written later than their time.
 */
export function readings(step: number, maxLength = 120): fc.Arbitrary<Reading[]> {
  const steps = fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: Math.ceil(step / 2), max: step * 2 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: step * 40 }) },
  )
  const row = fc.record({ step: steps, gpu_temperature: value, board_power: value, late: fc.nat({ max: 9 }) })
  return fc.array(row, { minLength: 1, maxLength }).map((rows) => {
    let ts = START
    const inTime = rows.map(({ step, gpu_temperature, board_power, late }, index) => {
      ts += step
      return { reading: { ts, gpu_temperature, board_power }, order: index + (late === 0 ? 8 : 0) }
    })
    return inTime.toSorted((a, b) => a.order - b.order).map(({ reading }) => reading)
  })
}
