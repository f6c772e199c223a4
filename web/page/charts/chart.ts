import uPlot from 'uplot'
import type { SensorInfo, ZoneClock } from '../../api.ts'
import { wallClock } from '../zone-time.ts'
import { drawEpisodes, drawLimits, type Marks } from './marks.ts'
import { lineWidth, rem, stroke, translucent } from './palette.ts'
import { margin, sharedCursor, timeAxis, valueAxis } from './time-axis.ts'
import type { Trace } from './trace.ts'

export interface ChartOptions {
  readonly unit: string
  readonly sensors: readonly SensorInfo[]
  /** place of a sensor among the colours */
  readonly colourOf: (field: string) => number
  readonly zone: ZoneClock
  readonly width: number
  readonly height: number
  /** charts of one key share cursor and zoom */
  readonly sync: string
  readonly marks: () => Marks
  /** a range was dragged, ms */
  readonly onDrag: (from: number, to: number) => void
  /** the cursor stands at a point, or (null) has left */
  readonly onCursor: (index: number | null) => void
}

/** Below these units nothing is negative: their scale begins at 0, so that heights can be compared. */
const FROM_ZERO = new Set(['W', '%', 'RPM', 'MB', 'A', '% TDP'])

/** A chart of the sensors of one unit: a line at each mean, and around it what lies between min and max of a bucket. */
export class Chart {
  readonly #plot: uPlot
  readonly #fields: readonly string[]

  constructor(host: HTMLElement, options: ChartOptions) {
    this.#fields = options.sensors.map(({ field }) => field)
    this.#plot = new uPlot(plotOptions(options), empty(this.#fields.length), host)
  }

  /** Draws a trace in a range of time, ms; scales and data change in one paint. */
  draw(trace: Trace, from: number, to: number): void {
    const columns = this.#fields.flatMap((field) => {
      const line = trace.lines.get(field)
      const none = trace.t.map(() => null)
      return [line?.avg ?? none, line?.max ?? none, line?.min ?? none]
    })
    this.#plot.batch(() => {
      this.#plot.setData([trace.t, ...columns], false)
      this.setRange(from, to)
    })
  }

  setRange(from: number, to: number): void {
    this.#plot.setScale('x', { min: from, max: to })
  }

  /** Draws limits and episodes anew. */
  redraw(): void {
    this.#plot.redraw(true, false)
  }

  resize(width: number, height: number): void {
    this.#plot.setSize({ width, height })
  }

  destroy(): void {
    this.#plot.destroy()
  }
}

function plotOptions(options: ChartOptions): uPlot.Options {
  const { unit, sensors, colourOf, zone, width, height, sync, marks, onDrag, onCursor } = options
  return {
    width,
    height,
    ms: 1,
    tzDate: (ms) => wallClock(ms, zone),
    legend: { show: false },
    padding: [Math.round(0.6 * rem()), margin(), 0, 0],
    cursor: {
      drag: { x: true, y: false, setScale: false },
      sync: sharedCursor(sync),
      points: { size: 5 },
    },
    scales: {
      x: { time: true, auto: false },
      y: { range: (_plot, low, high) => scaleRange(low, high, unit, marks()) },
    },
    axes: [timeAxis(zone), valueAxis()],
    series: [
      {},
      ...sensors.flatMap(({ field }) => {
        const { colour, dash } = stroke(colourOf(field))
        const edge: uPlot.Series = { stroke: 'transparent', points: { show: false }, width: 0 }
        return [{ stroke: colour, dash: [...dash], width: lineWidth(), points: { show: false } }, edge, edge]
      }),
    ],
    bands: sensors.map(({ field }, i) => ({
      series: [3 * i + 2, 3 * i + 3],
      fill: translucent(stroke(colourOf(field)).colour, 0.22),
    })),
    hooks: {
      drawAxes: [(plot) => drawEpisodes(plot, marks().episodes)],
      draw: [(plot) => drawLimits(plot, marks().limits, unit)],
      setCursor: [(plot) => onCursor(plot.cursor.idx ?? null)],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select
          if (width < 4) return
          onDrag(plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x'))
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
    },
  }
}

/** Room for the data, for a limit that is near, and a tenth of air. */
function scaleRange(low: number | null, high: number | null, unit: string, { limits }: Marks): [number, number] {
  if (low === null || high === null) return [0, 1]
  let least = FROM_ZERO.has(unit) ? Math.min(0, low) : low
  let most = unit === '%' ? Math.max(100, high) : high
  const reach = Math.max(most - least, 0.1 * Math.abs(most))
  for (const { value } of limits) if (value > most && value - most < reach) most = value
  const air = 0.08 * Math.max(most - least, 0.02 * Math.abs(most), 0.01)
  if (!FROM_ZERO.has(unit)) least -= air
  return [least, unit === '%' ? most : most + air]
}

function empty(sensors: number): uPlot.AlignedData {
  return [[], ...Array.from({ length: 3 * sensors }, () => [])]
}
