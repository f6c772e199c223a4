import type { AggregateFunction } from '../definition.ts'
import { attr } from './attr.ts'
import { average } from './average.ts'
import { earliestByOffset, latestByOffset } from './by-offset.ts'
import { collectList, collectSet } from './collect.ts'
import { correlation } from './correlation.ts'
import { count } from './count.ts'
import { countDistinct } from './count-distinct.ts'
import { sampleDeviation, sampleVariance } from './deviation.ts'
import { max, min } from './extreme.ts'
import { histogram } from './histogram.ts'
import { sum } from './sum.ts'
import { sumList } from './sum-list.ts'
import { topk, topkDistinct } from './topk.ts'

export const aggregateFunctions: readonly AggregateFunction[] = [
  attr,
  average,
  collectList,
  collectSet,
  correlation,
  count,
  countDistinct,
  earliestByOffset,
  histogram,
  latestByOffset,
  max,
  min,
  sampleDeviation,
  sampleVariance,
  sum,
  sumList,
  topk,
  topkDistinct,
]
