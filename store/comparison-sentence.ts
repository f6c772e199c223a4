import type { Comparison } from '../web/api.ts'

type Row = Comparison['table'][number]

interface Quantity {
  /** sensors that tell of it, the best first, and the unit to say it in */
  readonly sensors: readonly (readonly [field: string, unit: string])[]
  readonly more: (amount: string) => string
  readonly less: (amount: string) => string
  readonly same: string
}

/** Below this a difference of temperatures is one of sensors, not of coolers; °C. */
const SAME_TEMPERATURE = 0.5
/** Part of the mean up to which everything else counts as the same. */
const SAME = 0.02

const TEMPERATURE = ['gpu_temperature', 'hot_spot', 'memory_temperature']
const POWER: Quantity = {
  sensors: [
    ['board_power', 'W'],
    ['gpu_chip_power', 'W'],
    ['power_percent', '% TDP'],
  ],
  more: (amount) => `at ${amount} more power`,
  less: (amount) => `at ${amount} less power`,
  same: 'at the same power',
}
const FAN: Quantity = {
  sensors: [
    ['fan_speed_rpm', 'rpm'],
    ['fan_1_speed_rpm', 'rpm'],
    ['fan_speed_percent', '%'],
    ['fan_1_speed_percent', '%'],
  ],
  more: (amount) => `fan ${amount} faster`,
  less: (amount) => `fan ${amount} slower`,
  same: 'fan as fast',
}
const CLOCK: Quantity = {
  sensors: [['gpu_clock', 'MHz']],
  more: (amount) => `clock ${amount} higher`,
  less: (amount) => `clock ${amount} lower`,
  same: 'clock as high',
}

/** What B did against A, by the means: "B ran 6.1 °C cooler at the same power, fan 210 rpm slower." */
export function comparisonSentence(table: readonly Row[]): string {
  const rows = new Map(table.map((row) => [row.field, row]))
  const run = [temperatureWords(rows), words(rows, POWER)].filter((text) => text !== null).join(' ')
  const parts = [run === '' ? null : `ran ${run}`, words(rows, FAN), words(rows, CLOCK)].filter((text) => text !== null)
  if (parts.length === 0) return 'A and B have no temperature, power, fan or clock in common.'
  return `${run === '' ? 'B against A:' : 'B'} ${parts.join(', ')}.`
}

function temperatureWords(rows: ReadonlyMap<string, Row>): string | null {
  const field = TEMPERATURE.find((name) => rows.has(name))
  if (field === undefined) return null
  const { difference } = rows.get(field)!
  if (Math.abs(difference) < SAME_TEMPERATURE) return 'as hot'
  return `${Math.abs(difference).toFixed(1)} °C ${difference < 0 ? 'cooler' : 'hotter'}`
}

function words(rows: ReadonlyMap<string, Row>, { sensors, more, less, same }: Quantity): string | null {
  const sensor = sensors.find(([name]) => rows.has(name))
  if (sensor === undefined) return null
  const [field, unit] = sensor
  const { a, difference } = rows.get(field)!
  if (Math.abs(difference) <= SAME * Math.abs(a.mean)) return same
  const distance = Math.abs(difference)
  const amount = `${distance.toFixed(distance < 10 ? 1 : 0)} ${unit}`
  return difference > 0 ? more(amount) : less(amount)
}
