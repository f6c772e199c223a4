import type {
  Comparison,
  EpisodeInfo,
  Patterns,
  Range,
  SensorStatistics,
  Series,
  SessionInfo,
  Statistics,
} from '../../../web/api.ts'
import type { Span } from '../../../web/model.ts'
import { type History, SENSORS } from './history.ts'

const GAP_MS = 10_000
const HOUR = 3_600_000

type Value = number | null

export function rangeOf(
  history: History,
  { device, from, to }: Span,
  fields: readonly string[],
  pixels: number,
): Range {
  const [first, end] = history.rows(from, to)
  const bucket = end - first <= pixels ? 0 : Math.ceil((to - from) / pixels / 1_000) * 1_000
  const starts: number[] = []
  const groups: [number, number][] = []
  for (let i = first; i < end; ) {
    const start = bucket === 0 ? history.t[i] : Math.floor(history.t[i] / bucket) * bucket
    let next = i + 1
    while (bucket > 0 && next < end && history.t[next] < start + bucket) next++
    if (i > first && history.t[i] - history.t[i - 1] > GAP_MS) {
      starts.push(history.t[i - 1] + 1)
      groups.push([0, 0])
    }
    starts.push(start)
    groups.push([i, next])
    i = next
  }
  const sensors: Record<string, Series> = {}
  for (const field of fields) {
    const values = history.column(field)
    const each = (pick: (present: number[]) => number): Value[] =>
      groups.map(([a, b]) => {
        const present = values.slice(a, b).filter((value) => value !== null)
        return present.length === 0 ? null : pick(present)
      })
    sensors[field] = {
      min: each((v) => Math.min(...v)),
      max: each((v) => Math.max(...v)),
      avg: each((v) => v.reduce((a, b) => a + b, 0) / v.length),
      last: each((v) => v[v.length - 1]),
    }
  }
  return { device, from, to, bucket, resolution: 'readings', t: starts, sensors }
}

export function statisticsOf(
  history: History,
  { from, to }: Span,
  limits: Readonly<Record<string, number>>,
): Statistics {
  const [first, end] = history.rows(from, to)
  const sensors = SENSORS.flatMap(({ field, kind }) => {
    const sorted = history
      .column(field)
      .slice(first, end)
      .filter((value) => value !== null)
      .sort((a, b) => a - b)
    if (sorted.length === 0 || kind === 'state') return []
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
    const limit = limits[field]
    const one: SensorStatistics = {
      field,
      n: sorted.length,
      min: sorted[0],
      mean: sorted.reduce((a, b) => a + b, 0) / sorted.length,
      median: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
      max: sorted[sorted.length - 1],
      secondsAbove: limit === undefined ? null : sorted.filter((value) => value > limit).length,
    }
    return [one]
  })
  const power = sensors.find(({ field }) => field === 'board_power')
  return {
    from,
    to,
    rows: end - first,
    resolution: 'readings',
    sensors,
    energyWh: power === undefined ? null : (power.mean * power.n) / 3_600,
  }
}

const REASONS = ['power limit', 'thermal', 'reliability voltage', 'operating voltage', 'idle']

export function causesOf(
  history: History,
  from: number,
  to: number,
): { from: number; to: number; reasons: string[] }[] {
  const [first, end] = history.rows(from, to)
  const bits = history.column('perf_cap_reason')
  const stretches: { from: number; to: number; reasons: string[] }[] = []
  let current = -1
  for (let i = first; i < end; i++) {
    const value = bits[i] ?? 0
    const last = stretches.at(-1)
    const joined = i > first && history.t[i] - history.t[i - 1] <= GAP_MS
    if (last !== undefined && value === current && joined) last.to = history.t[i]
    else {
      if (last !== undefined && joined) last.to = history.t[i]
      stretches.push({
        from: history.t[i],
        to: history.t[i] + 1_000,
        reasons: REASONS.filter((_, bit) => (value >> bit) & 1),
      })
    }
    current = value
  }
  return stretches
}

/** Stretches in which the GPU was hot, and in which it was critically hot. */
export function episodesOf(history: History, firstId: number): EpisodeInfo[] {
  const rules = [
    { rule: 'gpu-hot', title: 'GPU hot', severity: 'warning', bound: 85 },
    { rule: 'gpu-critical', title: 'GPU critically hot', severity: 'critical', bound: 90 },
  ] as const
  const values = history.column('gpu_temperature')
  const found: EpisodeInfo[] = []
  for (const { rule, title, severity, bound } of rules) {
    for (let i = 0; i < values.length; i++) {
      if ((values[i] ?? 0) <= bound) continue
      const start = i
      let peak = 0
      let quiet = 0
      let last = i
      for (; i < values.length && quiet < 40; i++) {
        if ((values[i] ?? 0) > bound) {
          last = i
          quiet = 0
          peak = Math.max(peak, values[i] ?? 0)
        } else quiet++
      }
      found.push({
        id: firstId + found.length,
        device: history.device,
        rule,
        title,
        severity,
        sensor: 'gpu_temperature',
        started: history.t[start],
        ended: history.t[last],
        open: quiet < 40 && history.live,
        count: last - start + 1,
        peak,
        bound,
        evidence: `GPU Temperature reached ${peak} °C (limit ${bound} °C)`,
        todo: 'Check that the fans turn and the cooler is free of dust, raise the fan curve, let more air into the case, or lower the power limit.',
      })
    }
  }
  return found
}

export function sessionsOf(history: History, firstId: number): SessionInfo[] {
  const minutes: ('idle' | 'light' | 'load')[] = []
  const load = history.column('gpu_load')
  for (let i = 0; i + 60 <= load.length; i += 60) {
    const mean = load.slice(i, i + 60).reduce<number>((sum, value) => sum + (value ?? 0), 0) / 60
    minutes.push(mean < 10 ? 'idle' : mean < 70 ? 'light' : 'load')
  }
  const found: SessionInfo[] = []
  for (let i = 0; i < minutes.length; ) {
    let next = i + 1
    while (next < minutes.length && minutes[next] === minutes[i]) next++
    const started = history.t[i * 60]
    const ended = history.t[next * 60 - 1]
    const statistics = statisticsOf(history, { device: history.device, from: started, to: ended }, {}).sensors
    const mean = (field: string) => statistics.find((one) => one.field === field)
    found.push({
      id: firstId + found.length,
      device: history.device,
      scenario: minutes[i],
      started,
      ended,
      open: history.live && next === minutes.length,
      loadAvg: mean('gpu_load')?.mean ?? null,
      temperatureMax: mean('gpu_temperature')?.max ?? null,
      energyWh: ((mean('board_power')?.mean ?? 0) * (ended - started)) / HOUR,
    })
    i = next
  }
  return found
}

export function comparisonOf(a: History, spanA: Span, b: History, spanB: Span, pixels: number): Comparison {
  const length = Math.min(spanA.to - spanA.from, spanB.to - spanB.from)
  const step = Math.max(1, Math.ceil(length / 1_000 / pixels))
  const t = Array.from({ length: Math.floor(length / 1_000 / step) }, (_, i) => i * step)
  const pick = (history: History, from: number, field: string) =>
    t.map((seconds) => history.column(field)[history.rows(from + 1_000 * seconds, Infinity)[0]] ?? null)
  const tableA = statisticsOf(a, spanA, {}).sensors
  const tableB = statisticsOf(b, spanB, {}).sensors
  const fields = tableA.map(({ field }) => field)
  return {
    t,
    sensors: Object.fromEntries(
      fields.map((field) => [field, { a: pick(a, spanA.from, field), b: pick(b, spanB.from, field) }]),
    ),
    table: fields.map((field, i) => ({
      field,
      a: tableA[i],
      b: tableB[i],
      difference: tableB[i].mean - tableA[i].mean,
    })),
    sentence: 'B ran 6.1 °C cooler at the same power, fan 210 rpm slower',
  }
}

/** By formula: three weeks of evenings with games. */
export function patternsOf(history: History, field: string, fields: readonly string[]): Patterns {
  const DAY = 24 * HOUR
  const today = Math.floor((history.t.at(-1) ?? 0) / DAY) * DAY
  const days = Array.from({ length: 21 }, (_, i) => today - (20 - i) * DAY)
  const values = history.column(field).filter((value) => value !== null)
  const low = Math.min(...values)
  const span = Math.max(...values) - low
  const heat = days.map((day, i) => ({
    day,
    hours: Array.from({ length: 24 }, (_, hour) =>
      i === 5 || (hour > 1 && hour < 7)
        ? null
        : low + span * Math.max(0.05, Math.sin(((hour - 8) / 16) * Math.PI) * (0.5 + 0.4 * Math.sin(i))),
    ),
  }))
  return {
    heat,
    daily: days.map((day, i) => ({
      day,
      min: low,
      mean: low + span * (0.3 + 0.1 * Math.sin(i)),
      max: low + span * (0.8 + 0.2 * Math.sin(i)),
      n: 86_400,
    })),
    distribution: {
      start: low,
      width: span / 40,
      idle: Array.from({ length: 40 }, (_, i) => Math.round(900 * Math.exp(-(((i - 8) / 4) ** 2)))),
      load: Array.from({ length: 40 }, (_, i) => Math.round(700 * Math.exp(-(((i - 30) / 5) ** 2)))),
    },
    correlation: {
      fields,
      r: fields.map((_, i) => fields.map((_, j) => (i === j ? 1 : i === 3 || j === 3 ? null : Math.cos(i - j) * 0.95))),
    },
  }
}
