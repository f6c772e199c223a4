import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { ageOf, chosen } from './flux.ts'
import { DEVICE, type PanelSize, stat, table, timeSeries } from './panels.ts'
import { gpuDashboard } from './variables.ts'

const HALF: PanelSize = { width: 12, height: 9 }
const QUARTER: PanelSize = { width: 6, height: 5 }

/** Whether readings arrive: without them every other panel is silent, which looks like health. */
export function pipeline(): Dashboard {
  const dashboard = gpuDashboard(
    'gpu-pipeline',
    'Pipeline',
    'Whether readings arrive, how many, and which sensors look broken.',
    'now-1h',
  ).refresh('10s')
  for (const panel of panels()) dashboard.withPanel(panel)
  return dashboard.build()
}

function panels(): Builder<Panel>[] {
  return [
    stat(
      { title: 'Age of the newest reading', description: 'Orange after 10 s, red after a minute.', unit: 's' },
      { width: 12, height: QUARTER.height },
      [ageOf(chosen('gpu_reading'))],
      [10, 60],
    ).displayName(DEVICE),
    stat({ title: 'Devices', description: 'That gave a reading in the time shown.', unit: 'none' }, QUARTER, [
      `${chosen('gpu_reading')}
  |> last()
  |> group(columns: ["device", "host"])
  |> first()
  |> group()
  |> count()`,
    ]),
    stat(
      {
        title: 'Minutes',
        description: 'That are complete and stored, of all devices, in the time shown.',
        unit: 'none',
      },
      QUARTER,
      [
        `${chosen('gpu_minute', 'gpu_temperature_avg')}
  |> group()
  |> count()`,
      ],
    ).displayName('Minutes'),
    timeSeries(
      {
        title: 'Readings a second',
        description: 'Of the sensor that gave most, each minute; GPU-Z writes one a second. Gaps: nothing came.',
        unit: 'none',
      },
      HALF,
      [
        `${chosen('gpu_reading')}
  |> aggregateWindow(every: 1m, fn: count, createEmpty: false)
  |> group(columns: ["device", "host", "_time"])
  |> max()
  |> group(columns: ["device", "host"])
  |> map(fn: (r) => ({r with _value: float(v: r._value) / 60.0}))
  |> sort(columns: ["_time"])
  |> keep(columns: ["_time", "_value", "device", "host"])`,
      ],
    ).displayName(DEVICE),
    table(
      {
        title: 'Sensors',
        description:
          'Readings of each sensor in the time shown, and how far they spread: few readings are gaps, no spread is a sensor that may be stuck.',
        unit: 'none',
      },
      HALF,
      ['count', 'spread'].map(
        (fn) => `${chosen('gpu_reading')}
  |> ${fn}()
  |> group()
  |> map(fn: (r) => ({device: r.device, host: r.host, sensor: r._field, ${fn === 'count' ? 'readings' : 'spread'}: r._value}))`,
      ),
    ).withTransformation({ id: 'merge', options: {} }),
  ]
}
