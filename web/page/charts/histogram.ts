import uPlot from 'uplot'
import type { Patterns } from '../../api.ts'
import { lineWidth, rem, stroke, translucent } from './palette.ts'
import { axisLook, gutter, margin } from './time-axis.ts'

/** Distributions of a sensor's readings, idle against load, each as a share of its own readings in %. */
export function histogram(
  host: HTMLElement,
  { start, width, idle, load }: Patterns['distribution'],
  unit: string,
): uPlot {
  const bins = Math.max(idle.length, load.length)
  // One edge more than bins: the last step needs an end.
  const edges = Array.from({ length: bins + 1 }, (_, i) => start + i * width)
  const stepped = uPlot.paths.stepped?.({ align: 1 })
  const series = (n: number): uPlot.Series => {
    const { colour } = stroke(n)
    const dash = n === 0 ? [] : [5, 3]
    return {
      stroke: colour,
      fill: translucent(colour, 0.15),
      width: lineWidth(),
      dash,
      paths: stepped,
      points: { show: false },
    }
  }
  return new uPlot(
    {
      width: Math.max(200, host.clientWidth),
      height: Math.round(14 * rem()),
      legend: { show: false },
      padding: [Math.round(0.6 * rem()), margin(), 0, 0],
      cursor: { drag: { x: false, y: false } },
      scales: {
        x: { time: false, range: [start, start + bins * width] },
        y: { range: (_chart, _low, high) => [0, 1.05 * (high || 1)] },
      },
      axes: [
        {
          ...axisLook(),
          size: Math.round(1.7 * rem()),
          values: (_chart, splits) => splits.map((value) => `${value} ${unit}`),
          space: 80,
        },
        { ...axisLook(), size: gutter(), values: (_chart, splits) => splits.map((value) => `${value} %`) },
      ],
      series: [{}, series(0), series(1)],
    },
    [edges, shares(idle, bins), shares(load, bins)],
    host,
  )
}

function shares(counts: readonly number[], bins: number): (number | null)[] {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return Array.from({ length: bins + 1 }, (_, i) => (total === 0 ? null : (100 * (counts[i] ?? 0)) / total))
}
