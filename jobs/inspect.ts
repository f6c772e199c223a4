import { LogReader, type LogReport } from '../gpuz/log-reader.ts'
import type { LogSource } from '../gpuz/log-source.ts'
import type { SensorReport } from '../gpuz/report.ts'
import { whyBroken } from './broken-sensor.ts'
import { deviceLogs } from './device-log.ts'

/** What became of one sensor of a log. */
export interface InspectedSensor extends SensorReport {
  /** Values that are readings. */
  readonly readings: number
  /** Values that are none: missing, zero for no answer, implausible or unreadable. */
  readonly nulls: number
  /** Why the sensor looks broken, or null. */
  readonly broken: string | null
}

/** What is in a log, before anything is made of it. */
export interface InspectReport extends Omit<LogReport, 'sensors'> {
  readonly name: string
  readonly bytes: number
  readonly timezone: string
  readonly sensors: readonly InspectedSensor[]
}

export interface InspectOptions {
  /** IANA name of the zone that the logging machine's clock showed. */
  readonly timezone: string
  /** Called after each piece of a log. */
  readonly onProgress?: (progress: { name: string; bytes: number; size: number; rows: number }) => void
  /** Called for what an archive holds besides logs. */
  readonly onNotice?: (text: string) => void
}

/**
 * Inspects the logs that paths stand for: files, or archives with logs.
 * @throws what `inspectLog` throws; errors of the operating system; ZipError
 */
export async function inspectLogs(paths: readonly string[], options: InspectOptions): Promise<InspectReport[]> {
  const { logs, skipped } = await deviceLogs(paths, undefined)
  for (const { name, reason } of skipped) options.onNotice?.(`${name} is left out: ${reason}`)
  const reports: InspectReport[] = []
  for (const { log } of logs) reports.push(await inspectLog(log, options))
  return reports
}

/**
 * Reads a whole log and says what is in it.
 * @throws NotALogError, UnknownZoneError
 */
export async function inspectLog(log: LogSource, options: InspectOptions): Promise<InspectReport> {
  const { timezone, onProgress } = options
  const reader = new LogReader({ timezone, source: log.name, statistics: true })
  let bytes = 0
  for await (const chunk of log.open()) {
    reader.push(chunk)
    bytes += chunk.length
    onProgress?.({ name: log.name, bytes, size: log.size, rows: reader.report.rows })
  }
  reader.end()
  const { report } = reader
  const maximum = (field: string): number => report.sensors[field]?.max ?? 0
  const sensors = Object.values(report.sensors).map((sensor) => inspected(sensor, maximum))
  return { ...report, name: log.name, bytes, timezone, sensors }
}

function inspected(sensor: SensorReport, maximum: (field: string) => number): InspectedSensor {
  const nulls = sensor.missing + sensor.zeros + sensor.implausible + sensor.unreadable
  const readings = sensor.rows - nulls
  return { ...sensor, readings, nulls, broken: whyBroken(sensor, maximum) }
}
