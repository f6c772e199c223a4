import type { DeviceInfo, LiveReadings, Range, Statistics } from '../api.ts'
import { ask } from './ask.ts'
import { Trace } from './charts/trace.ts'
import type { Context } from './context.ts'
import { button, el } from './dom.ts'
import { freshnessOf } from './freshness.ts'
import { Latest } from './latest.ts'
import { Tile } from './tile.ts'

/** What a person looks at first, in this order; of each the first that the device has. */
const QUANTITIES = [
  ['gpu_temperature'],
  ['hot_spot'],
  ['memory_temperature'],
  ['gpu_load'],
  ['board_power', 'gpu_chip_power', 'power_percent'],
  ['gpu_clock'],
  ['memory_clock'],
  ['fan_speed_rpm', 'fan_1_speed_rpm', 'fan_speed_percent', 'fan_1_speed_percent'],
  ['memory_used'],
]
/** px of a sparkline, roughly: the server sends about as many points. */
const PIXELS = 160
const REFRESH_MS = 10_000

/** A device in one row of tiles. */
export class DeviceRow {
  readonly element = el('section', { class: 'device' })
  readonly #context: Context
  readonly #device: string
  readonly #freshness = el('span', { class: 'freshness' })
  readonly #failure = el('p', { class: 'failure', role: 'alert' })
  readonly #tiles: readonly Tile[]
  readonly #range: Latest<[Range, Statistics]>
  #trace: Trace | null = null
  #statistics: Statistics | null = null
  #asked = ''
  #askedAt = 0

  constructor(context: Context, { device, sensors }: DeviceInfo) {
    this.#context = context
    this.#device = device
    this.#tiles = QUANTITIES.flatMap((fields) => fields.find((field) => sensors.includes(field)) ?? []).map(
      (field) => new Tile(context, device, field),
    )
    this.#range = new Latest(
      (answer) => this.#take(answer),
      (message) => {
        this.#failure.textContent = message
      },
    )
    this.element.setAttribute('aria-label', device)
    this.element.append(
      el(
        'header',
        {},
        el('h2', {}, device),
        this.#freshness,
        button('Charts', { 'aria-label': `Charts of ${device}` }, () => context.go({ view: 'charts', device })),
      ),
      this.#failure,
      el('div', { class: 'tiles' }, ...this.#tiles.map((tile) => tile.element)),
    )
  }

  update(): void {
    const device = this.#info
    if (device === undefined) return
    for (const tile of this.#tiles) tile.showValue(device.latest[tile.field] ?? null)
    this.tick()
    this.#ask(device)
    this.#draw()
  }

  take(readings: LiveReadings): void {
    this.#trace?.append(readings)
    const device = this.#info
    for (const tile of this.#tiles) tile.showValue(device?.latest[tile.field] ?? null)
    this.tick()
    this.#draw()
  }

  tick(): void {
    const device = this.#info
    if (device === undefined) return
    const { kind, text } = freshnessOf(device, this.#context.state.zone, this.#context.lostAt)
    this.element.dataset['freshness'] = kind
    this.#freshness.dataset['freshness'] = kind
    this.#freshness.textContent = text
    if (device.live && this.#context.address.range === null && Date.now() - this.#askedAt > REFRESH_MS)
      this.#ask(device)
  }

  close(): void {
    this.#range.cancel()
  }

  get #info(): DeviceInfo | undefined {
    return this.#context.state.devices.find(({ device }) => device === this.#device)
  }

  #ask(device: DeviceInfo): void {
    if (device.last === null) return
    const { from, to } = this.#context.rangeOf(device)
    // A log that is being read grows without live readings.
    const grown = device.live ? null : device.rows
    const key = JSON.stringify([this.#context.address.range ?? this.#context.lastOf(device), grown])
    if (key === this.#asked && Date.now() - this.#askedAt < REFRESH_MS) return
    this.#asked = key
    this.#askedAt = Date.now()
    const span = { device: device.device, from, to }
    const sensors = this.#tiles.map(({ field }) => field).join(',')
    if (sensors === '') return
    this.#range.put((signal) =>
      Promise.all([
        ask<Range>('range', { ...span, sensors, pixels: PIXELS }, signal),
        ask<Statistics>('statistics', span, signal),
      ]),
    )
  }

  #take([range, statistics]: [Range, Statistics]): void {
    this.#failure.textContent = ''
    const trace = new Trace(range)
    if (this.#trace !== null && this.#context.address.range === null) trace.takeOver(this.#trace)
    this.#trace = trace
    this.#statistics = statistics
    for (const tile of this.#tiles)
      tile.showStatistics(statistics.sensors.find(({ field }) => field === tile.field) ?? null)
    this.#draw()
  }

  #draw(): void {
    const device = this.#info
    if (device === undefined || this.#trace === null || this.#statistics === null) return
    const { from, to } = this.#context.rangeOf(device)
    if (this.#context.address.range === null) this.#trace.dropBefore(from)
    for (const tile of this.#tiles) tile.showCourse(this.#trace, from, to)
  }
}
