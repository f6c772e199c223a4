import type uPlot from 'uplot'
import type { Patterns } from '../../api.ts'
import { ask } from '../ask.ts'
import { histogram } from '../charts/histogram.ts'
import type { Context, View } from '../context.ts'
import { el, keepFocus, select } from '../dom.ts'
import { grouped } from '../format.ts'
import { Latest } from '../latest.ts'
import { correlationMatrix, dailyTable, heatMap } from '../patterns-parts.ts'

/** What repeats: by hour and day, idle against load, and which sensors go together. */
export function patternsView(context: Context): View {
  const choice = el('div', { class: 'toolbar' })
  const failure = el('p', { class: 'failure', role: 'alert' })
  const host = el('div', { class: 'pattern-parts' })
  let shown = ''
  let chart: uPlot | null = null

  const clear = () => {
    chart?.destroy()
    chart = null
    host.replaceChildren()
  }
  const patterns = new Latest<{ answer: Patterns; field: string }>(
    ({ answer, field }) => {
      failure.textContent = ''
      clear()
      const sensor = context.sensor(field)
      const { zone } = context.state
      const plot = el('div', { class: 'plot' })
      const { idle, load } = answer.distribution
      host.append(
        el('h2', {}, 'Hour and day'),
        heatMap(answer, sensor, zone),
        el('h2', {}, 'Idle and load'),
        el(
          'p',
          { class: 'key' },
          el(
            'span',
            {},
            el('span', { class: 'swatch solid', 'aria-hidden': 'true' }),
            `idle, GPU load below 10 %: ${count(idle)}`,
          ),
          el(
            'span',
            {},
            el('span', { class: 'swatch dashed', 'aria-hidden': 'true' }),
            `load, 70 % and more: ${count(load)}`,
          ),
        ),
        plot,
        el(
          'div',
          { class: 'beside' },
          el('section', {}, el('h2', {}, 'Days'), dailyTable(answer, sensor, zone)),
          el('section', {}, el('h2', {}, 'What goes together'), correlationMatrix(answer, context)),
        ),
      )
      chart = histogram(plot, answer.distribution, sensor.unit)
    },
    (message) => {
      failure.textContent = message
    },
  )

  return {
    element: el('div', { class: 'patterns' }, choice, failure, host),
    update: () => {
      const { device, address } = context
      if (device === undefined) return
      const sensors = device.sensors.map((field) => context.sensor(field)).filter(({ kind }) => kind !== 'state')
      const wanted = address.sensor ?? 'gpu_temperature'
      const field = (sensors.find((sensor) => sensor.field === wanted) ?? sensors[0])?.field
      const key = JSON.stringify([device.device, field])
      if (field === undefined || key === shown) return
      shown = key
      const options = sensors.map((sensor) => ({ value: sensor.field, text: `${sensor.label}, ${sensor.unit}` }))
      const choose = () =>
        choice.replaceChildren(select('Sensor', options, field, (picked) => context.go({ sensor: picked }, 'replace')))
      keepFocus(choice, choose)
      patterns.put(async (signal) => ({
        answer: await ask<Patterns>('patterns', { device: device.device, sensor: field }, signal),
        field,
      }))
    },
    close: () => {
      patterns.cancel()
      clear()
    },
  }
}

function count(bins: readonly number[]): string {
  return `${grouped(bins.reduce((sum, n) => sum + n, 0))} readings`
}
