import type { Pipeline, ZoneClock } from '../../api.ts'
import type { LiveEvent } from '../../model.ts'
import { ask } from '../ask.ts'
import type { Context, View } from '../context.ts'
import { el, table } from '../dom.ts'
import { duration, grouped } from '../format.ts'
import { Latest } from '../latest.ts'
import { stamp } from '../zone-time.ts'

/** How reading goes, and what could not be read: nothing is dropped in silence. */
export function pipelineView(context: Context): View {
  const host = el('div', {})
  const failure = el('p', { class: 'failure', role: 'alert' })
  let pipeline = context.state.pipeline

  const draw = () => host.replaceChildren(figures(pipeline, context.state.zone), ...complaints(pipeline, context))
  const fresh = new Latest<Pipeline>(
    (answer) => {
      pipeline = answer
      draw()
    },
    (message) => {
      failure.textContent = message
    },
  )
  return {
    element: el('div', { class: 'pipeline' }, failure, host),
    update: () => {
      draw()
      fresh.put((signal) => ask('pipeline', {}, signal))
    },
    event: (event: LiveEvent) => {
      if (event.event !== 'pipeline') return
      pipeline = event.data
      draw()
    },
    tick: () => {
      const age = host.querySelector('[data-checkpoint]')
      if (age !== null) age.textContent = checkpointText(pipeline, context.state.zone)
    },
    close: () => fresh.cancel(),
  }
}

function figures(pipeline: Pipeline, zone: ZoneClock): HTMLElement {
  const { rows, rowsPerSecond, progress, lagMs } = pipeline
  const figure = (name: string, value: string, attributes = {}) =>
    el('div', {}, el('dt', {}, name), el('dd', attributes, value))
  return el(
    'dl',
    { class: 'figures' },
    figure('Rows read', grouped(rows)),
    figure('Rows a second', grouped(rowsPerSecond, rowsPerSecond < 10 ? 1 : 0)),
    figure(
      'Read',
      progress === null ? 'everything, following' : progress >= 1 ? 'everything' : `${Math.floor(100 * progress)} %`,
    ),
    figure(
      'Lag of the newest reading',
      lagMs === null ? 'nothing is live' : lagMs < 1_000 ? `${Math.round(lagMs)} ms` : duration(lagMs),
    ),
    figure('Last checkpoint', checkpointText(pipeline, zone), { 'data-checkpoint': true }),
  )
}

function checkpointText({ checkpointAt }: Pipeline, zone: ZoneClock): string {
  return checkpointAt === null
    ? 'none yet'
    : `${duration(Date.now() - checkpointAt)} ago (${stamp(checkpointAt, zone)})`
}

function complaints({ rejects, troubles, errors, notices }: Pipeline, context: Context): HTMLElement[] {
  const part = (title: string, none: string, some: HTMLElement | null) => [
    el('h2', {}, title),
    some ?? el('p', { class: 'note' }, none),
  ]
  return [
    ...part(
      'Rejected rows',
      'None: every row could be read.',
      rejects.length === 0
        ? null
        : table(
            'Rejected rows by reason',
            [
              { head: 'Reason', cell: ({ reason }: Pipeline['rejects'][number]) => reason },
              { head: 'Rows', numeric: true, cell: ({ count }) => grouped(count) },
              { head: 'Examples', cell: ({ examples }) => examplesList(examples) },
            ],
            rejects,
          ),
    ),
    ...part(
      'Sensors that look broken',
      'None.',
      troubles.length === 0
        ? null
        : table(
            'Sensors that look broken',
            [
              { head: 'Sensor', cell: ({ field }: Pipeline['troubles'][number]) => context.sensor(field).label },
              { head: 'Device', cell: ({ device }) => device },
              { head: 'What', cell: ({ what }) => what },
            ],
            troubles,
          ),
    ),
    ...part(
      'What statements could not compute with',
      'Nothing.',
      errors.length === 0
        ? null
        : table(
            'Errors of statements',
            [
              { head: 'Place', cell: ({ place }: Pipeline['errors'][number]) => place },
              { head: 'What', cell: ({ what }) => what },
              { head: 'Times', numeric: true, cell: ({ count }) => grouped(count) },
              { head: 'Example', cell: ({ example }) => example },
            ],
            errors,
          ),
    ),
    ...part(
      'Notices',
      'None.',
      notices.length === 0 ? null : el('ul', { class: 'plain' }, ...notices.map((notice) => el('li', {}, notice))),
    ),
  ]
}

function examplesList(examples: Pipeline['rejects'][number]['examples']): HTMLElement {
  const item = ({ log, line, firstBytes }: (typeof examples)[number]) =>
    el('li', {}, `${log}:${line} `, el('code', {}, firstBytes))
  return el('ul', { class: 'plain' }, ...examples.map(item))
}
