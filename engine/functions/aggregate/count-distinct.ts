import { hashKey } from '../../types/compare.ts'
import type { SqlValue } from '../../types/values.ts'
import type { Accumulator, AggregateFunction, BindContext } from '../definition.ts'
import { argumentType } from './argument.ts'
import { addText, emptySketch, estimate, mergeSketches, type Sketch } from './hyperloglog.ts'

function distinctCount(context: BindContext): Accumulator<Sketch> {
  const key = hashKey(argumentType(context))
  return {
    init: emptySketch,
    add: (sketch, value: SqlValue) => (value === null ? sketch : addText(sketch, String(key(value)))),
    merge: mergeSketches,
    result: (sketch) => BigInt(Math.round(estimate(sketch))),
  }
}

export const countDistinct: AggregateFunction = {
  name: 'COUNT_DISTINCT',
  description: 'The number of distinct values of a column, estimated within 1 %; NULLs are left out.',
  variants: [{ parameters: ['T'], returns: 'BIGINT', structState: true, bind: distinctCount }],
}
