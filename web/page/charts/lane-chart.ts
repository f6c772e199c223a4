import uPlot from 'uplot'
import type { ZoneClock } from '../../api.ts'
import { wallClock } from '../zone-time.ts'
import type { Lane } from './lane.ts'
import { colour, font, rem } from './palette.ts'
import { gutter, margin, sharedCursor, timeAxis } from './time-axis.ts'

export interface LaneChartOptions {
  readonly zone: ZoneClock
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
        tzDate: (ms) => wallClock(ms, zone),
        legend: { show: false },
        padding: [0, margin(), 0, 0],
        cursor: { y: false, drag: { x: true, y: false, setScale: false }, sync: sharedCursor(sync) },
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
      ctx.fillText(one.words, bbox.left + 2 * scale, top + 0.12 * rem() * scale)
    })
    ctx.restore()
  }
}
