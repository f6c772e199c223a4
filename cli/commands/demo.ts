import { Command } from 'commander'
import { startDemo } from '../../jobs/demo.ts'
import { interruptSignal } from '../interrupt.ts'
import { parseCount, parseSeed, parseSpeed } from '../values.ts'

interface DemoFlags {
  readonly seed: number
  readonly speed: number
  readonly output?: string
  readonly rows?: number
}

/** `gpumon demo`: a simulated GPU writes a log as GPU-Z does. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('let a simulated GPU write a GPU-Z log, live')
    .option('--seed <number>', 'the same seed gives the same readings', parseSeed, 1)
    .option('--speed <factor>', 'write this many times faster than readings happen', parseSpeed, 1)
    .option('--output <file>', 'the log to append to (default: a new file in the folder for temporary files)')
    .option('--rows <count>', 'stop after so many readings (default: go on until Ctrl-C)', parseCount)
    .action(async (flags: DemoFlags) => {
      const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone
      const demo = await startDemo({ ...flags, timezone }, interruptSignal())
      process.stderr.write(`a simulated GPU writes ${demo.path}\n`)
      const rows = await demo.done
      process.stderr.write(`${rows} readings written\n`)
    })
}
