import type { EpisodeInfo } from '../api.ts'
import type { Context } from './context.ts'
import { button, el } from './dom.ts'
import { duration } from './format.ts'
import { stamp, stretch } from './zone-time.ts'

/** One alert episode: what, which card, since when, how long, peak against limit, what to do, and the way to its moment on the charts. */
export function episodeEntry(episode: EpisodeInfo, context: Context): HTMLElement {
  const { id, device, severity, title, evidence, todo, started, ended, open } = episode
  const { zone } = context.state
  const margin = Math.max(60_000, 0.25 * (ended - started))
  const range = { from: started - margin, to: ended + margin }
  return el(
    'article',
    { class: 'episode', 'data-severity': severity, 'data-open': open },
    el('span', { class: 'severity' }, severity),
    el('h3', {}, title),
    el('span', { class: 'who' }, device),
    el(
      'p',
      { class: 'when' },
      `${open ? `since ${stamp(started, zone)}` : stretch(started, ended, zone)}, for ${duration(ended - started)}`,
    ),
    el('p', { class: 'evidence' }, evidence),
    el('p', { class: 'todo' }, todo),
    button('Show on charts', { 'data-key': id, 'aria-label': `Show on charts: ${title} of ${device}` }, () =>
      context.go({ view: 'charts', device, range }),
    ),
  )
}
