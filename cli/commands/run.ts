import { Command, Option } from 'commander'
import { type RunOptions, run } from '../../jobs/run.ts'
import { systemTimezone } from '../../jobs/timezone.ts'
import { interruptSignal } from '../interrupt.ts'
import { tellRun } from '../tell-run.ts'
import { parseSpeed, parseTimezone } from '../values.ts'

interface RunFlags extends Pick<RunOptions, 'device' | 'speed' | 'loop' | 'follow' | 'timezone'> {
  readonly json?: boolean
}

/** `gpumon run LOG…`: what happened to the cards that wrote these logs. */
export function runCommand(): Command {
  return new Command('run')
    .description('read GPU-Z sensor logs, tell of alert episodes, and sum up')
    .argument('<log...>', 'GPU-Z sensor logs, or .zip archives with logs; each log is a device')
    .option('--device <name>', 'name of the device, for a single log (default: the name of the file)')
    .option(
      '--timezone <zone>',
      'time zone of the machine that wrote the logs, by its IANA name',
      parseTimezone,
      systemTimezone(),
    )
    .option('--speed <factor>', 'replay at this many times real time (pauses count as a minute at most)', parseSpeed)
    .addOption(
      new Option('--loop', 'begin again at the end, with times that go on, until Ctrl-C').conflicts(['once', 'follow']),
    )
    .addOption(new Option('--follow', 'go on with what is appended to the logs, until Ctrl-C').conflicts('once'))
    .option('--once', 'end at the end of the logs (the default)')
    .option('--json', 'print the result as one JSON object')
    .action(async (logs: string[], flags: RunFlags) => {
      const { timezone, json = false } = flags
      await tellRun((listener) => run({ ...flags, logs, signal: interruptSignal() }, listener), { timezone, json })
    })
}
