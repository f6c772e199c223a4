import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import {
  type DataSourceRef,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common'
import {
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as TimeSeriesPanel } from '@grafana/grafana-foundation-sdk/timeseries'
import { LIMITS } from '../jobs/limits.ts'
import { sensorLabel } from '../jobs/sensor-label.ts'
import { chosen, named, windowed } from './flux.ts'
import { fluxQuery, INFLUXDB } from './flux-query.ts'

export interface PanelText {
  readonly title: string
  /** what a person sees there and what it means */
  readonly description: string
  /** unit as Grafana calls it */
  readonly unit: string
}

/** Sizes are Grafana's: 24 columns, a row is about 30 pixels. */
export interface PanelSize {
  readonly width: number
  readonly height: number
}

/** A series is the label of its sensor and its device, */
export const SERIES = '${__field.name} ${__field.labels.device}'
/** or the device alone, where there is but one quantity. */
export const DEVICE = '${__field.labels.device}'
/** GPU-Z writes each second: in a narrower window there would be gaps everywhere. */
export const NARROWEST_WINDOW = '2s'

/** What the library's builders of panels have in common. */
interface PanelBuilder {
  title(title: string): unknown
  description(description: string): unknown
  unit(unit: string): unknown
  datasource(source: DataSourceRef): unknown
  span(columns: number): unknown
  height(rows: number): unknown
  withTarget(query: Builder<Dataquery>): unknown
}

/** Gives a panel its text and size, and queries with the names A, B, C … that Grafana wants. */
export function filled<P extends PanelBuilder>(
  panel: P,
  { title, description, unit }: PanelText,
  { width, height }: PanelSize,
  flux: readonly string[],
): P {
  panel.title(title)
  panel.description(description)
  panel.unit(unit)
  panel.datasource(INFLUXDB)
  panel.span(width)
  panel.height(height)
  for (const [i, text] of flux.entries()) panel.withTarget(fluxQuery(String.fromCharCode(65 + i), text))
  return panel
}

/** A line for each sensor, with the limit that each of them breaks first as a dashed line. */
export function sensorChart(text: PanelText, size: PanelSize, sensors: readonly string[]): Builder<Panel> {
  const flux = sensors.map((field) => chosen('gpu_reading', field) + windowed('mean') + named(sensorLabel(field)))
  const panel = timeSeries(text, size, flux)
  const limits = LIMITS.filter(({ sensor }) => sensor !== null && sensors.includes(sensor))
  return limits.length === 0
    ? panel
    : panel
        .thresholds(thresholds(limits.map(({ standard }) => standard)))
        .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
}

export function timeSeries(text: PanelText, size: PanelSize, flux: readonly string[]): TimeSeriesPanel {
  return filled(new TimeSeriesPanel(), text, size, flux)
    .displayName(SERIES)
    .interval(NARROWEST_WINDOW)
    .lineWidth(1)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['min', 'mean', 'max', 'lastNotNull']),
    )
}

/** The newest value of each series, large. Colour changes at the limits, in order. */
export function stat(
  text: PanelText,
  size: PanelSize,
  flux: readonly string[],
  limits: readonly number[] = [],
): StatPanel {
  return filled(new StatPanel(), text, size, flux)
    .displayName(SERIES)
    .interval(NARROWEST_WINDOW)
    .thresholds(thresholds(limits))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
}

export function table(text: PanelText, size: PanelSize, flux: readonly string[]): TablePanel {
  return filled(new TablePanel(), text, size, flux)
}

/** Green, then red from the last limit on; orange from those before it. */
function thresholds(limits: readonly number[]): ThresholdsConfigBuilder {
  const above = [...limits].sort((a, b) => a - b)
  const last = above.length - 1
  const steps: Threshold[] = above.map((value, i) => ({ value, color: i === last ? 'red' : 'orange' }))
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([{ value: null, color: 'green' }, ...steps])
}
