import type uPlot from 'uplot'
import type { Side } from '../address.ts'
import type { Comparison } from '../api.ts'
import { groupsOf, usualFields } from '../groups.ts'
import { comparisonChart } from './charts/comparison-chart.ts'
import type { Context } from './context.ts'
import { el, table } from './dom.ts'
import { difference, duration, number } from './format.ts'
import { stamp } from './zone-time.ts'

/** Two stretches of use, the sentence first, then a chart a sensor, then the table. */
export class ComparisonReport {
  readonly element = el('div', { class: 'comparison' })
  readonly #context: Context
  #charts: readonly uPlot[] = []

  constructor(context: Context) {
    this.#context = context
  }

  show(comparison: Comparison, a: Side, b: Side): void {
    this.clear()
    const sensors = comparison.table.map(({ field }) => this.#context.sensor(field))
    const usual = usualFields(groupsOf(sensors)).filter((field) => field in comparison.sensors)
    const hosts = usual.map((field) => ({ field, host: el('div', { class: 'plot' }) }))
    this.element.replaceChildren(
      el('p', { class: 'sentence', role: 'status' }, comparison.sentence),
      el('p', { class: 'key' }, this.#key('A', 'solid', a), this.#key('B', 'dashed', b)),
      el(
        'div',
        { class: 'small-charts' },
        ...hosts.map(({ field, host }) => {
          const { label, unit } = this.#context.sensor(field)
          const title = el('h3', {}, label, el('span', { class: 'unit' }, ` ${unit}`))
          return el('section', { 'aria-label': `${label}, A and B` }, title, host)
        }),
      ),
      this.#table(comparison),
    )
    this.#charts = hosts.map(({ field, host }) =>
      comparisonChart(host, comparison.t, comparison.sensors[field].a, comparison.sensors[field].b),
    )
  }

  clear(): void {
    for (const chart of this.#charts) chart.destroy()
    this.#charts = []
    this.element.replaceChildren()
  }

  #key(name: string, line: 'solid' | 'dashed', { device, from, to }: Side): HTMLElement {
    const swatch = el('span', { class: `swatch ${line}`, 'aria-hidden': 'true' })
    const when = `${stamp(from, this.#context.state.zone)}, ${duration(to - from)}`
    return el('span', {}, swatch, `${name}: ${device}, ${when}`)
  }

  #table({ table: rows }: Comparison): HTMLElement {
    type Row = Comparison['table'][number]
    const of = (side: 'a' | 'b', part: 'min' | 'mean' | 'median' | 'p95' | 'max') => ({
      head: `${side.toUpperCase()} ${part}`,
      numeric: true,
      cell: (row: Row) => number(row[side][part], this.#context.sensor(row.field).unit),
    })
    return table(
      'A and B compared',
      [
        { head: 'Sensor', cell: ({ field }: Row) => this.#context.sensor(field).label },
        { head: 'Unit', cell: ({ field }: Row) => this.#context.sensor(field).unit },
        ...(['min', 'mean', 'median', 'p95', 'max'] as const).flatMap((part) => [of('a', part), of('b', part)]),
        {
          head: 'B − A, mean',
          numeric: true,
          cell: (row: Row) => difference(row.difference, this.#context.sensor(row.field).unit),
        },
      ],
      rows,
    )
  }
}
