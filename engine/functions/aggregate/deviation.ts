import type { SqlValue } from '../../types/values.ts'
import type { Accumulator, AggregateFunction, AggregateVariant } from '../definition.ts'

interface State {
  count: number
  sum: number
  /** sum of the squared distances from the mean */
  m2: number
}

/**
 * Single pass by Youngs and Cramer ("Some results relevant to choice of sum and sum-of-product algorithms", Technometrics 13, 1971): every value
 * adds (n·x - sum)² / (n·(n - 1)), taken after it has been counted.
 */
function deviation(
  statistic: (variance: number) => number,
  mean: (sum: number, count: number) => number,
): Accumulator<State> {
  const part = ({ count, sum }: State, value: number) => {
    const distance = count * value - sum
    return count > 1 ? (distance * distance) / (count * (count - 1)) : 0
  }
  return {
    init: () => ({ count: 0, sum: 0, m2: 0 }),
    add(state, value: SqlValue) {
      if (value === null) return state
      const x = Number(value)
      state.count++
      state.sum += x
      state.m2 += part(state, x)
      return state
    },
    undo(state, value: SqlValue) {
      if (value === null) return state
      const x = Number(value)
      state.m2 -= part(state, x)
      state.sum -= x
      state.count--
      return state
    },
    // Chan, Golub, LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979)
    merge(left, right) {
      if (left.count === 0) return { ...right }
      if (right.count === 0) return left
      const count = left.count + right.count
      const distance = mean(left.sum, left.count) - mean(right.sum, right.count)
      return {
        count,
        sum: left.sum + right.sum,
        m2: left.m2 + right.m2 + (distance * distance * left.count * right.count) / count,
      }
    },
    result: ({ count, m2 }) => (count < 2 ? 0 : statistic(m2 / (count - 1))),
  }
}

const exactMean = (sum: number, count: number) => sum / count
/** ksqlDB divides whole sums as whole numbers when sessions merge (shared/ksqldb/KSQL-NOTES.md D); kept, results would differ otherwise. */
const wholeMean = (sum: number, count: number) => Math.trunc(sum / count)

function variants(
  statistic: (variance: number) => number,
  integerMean: (sum: number, count: number) => number,
): readonly AggregateVariant[] {
  return (['DOUBLE', 'INT', 'BIGINT'] as const).map((type) => ({
    parameters: [type],
    returns: 'DOUBLE',
    structState: true,
    bind: () => deviation(statistic, type === 'DOUBLE' ? exactMean : integerMean),
  }))
}

/** The name promises a deviation, but ksqlDB returns the variance and has kept it so: https://github.com/confluentinc/ksql/issues/8345 */
export const sampleVariance: AggregateFunction = {
  name: 'STDDEV_SAMP',
  description: 'The sample VARIANCE of a column, despite its name, as in ksqlDB. STDDEV_SAMPLE is the deviation.',
  variants: variants((variance) => variance, wholeMean),
}

export const sampleDeviation: AggregateFunction = {
  name: 'STDDEV_SAMPLE',
  description: 'The sample standard deviation of a column; 0.0 for fewer than two values.',
  variants: variants(Math.sqrt, exactMean),
}
