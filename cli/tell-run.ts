import type { RunListener, RunResult } from '../jobs/run.ts'
import { EpisodeTeller } from './episode-text.ts'
import { ProgressBar } from './progress.ts'
import { summaryText } from './summary-text.ts'
import { WallClock } from './time-text.ts'

export interface TellOptions {
  /** IANA name of the zone by whose clock times are told */
  readonly timezone: string
  /** the result is printed as one JSON object, and episodes are not told */
  readonly json: boolean
}

/** Does a run and tells a person, or with `json` a program, of it: episodes, progress and notices as they come, then the result. */
export async function tellRun(
  job: (listener: RunListener) => Promise<RunResult>,
  { timezone, json }: TellOptions,
): Promise<void> {
  const bar = new ProgressBar('reading')
  const clock = new WallClock(timezone)
  const teller = new EpisodeTeller(clock)
  const say = (stream: NodeJS.WriteStream, lines: readonly string[]): void => {
    if (lines.length === 0) return
    bar.clear()
    stream.write(`${lines.join('\n')}\n`)
  }
  const listener: RunListener = {
    onProgress: (progress) => bar.update(progress),
    onEpisode: (event) => {
      if (!json) say(process.stdout, teller.tell(event))
    },
    onNotice: (text) => say(process.stderr, [text]),
  }
  const result = await job(listener).finally(() => bar.clear())
  if (json) {
    const { rows, rejects, alerts, episodes, windows, seconds } = result
    say(process.stdout, [JSON.stringify({ rows, rejects, alerts, episodes, windows, seconds })])
  } else say(process.stdout, summaryText(result, clock))
}
