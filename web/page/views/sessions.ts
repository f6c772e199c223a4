import type { Side } from '../../address.ts'
import type { Comparison, SessionInfo } from '../../api.ts'
import { ask } from '../ask.ts'
import { ComparisonReport } from '../comparison.ts'
import type { Context, View } from '../context.ts'
import { button, el, keepFocus, table } from '../dom.ts'
import { duration, reading } from '../format.ts'
import { Latest } from '../latest.ts'
import { stamp } from '../zone-time.ts'

/** px of one small chart, roughly */
const PIXELS = 600
/** Sessions of a log that goes on are asked for anew this often. */
const REFRESH_MS = 30_000
/** Older ones are compared by their log as a whole. */
const SHOWN_MAX = 300

/** A stretch that can be compared: a session, or a whole log. */
interface Stretch extends Side {
  readonly what: string
  /** its end moves on */
  readonly growing: boolean
  readonly session: SessionInfo | null
}

/** The logs cut into sessions; two stretches, of one log or of two, over each other. */
export function sessionsView(context: Context): View {
  const listHost = el('div', { class: 'session-list' })
  const report = new ComparisonReport(context)
  const failure = el('p', { class: 'failure', role: 'alert' })
  let listed = ''
  let listedAt = 0
  let compared = ''
  let stretches: readonly Stretch[] = []
  const fail = (message: string) => {
    failure.textContent = message
  }

  const draw = () => {
    keepFocus(listHost, () => listHost.replaceChildren(stretchTable(context, stretches)))
  }
  const sessions = new Latest<readonly SessionInfo[][]>((answers) => {
    stretches = context.state.devices.flatMap(({ device, first, last, live }, i) => [
      ...(first !== null && last !== null && first < last
        ? [{ device, from: first, to: last, what: 'whole log', growing: live, session: null }]
        : []),
      ...answers[i]
        .filter(({ started, ended }) => started < ended)
        .toReversed()
        .slice(0, SHOWN_MAX)
        .map((session) => ({
          device,
          from: session.started,
          to: session.ended,
          what: session.scenario,
          growing: session.open,
          session,
        })),
    ])
    draw()
  }, fail)
  const comparison = new Latest<{ answer: Comparison; a: Side; b: Side }>(({ answer, a, b }) => {
    failure.textContent = ''
    report.show(answer, a, b)
  }, fail)

  const list = (devices: readonly string[]) => {
    listed = devices.join('\n')
    listedAt = Date.now()
    sessions.put((signal) => Promise.all(devices.map((device) => ask<SessionInfo[]>('sessions', { device }, signal))))
  }

  return {
    element: el(
      'div',
      { class: 'sessions' },
      el(
        'p',
        { class: 'note' },
        'Pick A and B: two sessions, or two whole logs. Both are laid over each other from their start.',
      ),
      failure,
      listHost,
      report.element,
    ),
    update: () => {
      const { a, b } = context.address
      const devices = context.state.devices.map(({ device }) => device)
      if (devices.join('\n') !== listed) list(devices)
      else draw()
      const key = JSON.stringify([a, b])
      if (key === compared) return
      compared = key
      if (a === null || b === null) {
        comparison.cancel()
        report.clear()
        return
      }
      const parameters = { deviceA: a.device, fromA: a.from, toA: a.to, deviceB: b.device, fromB: b.from, toB: b.to }
      comparison.put(async (signal) => ({
        answer: await ask<Comparison>('compare', { ...parameters, pixels: PIXELS }, signal),
        a,
        b,
      }))
    },
    tick: () => {
      const { devices } = context.state
      if (Date.now() - listedAt > REFRESH_MS && devices.some(({ live }) => live))
        list(devices.map(({ device }) => device))
    },
    close: () => {
      sessions.cancel()
      comparison.cancel()
      report.clear()
    },
  }
}

function stretchTable(context: Context, stretches: readonly Stretch[]): HTMLElement {
  const pick = (side: 'a' | 'b', stretch: Stretch) => {
    const chosen = context.address[side]
    const on =
      chosen?.device === stretch.device && chosen.from === stretch.from && (stretch.growing || chosen.to === stretch.to)
    const name = `${side.toUpperCase()}: ${stretch.what} of ${stretch.device}, ${stamp(stretch.from, context.state.zone)}`
    const { device, from, to } = stretch
    const attributes = {
      'aria-pressed': String(on),
      'aria-label': name,
      'data-key': `${side} ${from} ${to} ${device}`,
    }
    return button(side.toUpperCase(), attributes, () =>
      context.go({ [side]: on ? null : { device, from, to } }, 'replace'),
    )
  }
  return table(
    'Sessions',
    [
      { head: 'Log', cell: ({ device }: Stretch) => device },
      { head: 'Compare', cell: (stretch) => el('span', { class: 'buttons' }, pick('a', stretch), pick('b', stretch)) },
      { head: 'Use', cell: ({ what, session }) => (session?.open ? `${what}, goes on` : what) },
      { head: `Start (${context.state.zone.id})`, cell: ({ from }) => stamp(from, context.state.zone) },
      { head: 'Length', numeric: true, cell: ({ from, to }) => duration(to - from) },
      {
        head: 'Mean load',
        numeric: true,
        cell: ({ session }) => (session === null ? '' : reading(session.loadAvg, '%')),
      },
      {
        head: 'Hottest',
        numeric: true,
        cell: ({ session }) => (session === null ? '' : reading(session.temperatureMax, '°C')),
      },
      {
        head: 'Energy',
        numeric: true,
        cell: ({ session }) => (session === null ? '' : reading(session.energyWh, 'Wh')),
      },
    ],
    stretches,
  )
}
