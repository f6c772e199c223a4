import type { Address } from './address.ts'
import type { DeviceInfo, Range, State } from './api.ts'
import { type Group, groupsOf, usualFields } from './groups.ts'

/** What an address shows: the page goes by it, and the server, to send along what a page asks for first. */

const HOUR = 3_600_000

/** The device of the address, else one that is live, else the first. */
export function shownDevice({ devices }: Pick<State, 'devices'>, address: Address): DeviceInfo | undefined {
  return devices.find(({ device }) => device === address.device) ?? devices.find(({ live }) => live) ?? devices[0]
}

/** ms that are shown of a device while no range is fixed. */
export function shownLast(device: DeviceInfo, address: Address): number {
  return address.last ?? (device.live ? HOUR : Infinity)
}

/** The visible range of a device. */
export function shownRange(device: DeviceInfo, address: Address): { from: number; to: number } {
  if (address.range !== null) return address.range
  const to = device.last ?? Date.now()
  const first = device.first ?? to
  const from = Math.max(to - shownLast(device, address), Math.min(first, to - 1_000))
  return { from, to }
}

/** Fields that are drawn of a device: those of the address, else as suits it. */
export function shownSensors(groups: readonly Group[], address: Address): readonly string[] {
  return address.sensors ?? usualFields(groups)
}

/** For a chart of this width, px, the server answers before it is asked: half of a usual one, for the page asks for the rest at once. */
export const FIRST_PIXELS = 550

/** What GET /api/range is asked. */
export interface RangeQuestion {
  readonly device: string
  readonly from: number
  readonly to: number
  readonly sensors: readonly string[]
}

/** What the first chart of the page at this address shows; null where there is none. */
export function firstQuestion(
  { devices, sensors }: Pick<State, 'devices' | 'sensors'>,
  address: Address,
): RangeQuestion | null {
  const device = shownDevice({ devices }, address)
  if (address.view !== 'charts' || device === undefined) return null
  const groups = groupsOf(sensors.filter(({ field }) => device.sensors.includes(field)))
  const shown = shownSensors(groups, address)
  const fields = groups[0]?.sensors.map(({ field }) => field).filter((field) => shown.includes(field)) ?? []
  return fields.length === 0 ? null : { device: device.device, ...shownRange(device, address), sensors: fields }
}

/** Whether a range is the answer to a question. */
export function answers(range: Range, { device, from, to, sensors }: RangeQuestion): boolean {
  const same = range.device === device && range.from === from && range.to === to
  return same && sensors.every((field) => field in range.sensors)
}
