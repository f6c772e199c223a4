import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as HistogramPanel } from '@grafana/grafana-foundation-sdk/histogram'
import { sensorLabel } from '../jobs/sensor-label.ts'
import { chosen, named } from './flux.ts'
import { DEVICE, filled, type PanelSize, table, timeSeries } from './panels.ts'
import { gpuDashboard } from './variables.ts'

const HALF: PanelSize = { width: 12, height: 9 }
const WIDE: PanelSize = { width: 24, height: 9 }

/** What minutes are kept of on the cluster too (ksql/05-stats.ksql). */
const METRICS = [
  { field: 'gpu_temperature', unit: 'celsius', bucket: 1 },
  { field: 'cpu_temperature', unit: 'celsius', bucket: 1 },
  { field: 'board_power', unit: 'watt', bucket: 10 },
  { field: 'gpu_load', unit: 'percent', bucket: 5 },
] as const

/** Below this mean load, in percent, a minute is idle; from the other on it is load: those of ksql/06-sessions.ksql. */
const IDLE_BELOW = 10
const LOAD_FROM = 70

const PERCENTILES = [0.5, 0.95, 0.99]

/** Grafana takes ten times as many points of a series, by default ten times the panel's width in pixels; a year has 525,600 minutes. */
const HISTOGRAM_POINTS = 60_000

/** How the card fares over weeks: distributions, percentiles, idle against load, trends. */
export function gpuLongTerm(): Dashboard {
  const dashboard = gpuDashboard(
    'gpu-long-term',
    'GPU long term',
    'Weeks and months, from minutes: distributions, percentiles, idle against load, trends.',
    'now-30d',
  )
  for (const panel of [
    percentileTable(),
    idleAndLoad(),
    ...METRICS.flatMap(({ field, unit, bucket }) => [histogram(field, unit, bucket), trend(field, unit)]),
    episodesADay(),
  ])
    dashboard.withPanel(panel)
  return dashboard.build()
}

function percentileTable(): Builder<Panel> {
  const columns = PERCENTILES.map(
    (q) => `${chosen('gpu_minute', ...METRICS.map(({ field }) => `${field}_avg`))}
  |> group(columns: ["device", "host", "_field"])
  |> quantile(q: ${q.toFixed(2)}, method: "estimate_tdigest")
  |> map(fn: (r) => ({device: r.device, host: r.host, metric: r._field, p${q * 100}: r._value}))`,
  )
  return table(
    {
      title: 'Percentiles',
      description: 'Of the means of minutes: half of them, 95 and 99 of 100 are below.',
      unit: 'none',
    },
    HALF,
    columns,
  ).withTransformation({ id: 'merge', options: {} })
}

/** The same card, idle and under load: a new cooler shows here first. */
function idleAndLoad(): Builder<Panel> {
  const part = (
    name: string,
    condition: string,
  ) => `${chosen('gpu_minute', 'gpu_temperature_avg', 'board_power_avg', 'gpu_load_avg')}
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
  |> filter(fn: (r) => exists r.gpu_load_avg and exists r.gpu_temperature_avg and r.gpu_load_avg ${condition})
  |> group(columns: ["device", "host"])
  |> mean(column: "gpu_temperature_avg")
  |> map(fn: (r) => ({device: r.device, host: r.host, use: "${name}", temperature: r.gpu_temperature_avg}))`
  return table(
    {
      title: 'Idle and load',
      description: `Mean GPU temperature of minutes below ${IDLE_BELOW} % and from ${LOAD_FROM} % load on.`,
      unit: 'celsius',
    },
    HALF,
    [part('idle', `< ${IDLE_BELOW}.0`), part('load', `>= ${LOAD_FROM}.0`)],
  ).withTransformation({ id: 'merge', options: {} })
}

function histogram(field: string, unit: string, bucket: number): Builder<Panel> {
  const text = { title: `${sensorLabel(field)}: distribution`, description: 'How many minutes had which mean.', unit }
  return filled(new HistogramPanel(), text, HALF, [chosen('gpu_minute', `${field}_avg`)])
    .displayName(DEVICE)
    .bucketSize(bucket)
    .fillOpacity(60)
    .maxDataPoints(HISTOGRAM_POINTS)
}

function trend(field: string, unit: string): Builder<Panel> {
  const daily = (part: string, fn: string, name: string) =>
    `${chosen('gpu_minute', `${field}_${part}`)}
  |> aggregateWindow(every: 1d, fn: ${fn}, createEmpty: true)${named(name)}`
  return timeSeries(
    { title: `${sensorLabel(field)}: trend`, description: 'Least, mean and greatest of each day.', unit },
    HALF,
    [daily('min', 'min', 'least'), daily('avg', 'mean', 'mean'), daily('max', 'max', 'greatest')],
  )
}

function episodesADay(): Builder<Panel> {
  return timeSeries({ title: 'Episodes a day', description: 'How often each rule was broken.', unit: 'none' }, WIDE, [
    `${chosen('gpu_episode', 'count')}
  |> group(columns: ["device", "host", "rule"])
  |> aggregateWindow(every: 1d, fn: count, createEmpty: true)`,
  ]).displayName('${__field.labels.rule} ${__field.labels.device}')
}
