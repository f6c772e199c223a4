import type { Patterns, SensorInfo, ZoneClock } from '../api.ts'
import type { Context } from './context.ts'
import { el, table } from './dom.ts'
import { grouped, number } from './format.ts'
import { diverging, type Shade, sequential } from './shade.ts'
import { day } from './zone-time.ts'

/** Mean by day and hour. */
export function heatMap({ heat }: Patterns, { label, unit }: SensorInfo, zone: ZoneClock): HTMLElement {
  const values = heat.flatMap(({ hours }) => hours.filter((value) => value !== null))
  const low = Math.min(...values)
  const high = Math.max(...values)
  const cell = (value: number | null, name: string) => {
    if (value === null) return el('td', { class: 'none', title: `${name}: no readings` })
    const element = el('td', { title: `${name}: ${number(value, unit)} ${unit}` }, el('span', {}, grouped(value)))
    return paint(element, sequential(high === low ? 0.5 : (value - low) / (high - low)))
  }
  const rows = heat.toReversed().map(({ day: start, hours }) => {
    const date = day(start, zone)
    return el(
      'tr',
      {},
      el('th', { scope: 'row' }, date),
      ...hours.map((value, hour) => cell(value, `${date} ${hour}:00`)),
    )
  })
  const hours = Array.from({ length: 24 }, (_, hour) => el('th', { scope: 'col' }, String(hour)))
  const caption = `${label}, mean of each hour in ${unit}, hours in ${zone.id}`
  return el(
    'figure',
    {},
    el(
      'figcaption',
      {},
      values.length === 0
        ? 'No readings'
        : `${caption}: ${number(low, unit)} ${unit} (dark) to ${number(high, unit)} ${unit} (light)`,
    ),
    el(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
      el(
        'table',
        { class: 'heat' },
        el('thead', {}, el('tr', {}, el('th', {}, 'Day'), ...hours)),
        el('tbody', {}, ...rows),
      ),
    ),
  )
}

export function dailyTable({ daily }: Patterns, { unit }: SensorInfo, zone: ZoneClock): HTMLElement {
  return table(
    'Daily statistics',
    [
      { head: 'Day', cell: (row: Patterns['daily'][number]) => day(row.day, zone) },
      { head: `Min ${unit}`, numeric: true, cell: ({ min }) => number(min, unit) },
      { head: `Mean ${unit}`, numeric: true, cell: ({ mean }) => number(mean, unit) },
      { head: `Max ${unit}`, numeric: true, cell: ({ max }) => number(max, unit) },
      { head: 'Readings', numeric: true, cell: ({ n }) => grouped(n) },
    ],
    daily.toReversed(),
  )
}

/** How the minutes' means of two sensors go together. */
export function correlationMatrix({ correlation: { fields, r } }: Patterns, context: Context): HTMLElement {
  const label = (field: string) => context.sensor(field).label
  const cell = (value: number | null, name: string) =>
    value === null
      ? el('td', { class: 'none', title: `${name}: one of them is constant` }, '—')
      : paint(
          el('td', { title: `${name}: r = ${value.toFixed(2)}` }, value.toFixed(2).replace('-', '−')),
          diverging(value),
        )
  const rows = fields.map((field, i) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, label(field)),
      ...r[i].map((value, j) => cell(value, `${label(field)} and ${label(fields[j])}`)),
    ),
  )
  const head = fields.map((field) => el('th', { scope: 'col' }, el('span', {}, label(field))))
  return el(
    'figure',
    {},
    el(
      'figcaption',
      {},
      'Pearson’s r of the minutes’ means: 1 rise together, −1 one rises as the other falls, 0 nothing in common',
    ),
    el(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Correlation matrix' },
      el(
        'table',
        { class: 'correlation' },
        el('thead', {}, el('tr', {}, el('td', {}), ...head)),
        el('tbody', {}, ...rows),
      ),
    ),
  )
}

function paint(element: HTMLTableCellElement, { background, ink }: Shade): HTMLElement {
  element.style.background = background
  element.style.color = ink
  return element
}
