import { Command, Option } from 'commander'
import { type RunOptions, run } from '../../jobs/run.ts'
import { EpisodeTeller } from '../episode-text.ts'
import { interruptSignal } from '../interrupt.ts'
import { ProgressBar } from '../progress.ts'
import { summaryText } from '../summary-text.ts'
import { WallClock } from '../time-text.ts'
import { parseSpeed } from '../values.ts'

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
      Intl.DateTimeFormat().resolvedOptions().timeZone,
    )
    .option('--speed <factor>', 'replay at this many times real time (pauses count as a minute at most)', parseSpeed)
    .addOption(
      new Option('--loop', 'begin again at the end, with times that go on, until Ctrl-C').conflicts(['once', 'follow']),
    )
    .addOption(new Option('--follow', 'go on with what is appended to the logs, until Ctrl-C').conflicts('once'))
    .option('--once', 'end at the end of the logs (the default)')
    .option('--json', 'print the result as one JSON object')
    .action((logs: string[], flags: RunFlags) => runAndTell({ ...flags, logs }, flags.json === true))
}

/** Runs the job and tells a person, or with `json` a program, of it. */
export async function runAndTell(options: RunOptions, json: boolean, signal = interruptSignal()): Promise<void> {
  const bar = new ProgressBar('reading')
  const say = (stream: NodeJS.WriteStream, lines: readonly string[]): void => {
    if (lines.length === 0) return
    bar.clear()
    stream.write(`${lines.join('\n')}\n`)
  }
  let teller: EpisodeTeller | null = null
  const clock = (): WallClock => new WallClock(options.timezone)
  const result = await run(
    { ...options, signal },
    {
      onProgress: (progress) => bar.update(progress),
      onEpisode: (event) => {
        if (json) return
        // Made when the job has found the zone to be one.
        teller ??= new EpisodeTeller(clock())
        say(process.stdout, teller.tell(event))
      },
      onNotice: (text) => say(process.stderr, [text]),
    },
  ).finally(() => bar.clear())
  if (json) {
    const { rows, rejects, alerts, episodes, windows, seconds } = result
    say(process.stdout, [JSON.stringify({ rows, rejects, alerts, episodes, windows, seconds })])
  } else say(process.stdout, summaryText(result, clock()))
}
