import type uPlot from 'uplot'
import type { EpisodeInfo } from '../../api.ts'
import { number } from '../format.ts'
import { colour, font, rem, translucent } from './palette.ts'

export interface LimitLine {
  readonly value: number
  readonly critical: boolean
}

/** What is drawn behind and over the lines of a chart. */
export interface Marks {
  readonly limits: readonly LimitLine[]
  readonly episodes: readonly EpisodeInfo[]
}

const SEVERITY = { info: 'muted', warning: 'warning', critical: 'critical' } as const

/** Alert episodes as bands behind the lines, with an edge on top. */
export function drawEpisodes(chart: uPlot, episodes: readonly EpisodeInfo[]): void {
  const { ctx, bbox } = chart
  for (const { started, ended, severity } of episodes) {
    const left = Math.max(bbox.left, chart.valToPos(started, 'x', true))
    const right = Math.min(bbox.left + bbox.width, chart.valToPos(ended, 'x', true))
    if (right < bbox.left || left > bbox.left + bbox.width) continue
    const width = Math.max(2 * devicePixelRatio, right - left)
    const hue = colour(SEVERITY[severity])
    ctx.fillStyle = translucent(hue, severity === 'info' ? 0.07 : 0.14)
    ctx.fillRect(left, bbox.top, width, bbox.height)
    ctx.fillStyle = hue
    ctx.fillRect(left, bbox.top, width, 2 * devicePixelRatio)
  }
}

/** Limits as lines with their value; one outside the scale is told at the edge it is beyond. */
export function drawLimits(chart: uPlot, limits: readonly LimitLine[], unit: string): void {
  const { ctx, bbox } = chart
  const { min, max } = chart.scales['y']
  if (min === undefined || max === undefined) return
  ctx.save()
  // The chart's letters are in CSS pixels, the canvas is in the screen's.
  ctx.font = font().replace(/^[\d.]+/, (size) => String(Number(size) * devicePixelRatio))
  ctx.textAlign = 'right'
  const right = bbox.left + bbox.width - 0.3 * rem() * devicePixelRatio
  for (const { value, critical } of limits) {
    if (value < min || value > max) continue
    const y = Math.round(chart.valToPos(value, 'y', true)) + 0.5
    ctx.strokeStyle = ctx.fillStyle = colour(critical ? 'critical' : 'warning')
    ctx.lineWidth = devicePixelRatio
    ctx.setLineDash((critical ? [8, 3] : [3, 3]).map((length) => length * devicePixelRatio))
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
    const below = y - bbox.top < rem() * devicePixelRatio
    ctx.textBaseline = below ? 'top' : 'bottom'
    ctx.fillText(`${critical ? 'critical' : 'limit'} ${number(value, unit)} ${unit}`, right, y + (below ? 2 : -2))
  }
  ctx.restore()
}
