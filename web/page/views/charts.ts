import type { Causes, DeviceInfo, EpisodeInfo, Range, Statistics } from '../../api.ts'
import { type Group, groupsOf } from '../../groups.ts'
import type { LiveEvent, Span } from '../../model.ts'
import { answers, firstQuestion, shownSensors } from '../../shown.ts'
import { ask } from '../ask.ts'
import { laneList, lanesOf } from '../charts/lane.ts'
import { LaneChart } from '../charts/lane-chart.ts'
import type { Marks } from '../charts/marks.ts'
import { Panel } from '../charts/panel.ts'
import { PanelColumn } from '../charts/panel-column.ts'
import { gutter, margin } from '../charts/time-axis.ts'
import { Trace } from '../charts/trace.ts'
import type { Context, View } from '../context.ts'
import { el, keepFocus } from '../dom.ts'
import { Latest } from '../latest.ts'
import { onScreen } from '../on-screen.ts'
import { RangeBar } from '../range-bar.ts'
import { statisticsTable } from '../statistics-table.ts'
import { clock } from '../zone-time.ts'

/** Statistics, causes and buckets of a range that moves on are asked for anew this often. */
const REFRESH_MS = 5_000
/** Keys held down change the range faster than it can be answered: it is asked for at most this often. */
const PACE_MS = 80
/** Charts of one key share cursor and zoom. */
const SYNC = 'charts'

interface Surroundings {
  readonly statistics: Statistics
  readonly causes: Causes
  readonly episodes: readonly EpisodeInfo[]
}

/** Means alone, which are drawn in a third of the time. */
function withoutBands(range: Range): Range {
  const none = range.t.map(() => null)
  const lines = Object.entries(range.sensors).map(([field, series]) => [field, { ...series, min: none, max: none }])
  return { ...range, sensors: Object.fromEntries(lines) }
}

export function chartsView(context: Context): View {
  return new ChartsView(context)
}

class ChartsView implements View {
  readonly element = el('div', { class: 'charts' })
  readonly #context: Context
  readonly #bar: RangeBar
  readonly #cursor = el('output', { class: 'cursor-time' })
  readonly #failure = el('p', { class: 'failure', role: 'alert' })
  readonly #host = el('div', {
    class: 'panels',
    tabindex: 0,
    role: 'region',
    'aria-label': 'Charts: arrow keys pan, plus and minus zoom',
  })
  readonly #lanesHost = el('div', { class: 'plot' })
  readonly #laneListHost = el('div', { class: 'legend' })
  readonly #statisticsHost = el('div', {})
  readonly #range: Latest<{ range: Range | null; span: Span }>
  readonly #surroundings: Latest<Surroundings>
  readonly #panels = new PanelColumn(this.#host)
  readonly #resize = new ResizeObserver(() => {
    if (!this.#firstIsAlone) this.#fit()
  })
  #built = ''
  #asked = ''
  #askedAt = 0
  #width = 0
  #sentAt = 0
  #waiting = 0
  #frame = 0
  /** takes back what waits until the lines are on the screen: at first the other charts, then what surrounds the lines */
  #cancelLater: () => void = () => {}
  #groups: readonly Group[] = []
  #lanes: LaneChart | null = null
  #firstIsAlone = false
  #trace: Trace | null = null
  #episodes: readonly EpisodeInfo[] = []
  #causes: Causes = { stretches: [] }

  constructor(context: Context) {
    this.#context = context
    this.#bar = new RangeBar(context)
    this.#bar.element.append(this.#cursor)
    const fail = (message: string) => {
      this.#failure.textContent = message
    }
    this.#range = new Latest((answer) => this.#takeRange(answer), fail)
    this.#surroundings = new Latest((answer) => this.#takeSurroundings(answer), fail)
    this.#host.addEventListener('keydown', (event) => {
      // Buttons inside have keys of their own.
      if (event.target === this.#host) this.#bar.key(event)
    })
    this.#host.addEventListener('dblclick', () => context.go({ range: null, last: Infinity }, 'range'))
    this.element.append(this.#bar.element, this.#failure, this.#host, el('h2', {}, 'Statistics'), this.#statisticsHost)
    this.#resize.observe(this.#host)
  }

  update(): void {
    const { device } = this.#context
    if (device === undefined) return
    keepFocus(this.#host, () => this.#build(device))
    this.#bar.update()
    this.#showRange(device)
    this.#ask(device)
  }

  event(event: LiveEvent): void {
    const { device } = this.#context
    if (device === undefined) return
    if (event.event === 'readings' && event.data.device === device.device) {
      const { range } = this.#context.address
      // What lies beyond a fixed range is not gathered.
      if (range !== null && event.data.t[0] > range.to) return
      if (this.#trace?.append(event.data)) this.#paint()
    } else if (event.event === 'episode' && event.data.device === device.device) {
      this.#episodes = [event.data, ...this.#episodes.filter(({ id }) => id !== event.data.id)]
      this.#paint()
    } else if (event.event === 'limits') this.#panels.redraw()
  }

  tick(): void {
    const { device } = this.#context
    if (device?.live && this.#context.address.range === null && Date.now() - this.#askedAt > REFRESH_MS)
      this.#ask(device)
  }

  close(): void {
    this.#range.cancel()
    this.#cancelSurroundings()
    this.#resize.disconnect()
    clearTimeout(this.#waiting)
    cancelAnimationFrame(this.#frame)
    this.#clear()
  }

  /** Makes the charts; they stay until other sensors are to be seen. */
  #build(device: DeviceInfo): void {
    const groups = groupsOf(device.sensors.map((field) => this.#context.sensor(field)))
    const shown = shownSensors(groups, this.#context.address)
    const key = JSON.stringify([device.device, groups.map(({ sensors }) => sensors.map(({ field }) => field)), shown])
    if (key === this.#built) return
    // What was seen of another device says nothing of this one.
    if (!this.#built.startsWith(JSON.stringify([device.device]).slice(0, -1))) this.#forget()
    this.#built = key
    this.#asked = ''
    this.#clear()
    this.#groups = groups
    const panelOf = (group: Group) =>
      new Panel(group, {
        shown,
        zone: this.#context.state.zone,
        sync: SYNC,
        marks: () => this.#marks(device.device, group, shown),
        onDrag: this.#onDrag,
        onToggle: (field) => {
          const sensors = shown.includes(field) ? shown.filter((other) => other !== field) : [...shown, field]
          this.#context.go({ sensors }, 'replace')
        },
        onCursor: (ms) => {
          this.#cursor.textContent = ms === null ? '' : `cursor ${clock(ms, this.#context.state.zone)}`
        },
      })
    this.#lanesHost.replaceChildren()
    this.#host.replaceChildren(
      el(
        'section',
        { class: 'panel timeline' },
        el('h3', {}, 'Why it was held back, and alerts'),
        this.#lanesHost,
        this.#laneListHost,
      ),
    )
    // The first chart tells the width: what is to be drawn is asked for while the other charts are made.
    const [first, ...others] = groups
    if (first !== undefined) this.#panels.add([panelOf(first)])
    const addOthers = () => this.#panels.add(others.map(panelOf))
    if (this.#drawFirst(addOthers)) return
    this.#fit()
    addOthers()
  }

  /** Draws the first chart alone where the server has sent along what it shows; the others are added once it is on the screen. */
  #drawFirst(addOthers: () => void): boolean {
    const { firstRange, address, state } = this.#context
    this.#context.firstRange = null
    const asked = firstQuestion(state, address)
    if (firstRange === null || asked === null || !answers(firstRange, asked)) return false
    this.#trace = new Trace(withoutBands(firstRange))
    this.#firstIsAlone = true
    this.#paint()
    this.#cancelLater = onScreen(() => {
      this.#firstIsAlone = false
      addOthers()
      this.#fit()
    })
    return true
  }

  readonly #onDrag = (from: number, to: number): void => this.#bar.set(from, to)

  #marks(device: string, { sensors }: Group, shown: readonly string[]): Marks {
    const fields = sensors.map(({ field }) => field)
    return {
      limits: fields
        .filter((field) => shown.includes(field))
        .flatMap((field) => this.#context.limitsOf(device, field))
        .map(({ info, value }) => ({ label: info.label, value, critical: info.name.endsWith('_critical') })),
      episodes: this.#episodes.filter(({ sensor }) => fields.includes(sensor)),
    }
  }

  /** Moves the axes at once; what is missing comes with the answer. */
  #showRange(device: DeviceInfo): void {
    const { from, to } = this.#context.rangeOf(device)
    this.#panels.setRange(from, to)
    this.#showLanes(from, to)
  }

  #showLanes(from: number, to: number): void {
    const lanes = lanesOf(this.#causes, this.#episodes)
    this.#lanes?.show(lanes, from, to)
    this.#laneListHost.replaceChildren(laneList(lanes, from, to))
  }

  #ask(device: DeviceInfo): void {
    const { from, to } = this.#context.rangeOf(device)
    const follows = this.#context.address.range === null
    const key = JSON.stringify([
      device.device,
      follows ? this.#context.lastOf(device) : [from, to],
      this.#built,
      this.#width,
      // A log that is being read grows without live readings.
      device.live ? null : device.rows,
    ])
    const fresh = follows && Date.now() - this.#askedAt > REFRESH_MS
    if ((key === this.#asked && !fresh) || this.#width === 0) return
    this.#asked = key
    this.#askedAt = Date.now()
    clearTimeout(this.#waiting)
    const wait = this.#sentAt + PACE_MS - Date.now()
    if (wait <= 0) this.#send(device, from, to)
    else this.#waiting = window.setTimeout(() => this.#send(device, from, to), wait)
  }

  #send({ device, sensors: known }: DeviceInfo, from: number, to: number): void {
    this.#sentAt = Date.now()
    const span: Span = { device, from, to }
    const shown = shownSensors(this.#groups, this.#context.address)
    const sensors = known.filter((field) => shown.includes(field))
    // The lines first: what surrounds them takes the server longer.
    this.#cancelSurroundings()
    this.#range.put(async (signal) => {
      const query = { ...span, sensors: sensors.join(','), pixels: this.#width }
      const range = sensors.length === 0 ? null : await ask<Range>('range', query, signal)
      return { range, span }
    })
  }

  #takeRange({ range, span }: { range: Range | null; span: Span }): void {
    this.#failure.textContent = ''
    if (range !== null) {
      const trace = new Trace(range)
      if (this.#trace !== null && this.#context.address.range === null) trace.takeOver(this.#trace)
      this.#trace = trace
    }
    this.#paint()
    // once the lines are on the screen: asking, too, takes time from drawing
    this.#cancelLater = onScreen(() => this.#askSurroundings(span))
  }

  #cancelSurroundings(): void {
    this.#cancelLater()
    this.#surroundings.cancel()
  }

  #askSurroundings(span: Span): void {
    this.#surroundings.put(async (signal) => {
      const [statistics, causes, episodes] = await Promise.all([
        ask<Statistics>('statistics', { ...span }, signal),
        ask<Causes>('causes', { ...span }, signal),
        ask<readonly EpisodeInfo[]>('episodes', { ...span }, signal),
      ])
      return { statistics, causes, episodes }
    })
  }

  #takeSurroundings({ statistics, causes, episodes }: Surroundings): void {
    this.#causes = causes
    this.#episodes = episodes
    // only now: the lines come first
    this.#lanes ??= new LaneChart(this.#lanesHost, {
      zone: this.#context.state.zone,
      width: this.#lanesHost.clientWidth,
      sync: SYNC,
      onDrag: this.#onDrag,
    })
    this.#statisticsHost.replaceChildren(statisticsTable(this.#context, statistics))
    this.#paint()
  }

  /** Draws everything, once, from the next frame on. */
  #paint(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => {
      const { device } = this.#context
      if (device === undefined) return
      const { from, to } = this.#context.rangeOf(device)
      if (this.#context.address.range === null) this.#trace?.dropBefore(from)
      this.#showLanes(from, to)
      if (this.#trace !== null) this.#panels.show(this.#trace, from, to)
    })
  }

  #fit(): void {
    const plot = Math.max(0, this.#panels.fit() - gutter() - margin())
    this.#lanes?.resize(this.#lanesHost.clientWidth)
    if (plot === this.#width) return
    this.#width = plot
    const { device } = this.#context
    if (device !== undefined) this.#ask(device)
  }

  #forget(): void {
    this.#trace = null
    this.#episodes = []
    this.#causes = { stretches: [] }
    this.#statisticsHost.replaceChildren()
  }

  #clear(): void {
    this.#cancelLater()
    this.#firstIsAlone = false
    this.#panels.clear()
    this.#lanes?.destroy()
    this.#lanes = null
  }
}
