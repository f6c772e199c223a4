import type { ScalarFunction } from '../definition.ts'
import { typed } from './typed.ts'

/** Every `step`th whole number from `start` to `end`, both included. Throws when the step is 0 or leads away from the end. */
function series<N extends number | bigint>(start: N, end: N, step: N): N[] {
  const ascending = step > 0
  if (!ascending && !(step < 0)) throw new Error('GENERATE_SERIES: step cannot be zero')
  if (start !== end && ascending !== start < end)
    throw new Error(`GENERATE_SERIES: step ${step} leads away from the end`)
  const values: N[] = []
  const add = (a: N, b: N) => ((a as number) + (b as number)) as N
  for (let value = start; ascending ? value <= end : value >= end; value = add(value, step)) values.push(value)
  return values
}

export const seriesFunctions: readonly ScalarFunction[] = [
  {
    name: 'GENERATE_SERIES',
    description:
      'GENERATE_SERIES(start, end[, step]): the whole numbers from start to end, in steps of 1 (or -1) unless told.',
    category: 'ARRAY',
    variants: [
      {
        parameters: ['INT', 'INT'],
        returns: 'ARRAY<INT>',
        nulls: 'propagate',
        bind: () => typed((start: number, end: number) => series(start, end, end < start ? -1 : 1)),
      },
      {
        parameters: ['BIGINT', 'BIGINT'],
        returns: 'ARRAY<BIGINT>',
        nulls: 'propagate',
        bind: () => typed((start: bigint, end: bigint) => series(start, end, end < start ? -1n : 1n)),
      },
      {
        parameters: ['INT', 'INT', 'INT'],
        returns: 'ARRAY<INT>',
        nulls: 'propagate',
        bind: () => typed((start: number, end: number, step: number) => series(start, end, step)),
      },
      {
        parameters: ['BIGINT', 'BIGINT', 'INT'],
        returns: 'ARRAY<BIGINT>',
        nulls: 'propagate',
        bind: () => typed((start: bigint, end: bigint, step: number) => series(start, end, BigInt(step))),
      },
    ],
  },
]
