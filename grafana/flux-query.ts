import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog'
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common'

/** The data source of provisioning/datasources/influxdb.yaml. */
export const INFLUXDB: DataSourceRef = { type: 'influxdb', uid: 'gpumon-influxdb' }

/** A Flux query of a panel; the library has no type of its own for InfluxDB's. */
export function fluxQuery(refId: string, query: string): Builder<Dataquery> {
  const target = { refId, datasource: INFLUXDB, query, _implementsDataqueryVariant() {} }
  return { build: () => target }
}
