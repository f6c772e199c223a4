import type { EpisodeInfo } from '../../api.ts'
import type { LiveEvent } from '../../model.ts'
import { ask } from '../ask.ts'
import type { Context, View } from '../context.ts'
import { el, keepFocus, select } from '../dom.ts'
import { episodeEntry } from '../episode-entry.ts'
import { grouped } from '../format.ts'
import { Latest } from '../latest.ts'
import { LimitsForm } from '../limits-form.ts'

/** More are not read by anybody; the rest is a sum. */
const SHOWN_MAX = 200

/** Episodes, not rows: what goes on, then what was, and the limits that decide. */
export function alertsView(context: Context): View {
  const openHost = el('div', { class: 'episodes' })
  const pastHost = el('div', { class: 'episodes' })
  const failure = el('p', { class: 'failure', role: 'alert' })
  const limitsHost = el('div', {})
  let episodes: readonly EpisodeInfo[] = []
  // What is told live is newer than any answer on its way.
  const told = new Map<number, EpisodeInfo>()
  let pastShown: string | null = null
  let form: LimitsForm | null = null

  const draw = () => {
    fill(
      openHost,
      episodes.filter(({ open }) => open),
      'No alert goes on.',
      context,
    )
    const past = episodes.filter(({ open }) => !open)
    const key = JSON.stringify(past.map(({ id, count }) => [id, count]))
    if (key === pastShown) return
    pastShown = key
    fill(pastHost, past.slice(0, SHOWN_MAX), 'There was no alert.', context)
    if (past.length > SHOWN_MAX)
      pastHost.append(el('p', { class: 'note' }, `and ${grouped(past.length - SHOWN_MAX)} older`))
  }
  const merge = () => {
    const others = episodes.filter(({ id }) => !told.has(id))
    episodes = [...told.values(), ...others].sort((a, b) => b.started - a.started)
    draw()
  }
  const list = new Latest<readonly EpisodeInfo[]>(
    (answer) => {
      episodes = answer
      merge()
    },
    (message) => {
      failure.textContent = message
    },
  )

  const showLimits = () => {
    const { device, state } = context
    if (device === undefined) return
    form = new LimitsForm(context, device.device)
    const options = state.devices.map((one) => ({ value: one.device, text: one.device }))
    limitsHost.replaceChildren(
      select('Device', options, device.device, (value) => context.go({ device: value }, 'replace')),
      form.element,
    )
  }

  return {
    element: el(
      'div',
      { class: 'alerts' },
      failure,
      el('h2', {}, 'Now'),
      openHost,
      el('h2', {}, 'Before'),
      pastHost,
      el('h2', {}, 'Limits'),
      limitsHost,
    ),
    update: () => {
      // what opened before somebody looked may not be in the store yet
      for (const [id, { open }] of told) if (open) told.delete(id)
      for (const episode of context.openEpisodes) told.set(episode.id, episode)
      list.put((signal) => ask('episodes', {}, signal))
      if (context.device?.device !== form?.device) showLimits()
      else form?.update()
    },
    event: (event: LiveEvent) => {
      if (event.event === 'limits') form?.update()
      if (event.event !== 'episode') return
      told.set(event.data.id, event.data)
      merge()
    },
    close: () => list.cancel(),
  }
}

function fill(host: HTMLElement, episodes: readonly EpisodeInfo[], none: string, context: Context): void {
  const entries = episodes.map((episode) => episodeEntry(episode, context))
  keepFocus(host, () => host.replaceChildren(...(entries.length === 0 ? [el('p', { class: 'note' }, none)] : entries)))
}
