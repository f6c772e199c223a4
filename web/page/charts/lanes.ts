import uPlot from 'uplot'
import type { Causes, EpisodeInfo } from '../../api.ts'
import { colour, font, rem } from './palette.ts'
import { gutter, margin, timeAxis } from './time-axis.ts'

/** A row of the state timeline: words, and when they were true, ms. */
export interface Lane {
  readonly words: string
  readonly severity: 'info' | 'warning' | 'critical'
  readonly stretches: readonly { readonly from: number; readonly to: number }[]
}

/** Reasons that tell of trouble; the others are a card's ordinary life. */
const TROUBLE: Readonly<Record<string, Lane['severity']>> = { thermal: 'warning' }

/** One lane for each reason that held the card back, then one for each rule that was broken. */
export function lanesOf(causes: Causes, episodes: readonly EpisodeInfo[]): Lane[] {
  const reasons = new Map<string, { from: number; to: number }[]>()
  for (const { from, to, reasons: words } of causes.stretches)
    for (const word of words) reasons.set(word, [...(reasons.get(word) ?? []), { from, to }])
  const alerts = new Map<string, EpisodeInfo[]>()
  for (const episode of episodes) alerts.set(episode.title, [...(alerts.get(episode.title) ?? []), episode])
  return [
    ...[...reasons].map(([words, stretches]) => ({ words, severity: TROUBLE[words] ?? ('info' as const), stretches })),
    ...[...alerts].map(([words, of]) => ({
      words: `alert: ${words}`,
      severity: of[0].severity,
      stretches: of.map(({ started, ended }) => ({ from: started, to: ended })),
    })),
  ]
}

/** A lane in words with its share of a range: "thermal 12 %". */
export function laneText({ words, stretches }: Lane, from: number, to: number): string {
  const inside = stretches.reduce((sum, one) => sum + Math.max(0, Math.min(to, one.to) - Math.max(from, one.from)), 0)
  const share = (100 * inside) / (to - from)
  return `${words} ${share > 0 && share < 1 ? '<1' : Math.round(share)} %`
}

export interface LaneChartOptions {
  readonly zone: string
  readonly width: number
  readonly sync: string
  readonly onDrag: (from: number, to: number) => void
}

/** The state timeline: its time stands below that of the charts, and it shares their cursor and zoom. */
export class LaneChart {
  readonly #plot: uPlot
  #lanes: readonly Lane[] = []

  constructor(host: HTMLElement, { zone, width, sync, onDrag }: LaneChartOptions) {
    this.#plot = new uPlot(
      {
        width,
        height: this.height,
        ms: 1,
        tzDate: (ms) => uPlot.tzDate(new Date(ms), zone),
        legend: { show: false },
        padding: [0, margin(), 0, 0],
        cursor: { y: false, drag: { x: true, y: false, setScale: false }, sync: { key: sync, setSeries: false } },
        scales: { x: { time: true, auto: false }, y: { range: [0, 1] } },
        axes: [
          timeAxis(zone),
          { show: true, size: gutter(), values: () => [], grid: { show: false }, ticks: { show: false } },
        ],
        series: [{}, {}],
        hooks: {
          draw: [(plot) => this.#draw(plot)],
          setSelect: [
            (plot) => {
              const { left, width: dragged } = plot.select
              if (dragged < 4) return
              onDrag(plot.posToVal(left, 'x'), plot.posToVal(left + dragged, 'x'))
              plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
            },
          ],
        },
      },
      [[], []],
      host,
    )
  }

  get height(): number {
    return Math.round((2.2 + 1.5 * Math.max(1, this.#lanes.length)) * rem())
  }

  show(lanes: readonly Lane[], from: number, to: number): void {
    const grown = lanes.length !== this.#lanes.length
    this.#lanes = lanes
    if (grown) this.#plot.setSize({ width: this.#plot.width, height: this.height })
    this.#plot.setData(
      [
        [from, to],
        [null, null],
      ],
      false,
    )
    this.setRange(from, to)
  }

  setRange(from: number, to: number): void {
    this.#plot.setScale('x', { min: from, max: to })
  }

  resize(width: number): void {
    this.#plot.setSize({ width, height: this.height })
  }

  destroy(): void {
    this.#plot.destroy()
  }

  #draw(plot: uPlot): void {
    const { ctx, bbox } = plot
    const scale = devicePixelRatio
    const lane = 1.5 * rem() * scale
    const { min: from, max: to } = plot.scales['x']
    if (from === undefined || to === undefined) return
    ctx.save()
    ctx.font = font().replace(/^[\d.]+/, (size) => String(Number(size) * scale))
    ctx.textBaseline = 'top'
    ctx.textAlign = 'left'
    this.#lanes.forEach((one, i) => {
      const top = bbox.top + i * lane
      ctx.fillStyle = colour(one.severity === 'info' ? 'muted' : one.severity)
      for (const stretch of one.stretches) {
        const left = Math.max(bbox.left, plot.valToPos(stretch.from, 'x', true))
        const right = Math.min(bbox.left + bbox.width, plot.valToPos(stretch.to, 'x', true))
        if (right < bbox.left || left > bbox.left + bbox.width) continue
        ctx.fillRect(left, top + 1.02 * rem() * scale, Math.max(scale, right - left), 0.36 * rem() * scale)
      }
      ctx.fillStyle = colour('ink')
      ctx.fillText(laneText(one, from, to), bbox.left + 2 * scale, top + 0.12 * rem() * scale)
    })
    if (this.#lanes.length === 0) {
      ctx.fillStyle = colour('muted')
      ctx.fillText('PerfCap Reason: nothing logged in this range, no alerts', bbox.left + 2 * scale, bbox.top)
    }
    ctx.restore()
  }
}
