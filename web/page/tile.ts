import type { SensorStatistics } from '../api.ts'
import { drawSparkline } from './charts/sparkline.ts'
import type { Trace } from './charts/trace.ts'
import { conditionOf } from './condition.ts'
import type { Context } from './context.ts'
import { el } from './dom.ts'
import { number } from './format.ts'

/** One quantity of a device: value now, how it stands to its limit, its course, and min, mean and max of the visible range. */
export class Tile {
  readonly element: HTMLElement
  readonly field: string
  readonly #context: Context
  readonly #device: string
  readonly #value = el('span', { class: 'value' })
  readonly #condition = el('span', { class: 'condition' })
  readonly #range = el('dl', { class: 'min-mean-max' })
  #statistics: SensorStatistics | null = null
  readonly #canvas = el('canvas', { 'aria-hidden': 'true' })

  constructor(context: Context, device: string, field: string) {
    this.field = field
    this.#context = context
    this.#device = device
    const { label, unit } = context.sensor(field)
    this.element = el(
      'section',
      { class: 'tile', 'aria-label': label },
      el('h3', {}, label),
      el('p', { class: 'reading' }, this.#value, el('span', { class: 'unit' }, ` ${unit}`)),
      this.#condition,
      this.#canvas,
      this.#range,
    )
  }

  /** Shows a reading; null where the last row had none. */
  showValue(value: number | null): void {
    const { unit } = this.#context.sensor(this.field)
    this.#value.textContent = value === null ? '—' : number(value, unit)
    const { kind, text } = conditionOf(this.#context, this.#device, this.field, value)
    this.element.dataset['condition'] = kind
    this.#condition.textContent = value === null ? 'no reading now' : text
    if (value !== null && this.#statistics !== null) this.#showStatistics(value)
  }

  showCourse(trace: Trace, from: number, to: number): void {
    drawSparkline(this.#canvas, trace.t, trace.lines.get(this.field)?.avg ?? [], from, to)
  }

  showStatistics(statistics: SensorStatistics | null): void {
    this.#statistics = statistics
    this.#showStatistics(null)
  }

  /** @param value a reading that came after the statistics: a new extreme does not wait for the next ones */
  #showStatistics(value: number | null): void {
    const { unit } = this.#context.sensor(this.field)
    const entry = (name: string, figure: number | undefined) =>
      el('div', {}, el('dt', {}, name), el('dd', {}, figure === undefined ? '—' : number(figure, unit)))
    if (this.#statistics !== null && value !== null) {
      const { min, max } = this.#statistics
      this.#statistics = { ...this.#statistics, min: Math.min(min, value), max: Math.max(max, value) }
    }
    this.#range.replaceChildren(
      entry('min', this.#statistics?.min),
      entry('avg', this.#statistics?.mean),
      entry('max', this.#statistics?.max),
    )
  }
}
