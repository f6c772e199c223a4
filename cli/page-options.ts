import { type Command, InvalidArgumentError } from 'commander'
import type { ServeOptions } from '../jobs/serve.ts'
import { version } from '../jobs/version.ts'

/** Options of the commands that open the page, as they are given. */
export interface PageFlags {
  /** false: the browser is left alone */
  readonly open: boolean
  readonly host?: string
  readonly port?: number
  readonly notify?: string[]
  readonly influx?: string
  readonly influxOrg?: string
  readonly influxBucket?: string
}

export function addPageOptions(command: Command): Command {
  return command
    .option('--port <port>', 'port of the page (default: 8790; 0: any that is free)', parsePort)
    .option('--no-open', 'do not open the page in the browser')
    .option(
      '--host <address>',
      'address of the page; another than 127.0.0.1 needs a token, from GPUMON_TOKEN or made up',
    )
    .option(
      '--notify <url...>',
      'webhooks (also of Slack and Discord) that are told when an alert episode opens and closes',
    )
    .option(
      '--influx <url>',
      'write readings, minutes and episodes to this InfluxDB 2; its token is read from INFLUX_TOKEN',
    )
    .option('--influx-org <org>', 'organisation in InfluxDB')
    .option('--influx-bucket <bucket>', 'bucket in InfluxDB')
}

/** @throws InvalidArgumentError for options that do not go together */
export function pageOptions(flags: PageFlags): Omit<ServeOptions, 'logs' | 'timezone' | 'signal'> {
  const { host, port, notify, influx, influxOrg, influxBucket } = flags
  const token = process.env['GPUMON_TOKEN']
  if (influx === undefined && (influxOrg !== undefined || influxBucket !== undefined))
    throw new InvalidArgumentError('--influx-org and --influx-bucket need --influx URL, the address of the server.')
  if (influx !== undefined && (influxOrg === undefined || influxBucket === undefined))
    throw new InvalidArgumentError('--influx needs --influx-org and --influx-bucket: where in InfluxDB to write.')
  return {
    version: version(),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(token === undefined ? {} : { token }),
    ...(notify === undefined ? {} : { notify }),
    ...(influx === undefined || influxOrg === undefined || influxBucket === undefined
      ? {}
      : { influx: { url: influx, org: influxOrg, bucket: influxBucket, token: process.env['INFLUX_TOKEN'] } }),
  }
}

function parsePort(text: string): number {
  const port = Number(text)
  if (text.trim() === '' || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('It must be a whole number from 0 to 65535.')
  return port
}
