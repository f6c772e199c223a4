import type { SensorStatistics } from '../web/api.ts'

/** What the values of a sensor are like, in its unit. */
export type Summary = Omit<SensorStatistics, 'field' | 'secondsAbove'>

/**
 * @param values rising, at least one
 * @param counts how often each is there
 */
export function summaryOfCounts(values: readonly number[], counts: readonly number[]): Summary {
  let n = 0
  let sum = 0
  const upTo = counts.map((count, index) => {
    sum += values[index] * count
    n += count
    return n
  })
  const quantile = (q: number): number => {
    const rank = (n - 1) * q
    const below = valueAt(values, upTo, Math.floor(rank))
    return below + (valueAt(values, upTo, Math.ceil(rank)) - below) * (rank - Math.floor(rank))
  }
  return {
    n,
    min: values[0],
    mean: sum / n,
    median: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    max: values[values.length - 1],
  }
}

/** The value at a place, from 0, in all values in order. */
function valueAt(values: readonly number[], upTo: readonly number[], rank: number): number {
  let low = 0
  let high = values.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (upTo[middle] > rank) high = middle
    else low = middle + 1
  }
  return values[low]
}
