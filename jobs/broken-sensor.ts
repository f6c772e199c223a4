import type { SensorReport } from '../gpuz/report.ts'

/** A running card draws power, so a sensor of these that reads nothing but 0 does not work; a rail may be unused. */
const neverZero = new Set(['board_power', 'gpu_chip_power', 'power_percent'])
/** Percent of fan speed from which fans turn: below, they may be stopped while a speed is asked for. */
const TURNING = 30

/**
 * Why a sensor looks broken, or null: sensors that never work print a constant (FORMAT.md, hazard 13).
 * @param sensor of a reader with `statistics`
 * @param maximum greatest reading of a field, 0 where there is none
 */
export function whyBroken(sensor: SensorReport, maximum: (field: string) => number): string | null {
  const readings = sensor.rows - sensor.missing - sensor.zeros - sensor.implausible - sensor.unreadable
  const { name, rows, zeros, implausible, min, max } = sensor
  if (rows === 0) return null
  if (readings === 0) return zeros === rows ? 'always 0' : 'never a reading'
  if (implausible * 2 > rows) return `implausible in ${implausible} of ${rows} rows`
  if (min !== 0 || max !== 0) return null
  if (neverZero.has(name)) return 'always 0'
  const asked = name.endsWith('_speed_rpm') ? maximum(name.replace(/rpm$/u, 'percent')) : 0
  return asked >= TURNING ? `always 0 at up to ${asked} %` : null
}
