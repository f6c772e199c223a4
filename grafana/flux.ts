// Flux as Grafana sends it to InfluxDB: v.timeRangeStart, v.timeRangeStop, v.windowPeriod and v.defaultBucket are Grafana's macros, so that one set of
// dashboards serves the bucket of a laptop and that of the cluster. Measurements and fields are those of docs/influx.md.

export type Measurement = 'gpu_reading' | 'gpu_minute' | 'gpu_episode'

/** Where `${device}` and `${host}` of a dashboard hold. Grafana escapes what a name has of regular expressions, the slash included. */
const CHOSEN = 'r.device =~ /^${device:regex}$/ and r.host =~ /^${host:regex}$/'

/** The points of some fields of a measurement in the time that the dashboard shows, of the devices and hosts that are chosen on it. */
export function chosen(measurement: Measurement, ...fields: readonly string[]): string {
  return `${all(measurement, ...fields)}\n  |> filter(fn: (r) => ${CHOSEN})`
}

/** A value for each window of the chart. `createEmpty` makes a gap in the line where a window has no reading. */
export function windowed(fn: 'mean' | 'max' | 'last', createEmpty = true): string {
  return `\n  |> aggregateWindow(every: v.windowPeriod, fn: ${fn}, createEmpty: ${createEmpty})`
}

/** Names the series as people call it. */
export function named(name: string): string {
  return `\n  |> set(key: "_field", value: ${JSON.stringify(name)})`
}

/** The same of all devices and hosts: alert rules know no variables of a dashboard. */
export function all(measurement: Measurement, ...fields: readonly string[]): string {
  const ofFields =
    fields.length === 0 ? '' : ` and (${fields.map((field) => `r._field == ${JSON.stringify(field)}`).join(' or ')})`
  return `from(bucket: v.defaultBucket)
  |> range(start: v.timeRangeStart, stop: v.timeRangeStop)
  |> filter(fn: (r) => r._measurement == "${measurement}"${ofFields})`
}

/** Seconds since the newest of the readings that a query gives, for each device, whichever sensor it is of. */
export function ageOf(readings: string): string {
  return `${readings}
  |> last()
  |> group(columns: ["device", "host"])
  |> max(column: "_time")
  |> map(fn: (r) => ({r with _value: float(v: int(v: now()) - int(v: r._time)) / 1000000000.0}))
  |> keep(columns: ["_time", "_value", "device", "host"])`
}
