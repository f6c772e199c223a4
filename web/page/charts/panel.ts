import type { SensorInfo } from '../../api.ts'
import type { Group } from '../../groups.ts'
import { button, el } from '../dom.ts'
import { number } from '../format.ts'
import { Chart, type ChartOptions } from './chart.ts'
import { rem, stroke } from './palette.ts'
import type { Trace } from './trace.ts'

export interface PanelOptions extends Pick<ChartOptions, 'zone' | 'sync' | 'marks' | 'onDrag'> {
  readonly shown: readonly string[]
  readonly onToggle: (field: string) => void
  readonly onCursor: (ms: number | null) => void
}

/**
 * One unit: the chart, and beside it each sensor with its value at the cursor, else the last one. The chart is made, and drawn, only while the
 * panel is in sight: most of a long page is not.
 */
export class Panel {
  readonly element: HTMLElement
  readonly #group: Group
  readonly #plotHost = el('div', { class: 'plot' })
  readonly #values = new Map<string, HTMLElement>()
  readonly #options: PanelOptions
  readonly #shown: readonly SensorInfo[]
  #chart: Chart | null = null
  #trace: Trace | null = null
  #from = 0
  #to = 0
  #width = 0
  #inSight = false
  /** what the chart shows is older than the trace */
  #stale = true
  #index: number | null = null

  constructor(group: Group, options: PanelOptions) {
    this.#group = group
    this.#options = options
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
    this.#shown = shown
    if (shown.length > 0) this.#plotHost.style.minHeight = `${this.#height}px`
  }

  /** Whether the panel is in sight, or nearly. */
  set inSight(inSight: boolean) {
    this.#inSight = inSight
  }

  /** Whether it is in sight and shows something else than what it has taken. */
  get isStale(): boolean {
    return this.#inSight && this.#stale && this.#trace !== null && this.#shown.length > 0
  }

  /** Fits the chart to the page. @returns px of its plot host */
  fit(): number {
    const { clientWidth } = this.#plotHost
    if (clientWidth !== this.#width) this.#chart?.resize(clientWidth, this.#height)
    this.#width = clientWidth
    return clientWidth
  }

  /** What is to be drawn, and to be told beside it at once. */
  take(trace: Trace, from: number, to: number): void {
    this.#trace = trace
    this.#from = from
    this.#to = to
    this.#stale = true
    this.#tell()
  }

  draw(): void {
    if (this.#trace === null || this.#shown.length === 0) return
    this.#chart ??= this.#makeChart()
    this.#chart.draw(this.#trace, this.#from, this.#to)
    this.#stale = false
  }

  setRange(from: number, to: number): void {
    this.#from = from
    this.#to = to
    if (this.#inSight) this.#chart?.setRange(from, to)
    else this.#stale = true
  }

  redraw(): void {
    this.#chart?.redraw()
  }

  destroy(): void {
    this.#chart?.destroy()
  }

  #makeChart(): Chart {
    const { sensors, unit } = this.#group
    return new Chart(this.#plotHost, {
      ...this.#options,
      unit,
      sensors: this.#shown,
      colourOf: (field) => sensors.findIndex((sensor) => sensor.field === field),
      width: this.fit(),
      height: this.#height,
      onCursor: (index) => {
        this.#index = index
        this.#tell()
        this.#options.onCursor(index === null ? null : (this.#trace?.t[index] ?? null))
      },
    })
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
