import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aggregateFunctions } from '../../../../engine/functions/aggregate/index.ts'
import { stored } from '../../../../engine/functions/aggregate/stored.ts'
import type { Accumulator, AggregateFunction } from '../../../../engine/functions/definition.ts'
import { Decimal } from '../../../../engine/types/decimal.ts'
import {
  arrayType,
  BIGINT,
  DOUBLE,
  decimalType,
  INTEGER,
  type SqlType,
  STRING,
  structType,
} from '../../../../engine/types/sql-type.ts'
import type { SqlValue } from '../../../../engine/types/values.ts'
import { anyType, anyValue } from '../../types/arbitrary.ts'
import { accumulator, fold, type Row } from '../calling.ts'

interface Case {
  readonly columns: readonly SqlType[]
  readonly literals?: readonly (number | boolean)[]
  /** sums of doubles do not come out the same in another order */
  readonly approximate?: boolean
}

const nested = structType([
  { name: 'A', type: decimalType(9, 3) },
  { name: 'B', type: arrayType(STRING) },
])

/** Every function, over the types that take different paths. */
const cases: Readonly<Record<string, readonly Case[]>> = {
  ATTR: [{ columns: [STRING] }, { columns: [nested] }],
  AVG: [{ columns: [INTEGER] }, { columns: [BIGINT] }, { columns: [DOUBLE], approximate: true }],
  COLLECT_LIST: [{ columns: [INTEGER] }, { columns: [nested] }],
  COLLECT_SET: [{ columns: [DOUBLE] }, { columns: [nested] }],
  CORRELATION: [
    { columns: [DOUBLE, DOUBLE], approximate: true },
    { columns: [INTEGER, INTEGER], approximate: true },
  ],
  COUNT: [{ columns: [nested] }],
  COUNT_DISTINCT: [{ columns: [STRING] }, { columns: [decimalType(9, 3)] }],
  EARLIEST_BY_OFFSET: [
    { columns: [INTEGER] },
    { columns: [nested], literals: [false] },
    { columns: [INTEGER], literals: [3, false] },
  ],
  HISTOGRAM: [{ columns: [STRING] }],
  LATEST_BY_OFFSET: [
    { columns: [INTEGER] },
    { columns: [nested], literals: [false] },
    { columns: [INTEGER], literals: [3] },
  ],
  MAX: [{ columns: [DOUBLE] }, { columns: [decimalType(9, 3)] }],
  MIN: [{ columns: [STRING] }, { columns: [BIGINT] }],
  STDDEV_SAMP: [{ columns: [DOUBLE], approximate: true }],
  STDDEV_SAMPLE: [
    { columns: [DOUBLE], approximate: true },
    { columns: [INTEGER], approximate: true },
    { columns: [BIGINT], approximate: true },
  ],
  SUM: [
    { columns: [INTEGER] },
    { columns: [BIGINT] },
    { columns: [decimalType(20, 3)] },
    { columns: [DOUBLE], approximate: true },
  ],
  SUM_LIST: [{ columns: [arrayType(INTEGER)] }, { columns: [arrayType(DOUBLE)], approximate: true }],
  TOPK: [
    { columns: [DOUBLE], literals: [3] },
    { columns: [INTEGER, nested], literals: [3] },
  ],
  TOPKDISTINCT: [
    { columns: [INTEGER], literals: [3] },
    { columns: [decimalType(9, 3)], literals: [2] },
  ],
}

/** Few different values, so that equal ones meet; numbers small enough that sums stay exact enough to compare. */
function smallValue(type: SqlType): fc.Arbitrary<SqlValue> {
  const small = fc.integer({ min: -20, max: 20 })
  switch (type.base) {
    case 'INTEGER':
      return fc.option(small)
    case 'BIGINT':
      return fc.option(small.map(BigInt))
    case 'DOUBLE':
      return fc.option(small.map((n) => n / 8))
    case 'STRING':
      return fc.option(fc.constantFrom('a', 'b', 'c', ''))
    case 'DECIMAL':
      return fc.option(small.map((n) => new Decimal(BigInt(n * 25), type.scale)))
    case 'ARRAY':
      return fc.option(fc.array(smallValue(type.element), { maxLength: 3 }))
    case 'STRUCT':
      return fc.option(fc.tuple(...type.fields.map((field) => smallValue(field.type))))
    default:
      return fc.option(anyValue(type))
  }
}

const rowsOf = ({ columns }: Case, maxLength = 12) =>
  fc.array(fc.tuple(...columns.map(smallValue)) as fc.Arbitrary<Row>, { maxLength })

function expectSame(actual: SqlValue, wanted: SqlValue, { approximate = false }: Case) {
  if (!approximate) return expect(actual).toEqual(wanted)
  const [a, b] = [Number(actual), Number(wanted)]
  if (Number.isNaN(a) && Number.isNaN(b)) return
  expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(b)))
}

const all = aggregateFunctions.flatMap((fn) => (cases[fn.name] ?? []).map((c) => ({ name: fn.name, fn, c })))
const label = ({ name, c }: { name: string; c: Case }) =>
  `${name}(${[...c.columns.map((t) => t.base), ...(c.literals ?? [])].join(', ')})`

function check(
  { fn, c }: { fn: AggregateFunction; c: Case },
  property: (make: () => Accumulator<unknown>) => fc.IProperty<unknown>,
) {
  fc.assert(property(() => accumulator(fn, c.columns, c.literals)) as fc.IProperty<[unknown]>, { numRuns: 60 })
}

test('every aggregate is under these laws', () => {
  expect(aggregateFunctions.filter((fn) => cases[fn.name] === undefined)).toEqual([])
})

describe.each(all.map((entry) => [label(entry), entry] as const))('%s', (_, entry) => {
  const { c } = entry

  test('folding two parts and merging them is folding all', () => {
    check(entry, (make) =>
      fc.property(rowsOf(c), rowsOf(c), (left, right) => {
        const a = make()
        const merged = a.merge(fold(a, left), fold(a, right))
        const b = make()
        expectSame(a.result(merged), b.result(fold(b, [...left, ...right])), c)
      }),
    )
  })

  test('merging with the empty state changes nothing', () => {
    check(entry, (make) =>
      fc.property(rowsOf(c), (rows) => {
        const a = make()
        const wanted = a.result(fold(a, rows))
        expectSame(a.result(a.merge(a.init(), fold(a, rows))), wanted, c)
        expectSame(a.result(a.merge(fold(a, rows), a.init())), wanted, c)
      }),
    )
  })

  test('merging leaves the right state as it was', () => {
    check(entry, (make) =>
      fc.property(rowsOf(c), rowsOf(c), rowsOf(c), (left, right, more) => {
        const a = make()
        const state = fold(a, right)
        const before = structuredClone(state)
        const merged = a.merge(fold(a, left), state)
        more.reduce<unknown>((s, row) => a.add(s, ...row), merged)
        expect(state).toEqual(before)
      }),
    )
  })

  test('a state survives structuredClone', () => {
    check(entry, (make) =>
      fc.property(rowsOf(c), (rows) => {
        const a = make()
        const state = fold(a, rows)
        expect(a.result(structuredClone(state))).toEqual(a.result(state))
      }),
    )
  })

  test('undo takes the last row out again', () => {
    check(entry, (make) =>
      fc.property(rowsOf(c), fc.tuple(...c.columns.map(smallValue)), (rows, row) => {
        const a = make()
        if (a.undo === undefined) return
        const wanted = a.result(fold(a, rows))
        expectSame(a.result(a.undo(a.add(fold(a, rows), ...row), ...row)), wanted, c)
      }),
    )
  })
})

test('only these can be used on tables', () => {
  const undoable = all.filter(({ fn, c }) => accumulator(fn, c.columns, c.literals).undo !== undefined)
  expect([...new Set(undoable.map(({ name }) => name))].sort()).toEqual([
    'ATTR',
    'AVG',
    'COLLECT_LIST',
    'CORRELATION',
    'COUNT',
    'HISTOGRAM',
    'STDDEV_SAMP',
    'STDDEV_SAMPLE',
    'SUM',
    'SUM_LIST',
  ])
})

test('packed values come back as they were, through structuredClone', () => {
  fc.assert(
    fc.property(
      anyType.chain((type) => fc.tuple(fc.constant(type), fc.option(anyValue(type)))),
      ([type, value]) => {
        const { pack, unpack } = stored(type)
        expect(unpack(structuredClone(pack(value)))).toEqual(value)
      },
    ),
  )
})
