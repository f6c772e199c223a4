import { Command } from 'commander'
import { type DemoOptions, demo, serveDemo } from '../../jobs/demo.ts'
import { interruptSignal } from '../interrupt.ts'
import { timezoneOption } from '../log-options.ts'
import { addPageOptions, type PageFlags, pageOptions } from '../page-options.ts'
import { tellRun } from '../tell-run.ts'
import { tellServe } from '../tell-serve.ts'
import { parseCount, parseSeed, parseSpeed } from '../values.ts'

interface DemoFlags extends Omit<DemoOptions, 'signal'>, PageFlags {
  readonly store?: string
  readonly json?: boolean
  readonly once?: boolean
}

/** `gpumon demo`: a simulated GPU writes a log as GPU-Z does, and the main job follows it. */
export function demoCommand(): Command {
  const command = new Command('demo')
    .description(
      'let a simulated GPU write a GPU-Z log live, and show it on a page; with --once, --json or --rows on the terminal alone',
    )
    .option('--seed <number>', 'the same seed gives the same readings', parseSeed, 1)
    .option('--speed <factor>', 'let time pass so many times faster', parseSpeed, 1)
    .addOption(timezoneOption('time zone whose clock the log shows'))
    .option(
      '--output <file>',
      'the log to write, a new file, or with the page one that a demo wrote (default: one in the folder for temporary files)',
    )
    .option('--store <file>', 'where the page keeps everything (default: in the folder for temporary files)')
    .option('--rows <count>', 'stop after so many readings (default: go on until Ctrl-C)', parseCount)
    .option('--once', 'end with a summary, without a page')
    .option('--json', 'print the result as one JSON object')
  return addPageOptions(command).action(async (flags: DemoFlags) => {
    const { seed, speed, timezone, output, store, rows, json = false, once = false } = flags
    if (!json && !once && rows === undefined) {
      const base = { seed, speed, timezone, signal: interruptSignal(), ...pageOptions(command, flags) }
      const options = {
        ...base,
        ...(output === undefined ? {} : { output }),
        ...(store === undefined ? {} : { store }),
      }
      await tellServe((listener) => serveDemo(options, listener), { timezone, open: flags.open })
      return
    }
    await tellRun((listener) => demo({ ...flags, signal: interruptSignal() }, listener), { timezone, json })
  })
}
