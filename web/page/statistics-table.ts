import type { Statistics } from '../api.ts'
import type { Context } from './context.ts'
import { el, table } from './dom.ts'
import { duration, grouped, number } from './format.ts'

/** Statistics of the visible range, a row a sensor. */
export function statisticsTable(context: Context, { sensors, rows, energyWh, resolution }: Statistics): HTMLElement {
  const energy = energyWh === null ? '' : `, energy ${grouped(energyWh, energyWh < 100 ? 1 : 0)} Wh`
  const coarse = resolution === 'minutes' ? '; median, p95 and p99 are those of the minutes’ means' : ''
  const of = (pick: (one: Statistics['sensors'][number]) => number) => (one: Statistics['sensors'][number]) =>
    number(pick(one), context.sensor(one.field).unit)
  return el(
    'div',
    {},
    el('p', { class: 'note' }, `${grouped(rows)} readings in this range${energy}${coarse}`),
    table(
      'Statistics of the visible range',
      [
        { head: 'Sensor', cell: ({ field }) => context.sensor(field).label },
        { head: 'Unit', cell: ({ field }) => context.sensor(field).unit },
        { head: 'Min', numeric: true, cell: of(({ min }) => min) },
        { head: 'Mean', numeric: true, cell: of(({ mean }) => mean) },
        { head: 'Median', numeric: true, cell: of(({ median }) => median) },
        { head: 'p95', numeric: true, cell: of(({ p95 }) => p95) },
        { head: 'p99', numeric: true, cell: of(({ p99 }) => p99) },
        { head: 'Max', numeric: true, cell: of(({ max }) => max) },
        {
          head: 'Above limit',
          numeric: true,
          cell: ({ secondsAbove }) => (secondsAbove === null ? '—' : duration(1_000 * secondsAbove)),
        },
        { head: 'Readings', numeric: true, cell: ({ n }) => grouped(n) },
      ],
      sensors,
    ),
  )
}
