import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
  QueryVariableBuilder,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { INFLUXDB } from './flux-query.ts'

/** The tag by which the dashboards find each other. */
const TAG = 'gpumon'

/** A dashboard with the variables host and device, and links to the others that keep these. */
export function gpuDashboard(uid: string, title: string, description: string, from: string): DashboardBuilder {
  return new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .time({ from, to: 'now' })
    .tooltip(DashboardCursorSync.Crosshair)
    .withVariable(tagVariable('host', 'Host', 'r._measurement == "gpu_reading"'))
    .withVariable(tagVariable('device', 'Device', 'r._measurement == "gpu_reading" and r.host =~ /^${host:regex}$/'))
    .link({ build: linkToOthers })
}

/** In plain sight: the library would put it into a menu. Time is not kept: thirty minutes and thirty days are different questions. */
function linkToOthers(): DashboardLink {
  const link = new DashboardLinkBuilder('GPU dashboards')
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .includeVars(true)
  return { ...link.build(), placement: undefined }
}

function tagVariable(tag: string, label: string, predicate: string): Builder<VariableModel> {
  const query = `import "influxdata/influxdb/schema"
schema.tagValues(bucket: v.defaultBucket, tag: "${tag}", predicate: (r) => ${predicate}, start: v.timeRangeStart)`
  return new QueryVariableBuilder(tag)
    .label(label)
    .datasource(INFLUXDB)
    .query(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all', selected: true })
}
