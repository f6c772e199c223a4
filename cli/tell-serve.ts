import type { ServeListener } from '../jobs/serve.ts'
import { EpisodeTeller } from './episode-text.ts'
import { openBrowser } from './open-browser.ts'
import { ProgressBar } from './progress.ts'
import { WallClock } from './time-text.ts'

/** Tells a person of the page and what happens: where it is, how far the logs are read, what is live. History is on the page. */
export async function tellServe(
  job: (listener: ServeListener) => Promise<void>,
  { timezone, open }: { readonly timezone: string; readonly open: boolean },
): Promise<void> {
  const bar = new ProgressBar('reading')
  const teller = new EpisodeTeller(new WallClock(timezone))
  const say = (stream: NodeJS.WriteStream, lines: readonly string[]): void => {
    if (lines.length === 0) return
    bar.clear()
    stream.write(`${lines.join('\n')}\n`)
  }
  await job({
    onReady: (url, store) => {
      say(process.stdout, [`page   ${url}`, `store  ${store}`, 'Ctrl-C ends it; the next run goes on from here'])
      // Somebody sits there.
      if (open && process.stdout.isTTY) openBrowser(url, (text) => say(process.stderr, [text]))
    },
    onEpisode: (event) => {
      if (event.live) say(process.stdout, teller.tell(event))
    },
    onProgress: (progress) => {
      if (progress.share === null) bar.clear()
      else bar.update(progress)
    },
    onNotice: (text) => say(process.stderr, [text]),
  }).finally(() => bar.clear())
}
