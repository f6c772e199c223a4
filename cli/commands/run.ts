import { Command, Option } from 'commander'
import { type RunOptions, run } from '../../jobs/run.ts'
import { serve } from '../../jobs/serve.ts'
import { interruptSignal } from '../interrupt.ts'
import { deviceOption, replaySpeedOption, timezoneOption } from '../log-options.ts'
import { addPageOptions, type PageFlags, pageOptions } from '../page-options.ts'
import { tellRun } from '../tell-run.ts'
import { tellServe } from '../tell-serve.ts'

interface RunFlags extends Pick<RunOptions, 'device' | 'speed' | 'loop' | 'follow' | 'timezone'>, PageFlags {
  readonly json?: boolean
  readonly once?: boolean
  readonly store?: string
}

/** Any of these does without page and store. */
const TERMINAL = ['once', 'json', 'speed', 'loop', 'follow'] as const

/** `gpumon run LOG…`: what happened to the cards that wrote these logs. */
export function runCommand(): Command {
  const command = new Command('run')
    .description(
      'read GPU-Z sensor logs, go on with what is appended, and show all on a page; with --once, --json, --speed, --loop or --follow on the terminal alone',
    )
    .argument('<log...>', 'GPU-Z sensor logs, or .zip archives with logs; each log is a device')
    .addOption(deviceOption())
    .addOption(timezoneOption())
    .option('--store <file>', 'where all is kept (default: gpumon.duckdb in your folder for data)')
    .addOption(replaySpeedOption())
    .addOption(
      new Option('--loop', 'begin again at the end, with times that go on, until Ctrl-C').conflicts(['once', 'follow']),
    )
    .addOption(
      new Option('--follow', 'go on with what is appended to the logs, until Ctrl-C, without a page').conflicts('once'),
    )
    .option('--once', 'end at the end of the logs, with a summary')
    .option('--json', 'print the result as one JSON object')
  return addPageOptions(command).action(async (logs: string[], flags: RunFlags) => {
    const { timezone, device, store, json = false } = flags
    if (TERMINAL.every((flag) => flags[flag] === undefined)) {
      const base = { logs, timezone, signal: interruptSignal(), ...pageOptions(command, flags) }
      const options = {
        ...base,
        ...(device === undefined ? {} : { device }),
        ...(store === undefined ? {} : { store }),
      }
      await tellServe((listener) => serve(options, listener), { timezone, open: flags.open })
      return
    }
    await tellRun((listener) => run({ ...flags, logs, signal: interruptSignal() }, listener), { timezone, json })
  })
}
