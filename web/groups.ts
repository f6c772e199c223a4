import type { SensorInfo } from './api.ts'

/** The sensors of one unit, which share a chart. */
export interface Group {
  readonly title: string
  readonly unit: string
  readonly sensors: readonly SensorInfo[]
}

/** Shown first, and shown at all while nobody has chosen. */
const PROMINENT = [
  ['gpu_temperature', 'hot_spot', 'memory_temperature', 'cpu_temperature'],
  ['board_power', 'gpu_chip_power', 'gpu_clock', 'memory_clock', 'gpu_load', 'memory_controller_load'],
  ['fan_speed_rpm', 'fan_1_speed_rpm', 'fan_2_speed_rpm', 'fan_3_speed_rpm', 'memory_used', 'gpu_voltage'],
].flat()

const TITLES: Readonly<Record<string, string>> = {
  '°C': 'Temperature',
  W: 'Power',
  MHz: 'Clock',
  '%': 'Load and fan',
  RPM: 'Fan',
  MB: 'Memory',
  V: 'Voltage',
  A: 'Current',
  '% TDP': 'Power',
}
const ORDER = Object.keys(TITLES)
const SUPPLY = 'Supply voltage'

/** One group a unit. Voltages of 12 V supplies stand apart: on a common scale those of the chip, near 1 V, would be flat. */
export function groupsOf(sensors: readonly SensorInfo[]): Group[] {
  const groups = new Map<string, SensorInfo[]>()
  for (const sensor of sensors) {
    if (sensor.kind === 'state') continue
    const supply = sensor.kind === 'voltage' && /^(rail|pwr_src|pcie_slot|pin)/.test(sensor.field)
    const key = supply ? SUPPLY : sensor.unit
    groups.set(key, [...(groups.get(key) ?? []), sensor])
  }
  return [...groups]
    .map(([key, members]) => ({
      title: key === SUPPLY ? SUPPLY : (TITLES[key] ?? members[0].label),
      unit: members[0].unit,
      sensors: members.toSorted((a, b) => rank(a.field) - rank(b.field)),
    }))
    .sort((a, b) => place(a) - place(b))
}

/** Fields that are drawn while nobody has chosen: the prominent ones, and the first where a unit has no other. */
export function usualFields(groups: readonly Group[]): string[] {
  return groups.flatMap(({ sensors }) => {
    const prominent = sensors.filter(({ field }) => PROMINENT.includes(field))
    return (prominent.length > 0 ? prominent : sensors.slice(0, 3)).map(({ field }) => field)
  })
}

function rank(field: string): number {
  const place = PROMINENT.indexOf(field)
  return place < 0 ? PROMINENT.length : place
}

function place({ title, unit }: Group): number {
  const at = ORDER.indexOf(unit)
  return (at < 0 ? ORDER.length : at) + (title === SUPPLY ? 0.5 : 0)
}
