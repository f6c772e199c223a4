import type { Causes, EpisodeInfo } from '../../api.ts'
import { el } from '../dom.ts'
import { duration } from '../format.ts'

/** A row of the state timeline: words, and when they were true, ms. */
export interface Lane {
  readonly words: string
  readonly severity: 'info' | 'warning' | 'critical'
  readonly stretches: readonly { readonly from: number; readonly to: number }[]
}

/** Reasons that tell of trouble; the others are a card's ordinary life. */
const TROUBLE: Readonly<Record<string, Lane['severity']>> = { thermal: 'warning' }

/** One lane for each reason that held the card back, then one for each rule that was broken; those that only inform say what a reason says. */
export function lanesOf(causes: Causes, episodes: readonly EpisodeInfo[]): Lane[] {
  const reasons = new Map<string, { from: number; to: number }[]>()
  for (const { from, to, reasons: words } of causes.stretches)
    for (const word of words) add(reasons, word, { from, to })
  const alerts = new Map<string, EpisodeInfo[]>()
  for (const episode of episodes) if (episode.severity !== 'info') add(alerts, episode.title, episode)
  return [
    ...[...reasons]
      .sort(byName)
      .map(([words, stretches]) => ({ words, severity: TROUBLE[words] ?? ('info' as const), stretches })),
    ...[...alerts].sort(byName).map(([words, of]) => ({
      words: `alert: ${words}`,
      severity: of[0].severity,
      stretches: of.map(({ started, ended }) => ({ from: started, to: ended })),
    })),
  ]
}

function add<Value>(groups: Map<string, Value[]>, key: string, value: Value): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [value])
  else group.push(value)
}

/** The order must not change as the range moves. */
function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

/** How long each lane was true within a range, in words: what the timeline shows, also for those who do not see it. */
export function laneList(lanes: readonly Lane[], from: number, to: number): HTMLElement {
  if (lanes.length === 0)
    return el('p', { class: 'note' }, 'No PerfCap Reason was logged in this range, and there was no alert.')
  return el(
    'ul',
    { class: 'plain lanes' },
    ...lanes.map((lane) =>
      el('li', { title: lane.words }, el('span', {}, lane.words), el('span', {}, shareText(lane, from, to))),
    ),
  )
}

function shareText({ stretches }: Lane, from: number, to: number): string {
  const inside = stretches.reduce((sum, one) => sum + Math.max(0, Math.min(to, one.to) - Math.max(from, one.from)), 0)
  const share = (100 * inside) / (to - from)
  return `${duration(inside)}, ${share > 0 && share < 1 ? '<1' : Math.round(share)} %`
}
