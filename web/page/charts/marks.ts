import type uPlot from 'uplot'
import type { EpisodeInfo } from '../../api.ts'
import { grouped } from '../format.ts'
import { colour, font, rem } from './palette.ts'

export interface LimitLine {
  readonly label: string
  readonly value: number
  readonly critical: boolean
}

/** What is drawn behind and over the lines of a chart. */
export interface Marks {
  readonly limits: readonly LimitLine[]
  readonly episodes: readonly EpisodeInfo[]
}

/** Limits have their names where the plot is at least this many rem wide. */
const NAMES_FROM = 35
const SEVERITY = { info: 'muted', warning: 'warning', critical: 'critical' } as const

/** Alert episodes as bands behind the lines, with an edge on top. */
export function drawEpisodes(chart: uPlot, episodes: readonly EpisodeInfo[]): void {
  const { ctx, bbox } = chart
  for (const { started, ended, severity } of episodes) {
    const left = Math.max(bbox.left, chart.valToPos(started, 'x', true))
    const right = Math.min(bbox.left + bbox.width, chart.valToPos(ended, 'x', true))
    if (right < bbox.left || left > bbox.left + bbox.width) continue
    const width = Math.max(2 * devicePixelRatio, right - left)
    ctx.fillStyle = colour(SEVERITY[severity])
    ctx.globalAlpha = severity === 'info' ? 0.07 : 0.14
    ctx.fillRect(left, bbox.top, width, bbox.height)
    ctx.globalAlpha = 1
    ctx.fillRect(left, bbox.top, width, 2 * devicePixelRatio)
  }
}

/** Limits as lines, each with its name and value; where lines are close, the names stand beside each other. */
export function drawLimits(chart: uPlot, limits: readonly LimitLine[], unit: string): void {
  const { ctx, bbox } = chart
  const { min, max } = chart.scales['y']
  if (min === undefined || max === undefined) return
  const px = devicePixelRatio
  const height = Math.round(rem() * px)
  ctx.save()
  // The chart's letters are in CSS pixels, the canvas is in the screen's.
  ctx.font = font().replace(/^[\d.]+/, (size) => String(Number(size) * px))
  ctx.textAlign = 'right'
  ctx.textBaseline = 'bottom'
  const visible = limits
    .filter(({ value }) => value >= min && value <= max)
    .map((limit) => ({ ...limit, y: Math.round(chart.valToPos(limit.value, 'y', true)) + 0.5 }))
  for (const { critical, y } of visible) {
    ctx.strokeStyle = colour(critical ? 'critical' : 'warning')
    ctx.lineWidth = px
    ctx.setLineDash((critical ? [8, 3] : [3, 3]).map((length) => length * px))
    ctx.beginPath()
    ctx.moveTo(bbox.left, y)
    ctx.lineTo(bbox.left + bbox.width, y)
    ctx.stroke()
  }
  const placed: { left: number; right: number; y: number }[] = []
  for (const { label, value, critical, y } of visible) {
    const figure = `${grouped(value, Number.isInteger(value) ? 0 : 1)} ${unit}`
    const text = bbox.width < NAMES_FROM * height ? figure : `${label} ${figure}`
    const width = ctx.measureText(text).width
    const bottom = Math.max(y - px, bbox.top + height)
    let right = bbox.left + bbox.width - 4 * px
    for (const other of placed)
      if (Math.abs(other.y - bottom) < height && right > other.left && right - width < other.right)
        right = other.left - height
    placed.push({ left: right - width, right, y: bottom })
    ctx.fillStyle = colour('paper')
    ctx.globalAlpha = 0.8
    ctx.fillRect(right - width - 2 * px, bottom - height + px, width + 4 * px, height - px)
    ctx.globalAlpha = 1
    ctx.fillStyle = colour(critical ? 'critical' : 'warning')
    ctx.fillText(text, right, bottom)
  }
  ctx.restore()
}
