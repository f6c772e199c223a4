import { grafanaFiles } from '../../grafana/generate.ts'

interface Target {
  readonly query: string
}

export interface DashboardFile {
  readonly uid: string
  readonly title: string
  readonly time: { readonly from: string }
  readonly tags: readonly string[]
  readonly links: readonly { readonly tags: readonly string[]; readonly includeVars: boolean }[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] }
  readonly panels: readonly {
    readonly type: string
    readonly title: string
    readonly description: string
    readonly datasource?: { readonly uid: string }
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
    readonly fieldConfig?: { readonly defaults: { readonly unit?: string } }
    readonly targets?: readonly Target[]
    readonly maxDataPoints?: number
    readonly options?: { readonly stateFilter?: Readonly<Record<string, boolean>> }
    /** looks back so far, whatever the dashboard shows */
    readonly timeFrom?: string
  }[]
}

export interface RulesFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly uid: string
      readonly title: string
      readonly labels: Readonly<Record<string, string>>
      readonly noDataState: string
      readonly execErrState: string
      readonly annotations: { readonly summary: string; readonly description: string }
      readonly data: readonly [
        {
          readonly datasourceUid: string
          readonly model: Target
          readonly relativeTimeRange: { readonly from: number }
        },
      ]
    }[]
  }[]
}

/** A query that Grafana sends, where it stands, and the seconds that it looks back. */
export interface GrafanaQuery {
  readonly place: string
  readonly flux: string
  readonly rangeS: number
  /** of a series, beyond which Grafana cuts the answer off; not for variables and alert rules */
  readonly mostPoints?: number
}

/** Of a column of the grid, on a screen that is not wide. */
const COLUMN_PIXELS = 40
/** pkg/tsdb/influxdb/flux/executor.go: so many times the data points that a panel asks for, by default its width in pixels. */
const ENFORCED = 10

const files = [...grafanaFiles()]

export const dashboards = files
  .filter(([path]) => path.startsWith('dashboards/'))
  .map(([, text]) => JSON.parse(text) as DashboardFile)

export const rules = (
  JSON.parse(grafanaFiles().get('provisioning/alerting/rules.json') ?? '') as RulesFile
).groups.flatMap((group) => group.rules)

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400 }

function seconds(from: string): number {
  const match = /^now-(\d+)([mhd])$/.exec(from)
  if (match === null) throw new Error(`${from} is no time that a dashboard of ours begins at, as now-30m`)
  return Number(match[1]) * UNITS[match[2]]
}

/** Queries of panels and variables of a dashboard. */
export function queriesOf({ title, time, panels, templating }: DashboardFile): GrafanaQuery[] {
  const rangeS = seconds(time.from)
  return [
    ...panels.flatMap((panel) =>
      (panel.targets ?? []).map(({ query }, i) => ({
        place: `${title}: ${panel.title} ${i}`,
        flux: query,
        rangeS: panel.timeFrom === undefined ? rangeS : seconds(`now-${panel.timeFrom}`),
        mostPoints: ENFORCED * (panel.maxDataPoints ?? panel.gridPos.w * COLUMN_PIXELS),
      })),
    ),
    ...templating.list.map(({ name, query }) => ({ place: `${title}: variable ${name}`, flux: query, rangeS })),
  ]
}

export const alertQueries: readonly GrafanaQuery[] = rules.map(({ title, data }) => ({
  place: `alert ${title}`,
  flux: data[0].model.query,
  rangeS: data[0].relativeTimeRange.from,
}))

export const allQueries: readonly GrafanaQuery[] = [...dashboards.flatMap(queriesOf), ...alertQueries]

/** The query as it reaches InfluxDB: a stand-in for what Grafana puts in place of its macros and variables, here for all devices and hosts. */
export function asSent({ flux, rangeS }: GrafanaQuery, bucket: string): string {
  const now = Date.now()
  // Grafana asks for about a point a pixel, and not for windows below the panel's least interval.
  const window = Math.max(2, Math.round(rangeS / 1_000))
  const macros: Readonly<Record<string, string>> = {
    'v.defaultBucket': JSON.stringify(bucket),
    'v.timeRangeStart': new Date(now - rangeS * 1_000).toISOString(),
    'v.timeRangeStop': new Date(now).toISOString(),
    'v.windowPeriod': `${window}s`,
    '${device:regex}': '.*',
    '${host:regex}': '.*',
  }
  return Object.entries(macros).reduce((text, [name, value]) => text.replaceAll(name, value), flux)
}

/** Rows that have a value, and not only a time, a tag or a name, which rows have also where a window is empty. */
export function tellingRows(rows: readonly Readonly<Record<string, unknown>>[]): readonly object[] {
  const names = ['result', 'table', '_start', '_stop', '_time', '_field', '_measurement', 'device', 'host']
  return rows.filter((row) => Object.entries(row).some(([name, value]) => !names.includes(name) && value !== null))
}
