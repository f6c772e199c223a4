export const VIEWS = ['now', 'charts', 'alerts', 'sessions', 'patterns', 'sql', 'pipeline'] as const
export type ViewName = (typeof VIEWS)[number]

/** One side of a comparison: a device's stretch of time, ms. */
export interface Side {
  readonly device: string
  readonly from: number
  readonly to: number
}

/** Everything the page shows is decided by this, and all of it is in the address bar: a view can be sent to someone. */
export interface Address {
  readonly view: ViewName
  readonly device: string | null
  /** the range that is shown, ms; null: the newest `last` ms, moving on with the readings */
  readonly range: { readonly from: number; readonly to: number } | null
  /** ms; Infinity: all there is; null: as suits the device */
  readonly last: number | null
  /** sensors on the charts; null: as suits the device */
  readonly sensors: readonly string[] | null
  /** sensor of the patterns */
  readonly sensor: string | null
  readonly a: Side | null
  readonly b: Side | null
  readonly sql: string | null
}

const SECONDS = { d: 86_400, h: 3_600, m: 60, s: 1 } as const

/** Reads the address bar; what makes no sense is left out, as if it were not there. */
export function parseAddress(search: string): Address {
  const query = new URLSearchParams(search)
  const from = timeOf(query.get('from'))
  const to = timeOf(query.get('to'))
  return {
    view: VIEWS.find((name) => name === query.get('view')) ?? 'now',
    device: query.get('device'),
    range: from !== null && to !== null && from < to ? { from, to } : null,
    last: lastOf(query.get('last')),
    sensors: query.get('sensors')?.split(',').filter(Boolean) ?? null,
    sensor: query.get('sensor'),
    a: sideOf(query.get('a')),
    b: sideOf(query.get('b')),
    sql: query.get('sql'),
  }
}

export function formatAddress(address: Address): string {
  const query = new URLSearchParams()
  const set = (name: string, value: string | null) => value !== null && query.set(name, value)
  set('view', address.view)
  set('device', address.device)
  set('from', address.range && timeText(address.range.from))
  set('to', address.range && timeText(address.range.to))
  set('last', address.last === null ? null : lastText(address.last))
  set('sensors', address.sensors?.join(',') ?? null)
  set('sensor', address.sensor)
  set('a', address.a && sideText(address.a))
  set('b', address.b && sideText(address.b))
  set('sql', address.sql)
  // These are legal in a query and kinder to the eye than %3A and %2C.
  return `?${query.toString().replaceAll('%3A', ':').replaceAll('%2C', ',')}`
}

/** `1h`, `90s`, `all`: the greatest unit that leaves no rest. */
export function lastText(ms: number): string {
  if (ms === Infinity) return 'all'
  const seconds = Math.max(1, Math.round(ms / 1_000))
  const [unit, size] = Object.entries(SECONDS).find(([, size]) => seconds % size === 0) ?? ['s', 1]
  return `${seconds / size}${unit}`
}

function lastOf(text: string | null): number | null {
  if (text === 'all') return Infinity
  const match = /^([1-9]\d{0,8})([dhms])$/.exec(text ?? '')
  return match === null ? null : Number(match[1]) * SECONDS[match[2] as keyof typeof SECONDS] * 1_000
}

function timeOf(text: string | null): number | null {
  const ms = Date.parse(text ?? '')
  return Number.isNaN(ms) ? null : ms
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z')
}

function sideOf(text: string | null): Side | null {
  const [from, to, ...device] = text?.split('~') ?? []
  const side = { from: timeOf(from ?? null), to: timeOf(to ?? null), device: device.join('~') }
  if (side.from === null || side.to === null || side.from >= side.to || side.device === '') return null
  return { device: side.device, from: side.from, to: side.to }
}

function sideText({ device, from, to }: Side): string {
  return `${timeText(from)}~${timeText(to)}~${device}`
}
