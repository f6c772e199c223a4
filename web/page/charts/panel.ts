import type { SensorInfo } from '../../api.ts'
import { button, el } from '../dom.ts'
import { number } from '../format.ts'
import { Chart, type ChartOptions } from './chart.ts'
import type { Group } from './groups.ts'
import { rem, stroke } from './palette.ts'
import type { Trace } from './trace.ts'

export interface PanelOptions extends Pick<ChartOptions, 'zone' | 'sync' | 'marks' | 'onDrag'> {
  readonly shown: readonly string[]
  readonly onToggle: (field: string) => void
  readonly onCursor: (ms: number | null) => void
}

/** One unit: the chart, and beside it each sensor with its value at the cursor, else the last one. */
export class Panel {
  readonly element: HTMLElement
  readonly #group: Group
  readonly #plotHost = el('div', { class: 'plot' })
  readonly #values = new Map<string, HTMLElement>()
  readonly #chart: Chart | null
  #trace: Trace | null = null
  #index: number | null = null

  constructor(group: Group, options: PanelOptions) {
    this.#group = group
    const shown = group.sensors.filter(({ field }) => options.shown.includes(field))
    const legend = el('div', { class: 'legend' }, ...group.sensors.map((sensor, i) => this.#entry(sensor, i, options)))
    this.element = el(
      'section',
      {
        class: 'panel',
        role: 'group',
        'aria-label': `${group.title} in ${group.unit}: ${shown.map(({ label }) => label).join(', ')}`,
      },
      el('h3', {}, group.title, el('span', { class: 'unit' }, ` ${group.unit}`)),
      this.#plotHost,
      legend,
    )
    this.#chart =
      shown.length === 0
        ? null
        : new Chart(this.#plotHost, {
            ...options,
            unit: group.unit,
            sensors: shown,
            colourOf: (field) => group.sensors.findIndex((sensor) => sensor.field === field),
            width: 300,
            height: this.#height,
            onCursor: (index) => {
              this.#index = index
              this.#tell()
              options.onCursor(index === null ? null : (this.#trace?.t[index] ?? null))
            },
          })
  }

  /** Fits the chart to the page. @returns px of its plot host */
  fit(): number {
    const { clientWidth } = this.#plotHost
    this.#chart?.resize(clientWidth, this.#height)
    return clientWidth
  }

  draw(trace: Trace, from: number, to: number): void {
    this.#trace = trace
    this.#chart?.draw(trace, from, to)
    this.#tell()
  }

  setRange(from: number, to: number): void {
    this.#chart?.setRange(from, to)
  }

  redraw(): void {
    this.#chart?.redraw()
  }

  destroy(): void {
    this.#chart?.destroy()
  }

  get #height(): number {
    return Math.round(10.5 * rem())
  }

  #entry({ field, label }: SensorInfo, i: number, { shown, onToggle }: PanelOptions): HTMLElement {
    const on = shown.includes(field)
    const value = el('output', {})
    this.#values.set(field, value)
    const { colour, dash } = stroke(i)
    const swatch = el('span', { class: 'swatch', 'aria-hidden': 'true' })
    swatch.style.borderTopColor = on ? colour : 'transparent'
    swatch.style.borderTopStyle = dash.length === 0 ? 'solid' : dash[0] > 4 ? 'dashed' : 'dotted'
    const entry = button(
      '',
      { 'aria-pressed': String(on), 'data-key': field, title: `${on ? 'Hide' : 'Show'} ${label}` },
      () => onToggle(field),
    )
    entry.append(swatch, el('span', { class: 'name' }, label), value)
    return entry
  }

  #tell(): void {
    const trace = this.#trace
    if (trace === null) return
    const at = this.#index ?? trace.t.length - 1
    for (const [field, output] of this.#values) {
      const line = trace.lines.get(field)
      output.textContent =
        line === undefined ? '' : valueText(line.avg[at], line.min[at], line.max[at], this.#group.unit)
    }
  }
}

/** The mean, and in a bucket of several readings what it ranges over. */
function valueText(avg: number | null | undefined, min: number | null, max: number | null, unit: string): string {
  if (avg === null || avg === undefined) return 'no reading'
  if (min === null || max === null || min === max) return number(avg, unit)
  return `${number(avg, unit)} (${number(min, unit)} to ${number(max, unit)})`
}
