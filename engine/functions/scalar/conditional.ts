import { equality } from '../../types/compare.ts'
import type { SqlValue } from '../../types/values.ts'
import type { ScalarFunction } from '../definition.ts'
import { typed } from './typed.ts'

const CONDITIONAL = 'CONDITIONAL'

function firstPresent(...values: SqlValue[]): SqlValue {
  return values.find((value) => value !== null) ?? null
}

const coalesce: ScalarFunction = {
  name: 'COALESCE',
  description: 'The first argument that is not NULL.',
  category: CONDITIONAL,
  variants: [{ parameters: ['T', 'T'], variadic: 1, returns: 'T', nulls: 'pass', bind: () => typed(firstPresent) }],
}

const ifNull: ScalarFunction = {
  name: 'IFNULL',
  description: 'The first argument, or the second where the first is NULL.',
  category: CONDITIONAL,
  variants: [{ parameters: ['T', 'T'], returns: 'T', nulls: 'pass', bind: () => typed(firstPresent) }],
}

const nullIf: ScalarFunction = {
  name: 'NULLIF',
  description: 'NULL where both arguments are equal, else the first.',
  category: CONDITIONAL,
  variants: [
    {
      parameters: ['T', 'T'],
      returns: 'T',
      nulls: 'pass',
      bind: ({ argTypes }) => {
        const equal = equality(argTypes[0])
        return typed((value: SqlValue, other: SqlValue) => (equal(value, other) ? null : value))
      },
    },
  ],
}

const asValue: ScalarFunction = {
  name: 'AS_VALUE',
  description: "A copy of a key column among the row's values.",
  category: 'OTHER',
  variants: [{ parameters: ['T'], returns: 'T', nulls: 'propagate', bind: () => typed((value: SqlValue) => value) }],
}

export const conditionalFunctions: readonly ScalarFunction[] = [coalesce, ifNull, nullIf, asValue]
