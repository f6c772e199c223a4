import uPlot from 'uplot'
import { duration } from '../format.ts'
import { lineWidth, rem, stroke } from './palette.ts'
import { axisLook, margin, valueAxis } from './time-axis.ts'

type Values = readonly (number | null)[]

/** Two stretches of one sensor over each other, seconds since the start of each: A solid, B broken. */
export function comparisonChart(host: HTMLElement, t: readonly number[], a: Values, b: Values): uPlot {
  const solid = stroke(0)
  const broken = stroke(1)
  return new uPlot(
    {
      width: Math.max(200, host.clientWidth),
      height: Math.round(8.5 * rem()),
      legend: { show: false },
      padding: [Math.round(0.6 * rem()), margin(), 0, 0],
      cursor: { drag: { x: true, y: false }, sync: { key: 'comparison', setSeries: false } },
      scales: { x: { time: false } },
      axes: [
        {
          ...axisLook(),
          size: Math.round(1.7 * rem()),
          space: Math.round(5.5 * rem()),
          incrs: [1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400],
          values: (_chart, splits) => splits.map((seconds) => (seconds < 0 ? '' : duration(1_000 * seconds))),
        },
        valueAxis(),
      ],
      series: [
        {},
        { label: 'A', stroke: solid.colour, width: lineWidth(), points: { show: false } },
        { label: 'B', stroke: broken.colour, width: lineWidth(), dash: [5, 3], points: { show: false } },
      ],
    },
    [[...t], [...a], [...b]],
    host,
  )
}
