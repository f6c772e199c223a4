import type { Command } from 'commander'
import type { ServeOptions } from '../jobs/serve.ts'
import { StoreExports } from '../jobs/store-exports.ts'
import { version } from '../jobs/version.ts'
import { EXIT } from './exit.ts'
import { parsePort } from './values.ts'

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

/** Ends the command with a usage error for options that are no good, or do not go together. */
export function pageOptions(command: Command, flags: PageFlags): Omit<ServeOptions, 'logs' | 'timezone' | 'signal'> {
  const { host, port, notify, influx: url, influxOrg: org, influxBucket: bucket } = flags
  const token = process.env['GPUMON_TOKEN']
  if (url === undefined && (org !== undefined || bucket !== undefined))
    usageError(command, '--influx-org and --influx-bucket need --influx URL, the address of the server')
  const influx =
    url === undefined ? null : { url, org: org ?? '', bucket: bucket ?? '', token: process.env['INFLUX_TOKEN'] }
  try {
    new StoreExports({ notify: notify ?? [], influx }, () => {})
  } catch (error) {
    usageError(command, error instanceof Error ? error.message : String(error))
  }
  return {
    version: version(),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(token === undefined ? {} : { token }),
    ...(notify === undefined ? {} : { notify }),
    ...(influx === null ? {} : { influx }),
  }
}

/** Commander prints only what it throws itself. */
function usageError(command: Command, message: string): never {
  return command.error(`error: ${message}`, { exitCode: EXIT.usage })
}
