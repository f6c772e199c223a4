import { Command } from 'commander'
import { type DemoOptions, demo } from '../../jobs/demo.ts'
import { systemTimezone } from '../../jobs/timezone.ts'
import { interruptSignal } from '../interrupt.ts'
import { tellRun } from '../tell-run.ts'
import { parseCount, parseSeed, parseSpeed, parseTimezone } from '../values.ts'

interface DemoFlags extends Omit<DemoOptions, 'signal'> {
  readonly json?: boolean
}

/** `gpumon demo`: a simulated GPU writes a log as GPU-Z does, and the main job follows it. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('let a simulated GPU write a GPU-Z log live, and follow it')
    .option('--seed <number>', 'the same seed gives the same readings', parseSeed, 1)
    .option('--speed <factor>', 'let time pass so many times faster', parseSpeed, 1)
    .option(
      '--timezone <zone>',
      'time zone whose clock the log shows, by its IANA name',
      parseTimezone,
      systemTimezone(),
    )
    .option('--output <file>', 'the log to write, a new file (default: one in the folder for temporary files)')
    .option('--rows <count>', 'stop after so many readings (default: go on until Ctrl-C)', parseCount)
    .option('--json', 'print the result as one JSON object')
    .action(async (flags: DemoFlags) => {
      const { timezone, json = false } = flags
      await tellRun((listener) => demo({ ...flags, signal: interruptSignal() }, listener), { timezone, json })
    })
}
