import { Option } from 'commander'
import { systemTimezone } from '../jobs/timezone.ts'
import { parseSpeed, parseTimezone } from './values.ts'

/** Options of commands that read or write logs. */

export function deviceOption(): Option {
  return new Option('--device <name>', 'name of the device, for a single log (default: the name of the file)')
}

/** @param what the zone is that of */
export function timezoneOption(what = 'time zone of the machine that wrote the logs'): Option {
  return new Option('--timezone <zone>', `${what}, by its IANA name`).argParser(parseTimezone).default(systemTimezone())
}

export function replaySpeedOption(): Option {
  return new Option(
    '--speed <factor>',
    'replay at this many times real time (pauses count as a minute at most)',
  ).argParser(parseSpeed)
}
