import { type Address, formatAddress, parseAddress } from '../address.ts'
import type { DeviceInfo, EpisodeInfo, LimitInfo, LiveReadings, Range, SensorInfo, State } from '../api.ts'
import type { LiveEvent } from '../model.ts'
import { shownDevice, shownLast, shownRange } from '../shown.ts'

/** One of the page's seven views. */
export interface View {
  readonly element: HTMLElement
  /** the address, the devices or the limits have changed */
  update(): void
  event?(event: LiveEvent): void
  /** once a second, for ages */
  tick?(): void
  close?(): void
}

export type ViewMaker = (context: Context) => View

/** How many changes of range can be taken back without leaving the view. */
interface Entry {
  readonly undo: number
}

/** What all parts of the page share: the server's state as last told, and the address. */
export class Context {
  state: State
  address: Address = parseAddress(location.search)
  /** alerts that go on, newest first */
  openEpisodes: readonly EpisodeInfo[] = []
  /** when the connection to the server was lost; null while it holds */
  lostAt: number | null = null
  /** what the server sent along for the first charts; it is used once */
  firstRange: Range | null
  readonly #onAddress: () => void

  constructor(state: State, firstRange: Range | null, onAddress: () => void) {
    this.state = state
    this.firstRange = firstRange
    this.#onAddress = onAddress
    addEventListener('popstate', () => {
      this.address = parseAddress(location.search)
      onAddress()
    })
  }

  /** Changes the address. `range` changes can be undone; `replace` ones leave no trace in the browser's history. */
  go(change: Partial<Address>, how: 'visit' | 'range' | 'replace' = 'visit'): void {
    this.address = { ...this.address, ...change }
    const url = formatAddress(this.address)
    const entry: Entry = { undo: how === 'visit' ? 0 : this.undoable + (how === 'range' ? 1 : 0) }
    if (how === 'replace') history.replaceState(entry, '', url)
    else history.pushState(entry, '', url)
    this.#onAddress()
  }

  get undoable(): number {
    return (history.state as Entry | null)?.undo ?? 0
  }

  /** The device of the address, else one that is live, else the first. */
  get device(): DeviceInfo | undefined {
    return shownDevice(this.state, this.address)
  }

  sensor(field: string): SensorInfo {
    return (
      this.state.sensors.find((sensor) => sensor.field === field) ?? { field, label: field, unit: '', kind: 'state' }
    )
  }

  /** Limits of one sensor's own readings on a device, lowest first. */
  limitsOf(device: string, field: string): { readonly info: LimitInfo; readonly value: number }[] {
    const own = this.state.limits.devices[device] ?? {}
    return this.state.limits.names
      .filter(({ sensor }) => sensor === field)
      .map((info) => ({ info, value: own[info.name] ?? info.standard }))
      .sort((a, b) => a.value - b.value)
  }

  /** ms that are shown of a device while no range is fixed. */
  lastOf(device: DeviceInfo): number {
    return shownLast(device, this.address)
  }

  /** The visible range of a device. */
  rangeOf(device: DeviceInfo): { from: number; to: number } {
    return shownRange(device, this.address)
  }

  /** Takes new readings into the state. @returns false when the device is not known yet */
  take({ device, t, sensors }: LiveReadings): boolean {
    const known = this.state.devices.find((one) => one.device === device)
    if (known === undefined) return false
    if (t.length === 0) return true
    const latest = Object.fromEntries(Object.entries(sensors).map(([field, values]) => [field, values.at(-1) ?? null]))
    const changed: DeviceInfo = {
      ...known,
      first: known.first ?? t[0],
      last: Math.max(known.last ?? t[0], t[t.length - 1]),
      rows: known.rows + t.length,
      latest: { ...known.latest, ...latest },
    }
    this.state = { ...this.state, devices: this.state.devices.map((one) => (one === known ? changed : one)) }
    return true
  }
}
