import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import { VisibilityMode } from '@grafana/grafana-foundation-sdk/common'
import {
  PanelBuilder as AnyPanel,
  type Dashboard,
  MappingType,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as StateTimelinePanel } from '@grafana/grafana-foundation-sdk/statetimeline'
import { LIMITS } from '../jobs/limits.ts'
import { sensorLabel } from '../jobs/sensor-label.ts'
import { perfCapReasons } from '../store/perf-cap.ts'
import { ageOf, chosen, named, windowed } from './flux.ts'
import { DEVICE, filled, NARROWEST_WINDOW, type PanelSize, SERIES, sensorChart, stat, table } from './panels.ts'
import { gpuDashboard } from './variables.ts'

const TILE: PanelSize = { width: 4, height: 4 }
const HALF: PanelSize = { width: 12, height: 9 }
const WIDE: PanelSize = { width: 24, height: 8 }

/** Bits of PerfCap Reason that share a word, in the order of their worth to a person. */
const REASON_MASKS = [2, 1, 4 + 8, 16, 32]

/** What the card does now, and why it does not do more. */
export function gpuNow(): Dashboard {
  const dashboard = gpuDashboard(
    'gpu-now',
    'GPU now',
    'Temperatures, power, clocks and load against their limits, why the card was held back, and what is wrong.',
    'now-30m',
  ).refresh('5s')
  for (const panel of [...tiles(), ...charts(), alertList(), throttleTimeline(), episodes()]) dashboard.withPanel(panel)
  return dashboard.build()
}

function tiles(): Builder<Panel>[] {
  const tile = (field: string, unit: string) =>
    stat(
      { title: sensorLabel(field), description: `The newest reading. ${ranges(field)}`, unit },
      TILE,
      [chosen('gpu_reading', field) + windowed('last', false) + named(sensorLabel(field))],
      limitsOf(field),
    )
  return [
    tile('gpu_temperature', 'celsius'),
    tile('cpu_temperature', 'celsius'),
    tile('board_power', 'watt'),
    tile('gpu_load', 'percent'),
    tile('gpu_clock', 'suffix: MHz'),
    stat(
      { title: 'Age', description: 'Time since the newest reading: what is old is not now.', unit: 's' },
      TILE,
      [ageOf(chosen('gpu_reading'))],
      [10, 60],
    ).displayName(DEVICE),
  ]
}

function charts(): Builder<Panel>[] {
  return [
    sensorChart(
      { title: 'Temperature', description: 'GPU, hot spot, video memory, CPU. Dashed: the limits.', unit: 'celsius' },
      HALF,
      ['gpu_temperature', 'hot_spot', 'memory_temperature', 'cpu_temperature'],
    ),
    sensorChart({ title: 'Power', description: 'The board, and of it the chip.', unit: 'watt' }, HALF, [
      'board_power',
      'gpu_chip_power',
    ]),
    sensorChart({ title: 'Load', description: 'What the parts of the chip are busy with.', unit: 'percent' }, HALF, [
      'gpu_load',
      'memory_controller_load',
      'video_engine_load',
    ]),
    sensorChart(
      {
        title: 'Clocks',
        description: 'A clock that falls under load is held back: see why below.',
        unit: 'suffix: MHz',
      },
      HALF,
      ['gpu_clock', 'memory_clock'],
    ),
    sensorChart({ title: 'Fans', description: 'A fan may stand still while the card is cool.', unit: 'rotrpm' }, HALF, [
      'fan_speed_rpm',
      'fan_1_speed_rpm',
      'fan_2_speed_rpm',
    ]),
    sensorChart({ title: 'Video memory', description: 'Memory that programs have taken.', unit: 'mbytes' }, HALF, [
      'memory_used',
    ]),
    sensorChart({ title: 'Voltage', description: 'Of the chip.', unit: 'volt' }, HALF, ['gpu_voltage']),
  ]
}

/** A row for each reason; a window shows it if any of its readings had the bit. */
function throttleTimeline(): Builder<Panel> {
  const text = {
    title: 'Held back by',
    description: "PerfCap Reason in words: what kept the card from a higher clock. 'idle' is no fault.",
    unit: 'none',
  }
  return filled(new StateTimelinePanel(), text, WIDE, REASON_MASKS.map(reasonFlux))
    .displayName(SERIES)
    .interval(NARROWEST_WINDOW)
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .mappings([
      {
        type: MappingType.ValueToText,
        options: { '0': { text: 'no', color: 'transparent' }, '1': { text: 'yes', color: 'orange' } },
      },
    ])
}

function reasonFlux(mask: number): string {
  return `import "bitwise"
${chosen('gpu_reading', 'perf_cap_reason')}
  |> map(fn: (r) => ({r with _value: if bitwise.sand(a: int(v: r._value), b: ${mask}) > 0 then 1.0 else 0.0}))${windowed('max')}${named(perfCapReasons(mask).join())}`
}

/** A point of an episode stands at its start, which may be long before what the dashboard shows. */
function episodes(): Builder<Panel> {
  return table(
    {
      title: 'Episodes',
      description: 'What broke a limit, newest first: since when, how long, how far.',
      unit: 'none',
    },
    WIDE,
    [
      `${chosen('gpu_episode', 'seconds', 'peak', 'bound', 'count')}
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
  |> group()
  |> sort(columns: ["_time"], desc: true)
  |> limit(n: 100)
  |> keep(columns: ["_time", "device", "host", "rule", "severity", "seconds", "peak", "bound", "count"])`,
    ],
  ).timeFrom('24h')
}

/** Grafana's own list of the alert rules of this project; the library has no builder for it. */
function alertList(): Builder<Panel> {
  return new AnyPanel()
    .type('alertlist')
    .title('Alerts')
    .description('Rules that are firing. Each says what to do.')
    .span(HALF.width)
    .height(HALF.height)
    .options({
      alertInstanceLabelFilter: '',
      groupMode: 'default',
      maxItems: 20,
      sortOrder: 1,
      stateFilter: { firing: true, pending: true, noData: true, normal: false, error: true },
      viewMode: 'list',
    })
}

function limitsOf(field: string): number[] {
  return LIMITS.filter(({ sensor }) => sensor === field).map(({ standard }) => standard)
}

function ranges(field: string): string {
  const limits = limitsOf(field)
  return limits.length === 0 ? '' : `Colour changes at ${limits.join(' and ')}.`
}
