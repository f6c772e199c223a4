import { lastText } from '../address.ts'
import type { DeviceInfo } from '../api.ts'
import type { Context } from './context.ts'
import { button, el } from './dom.ts'
import { stretch } from './zone-time.ts'

const MINUTE = 60_000
const PRESETS: readonly [string, number][] = [
  ['5 min', 5 * MINUTE],
  ['15 min', 15 * MINUTE],
  ['1 h', 60 * MINUTE],
  ['6 h', 360 * MINUTE],
  ['24 h', 1_440 * MINUTE],
  ['7 d', 7 * 1_440 * MINUTE],
  ['All', Infinity],
]
/** Less than this cannot be zoomed into: rows come once a second at best. */
const LEAST_MS = 2_000

/** Which time is shown: presets, zoom, pan, undo, follow. The same for all views that show a range. */
export class RangeBar {
  readonly element = el('div', { class: 'toolbar', role: 'toolbar', 'aria-label': 'Range of time' })
  readonly #context: Context
  readonly #ofEach: boolean
  readonly #text = el('span', { class: 'range-text' })
  readonly #presets: readonly [HTMLButtonElement, number][]
  readonly #undo: HTMLButtonElement
  readonly #follow = el('input', { type: 'checkbox' })

  /** @param ofEach the view shows all devices, each up to its own last reading */
  constructor(context: Context, ofEach = false) {
    this.#context = context
    this.#ofEach = ofEach
    this.#presets = PRESETS.map(([text, ms]) => [
      button(text, { 'data-last': lastText(ms) }, () => context.go({ range: null, last: ms }, 'range')),
      ms,
    ])
    this.#undo = button('Undo', { title: 'Back to the range before' }, () => history.back())
    this.#follow.addEventListener('change', () => this.#setFollow(this.#follow.checked))
    this.element.append(
      el('span', { class: 'buttons' }, ...this.#presets.map(([element]) => element)),
      el(
        'span',
        { class: 'buttons' },
        button('←', { 'aria-label': 'Earlier' }, () => this.pan(-0.5)),
        button('→', { 'aria-label': 'Later' }, () => this.pan(0.5)),
        button('+', { 'aria-label': 'Zoom in' }, () => this.zoom(0.5)),
        button('−', { 'aria-label': 'Zoom out' }, () => this.zoom(2)),
        this.#undo,
      ),
      el('label', { class: 'switch' }, this.#follow, 'Follow'),
      this.#text,
    )
  }

  update(): void {
    const { device, address, state } = this.#context
    if (device === undefined) return
    const { from, to } = this.#context.rangeOf(device)
    for (const [element, ms] of this.#presets)
      element.setAttribute('aria-pressed', String(address.range === null && this.#context.lastOf(device) === ms))
    this.#undo.disabled = this.#context.undoable === 0
    this.#follow.checked = address.range === null
    const each = this.#ofEach && address.range === null && state.devices.length > 1
    this.#text.textContent = each
      ? `each up to its last reading, times in ${state.zone.id}`
      : `${stretch(from, to, state.zone)} ${state.zone.id}`
  }

  /** Moves by a share of what is shown. */
  pan(share: number): void {
    this.#change(({ from, to }) => ({ from: from + share * (to - from), to: to + share * (to - from) }))
  }

  /** Shows `factor` times as much, around the middle. */
  zoom(factor: number): void {
    this.#change(({ from, to }) => {
      const middle = (from + to) / 2
      const half = (factor * (to - from)) / 2
      return { from: middle - half, to: middle + half }
    })
  }

  /** Shows just this, ms. */
  set(from: number, to: number): void {
    this.#change(() => ({ from, to }))
  }

  /** Arrows pan, plus and minus zoom, Backspace undoes: for whatever holds the charts. */
  key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const act = {
      ArrowLeft: () => this.pan(-0.25),
      ArrowRight: () => this.pan(0.25),
      '+': () => this.zoom(0.5),
      '-': () => this.zoom(2),
      Backspace: () => this.#undo.click(),
    }[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  }

  #change(of: (range: { from: number; to: number }) => { from: number; to: number }): void {
    const { device } = this.#context
    if (device === undefined) return
    const { from, to } = of(this.#context.rangeOf(device))
    const grow = Math.max(0, LEAST_MS - (to - from)) / 2
    this.#context.go({ range: { from: Math.round(from - grow), to: Math.round(to + grow) } }, 'range')
  }

  #setFollow(on: boolean): void {
    const { device } = this.#context
    if (device === undefined) return
    const range = this.#context.rangeOf(device)
    this.#context.go(on ? { range: null, last: followed(device, range) } : { range }, 'range')
  }
}

/** How much is shown once it follows: as much as before. */
function followed(device: DeviceInfo, { from, to }: { from: number; to: number }): number {
  const all = (device.last ?? to) - (device.first ?? from)
  return to - from >= all ? Infinity : to - from
}
