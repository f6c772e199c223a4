import type uPlot from 'uplot'
import type { ZoneClock } from '../../api.ts'
import { grouped } from '../format.ts'
import { day, stamp } from '../zone-time.ts'
import { colour, font, rem } from './palette.ts'

const MINUTE = 60_000
const DAY = 86_400_000

/** Ticks in the log's zone: the day at midnight and in long ranges, else the time as fine as the ticks are. */
export function timeAxis(zone: ZoneClock): uPlot.Axis {
  return {
    ...axisLook(),
    size: Math.round(1.7 * rem()),
    space: Math.round(5 * rem()),
    values: (_chart, splits, _axis, _space, increment) =>
      splits.map((ms) => {
        const text = stamp(ms, zone)
        if (increment >= DAY || text.endsWith('00:00:00')) return day(ms, zone).slice(5)
        return increment < MINUTE ? text.slice(11) : text.slice(11, 16)
      }),
  }
}

/** Letters and lines common to all axes. */
export function axisLook(): uPlot.Axis {
  return {
    stroke: colour('muted'),
    font: font(),
    grid: { stroke: colour('rule'), width: 1 },
    ticks: { stroke: colour('rule'), width: 1, size: 4 },
    gap: 3,
  }
}

/** Ticks of readings, all with as many decimals as their distance needs. */
export function valueAxis(): uPlot.Axis {
  return {
    ...axisLook(),
    size: gutter(),
    space: Math.round(1.9 * rem()),
    values: (_chart, splits, _axis, _space, increment) => {
      const decimals = Math.min(3, Math.max(0, -Math.floor(Math.log10(increment) + 1e-9)))
      return splits.map((value) => grouped(value, decimals))
    },
  }
}

/** Charts of one key share the cursor. A drag belongs to the chart it began on: shared, each chart would tell of it. */
export function sharedCursor(key: string): uPlot.Cursor.Sync {
  return { key, setSeries: false, filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' } }
}

/** Room right of the plot, px: half of the last tick's letters. */
export function margin(): number {
  return Math.round(1.9 * rem())
}

/** Width of the gutter left of the plot, px: equal on all charts, so that their times stand below each other. */
export function gutter(): number {
  return Math.round(3.6 * rem())
}
