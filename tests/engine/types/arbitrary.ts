import fc from 'fast-check'
import { Decimal } from '../../../engine/types/decimal.ts'
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimalType,
  INTEGER,
  mapType,
  type SqlType,
  STRING,
  structType,
  TIME,
  TIMESTAMP,
} from '../../../engine/types/sql-type.ts'
import type { SqlValue } from '../../../engine/types/values.ts'

export const primitiveType: fc.Arbitrary<SqlType> = fc.oneof(
  fc.constantFrom<SqlType>(BOOLEAN, INTEGER, BIGINT, DOUBLE, STRING, BYTES, DATE, TIME, TIMESTAMP),
  fc
    .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 30 }))
    .map(([precision, scale]) => decimalType(Math.max(precision, scale), scale)),
)

const fieldName = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,6}$/)

/** Column or field names, distinct also when case is ignored. */
export function names(count: { min: number; max: number }): fc.Arbitrary<string[]> {
  return fc.uniqueArray(fieldName, { minLength: count.min, maxLength: count.max })
}

/** Any SQL type, nested at most two deep; map keys are strings, as the formats want them. */
export const anyType: fc.Arbitrary<SqlType> = nested(2)

function nested(depth: number): fc.Arbitrary<SqlType> {
  if (depth === 0) return primitiveType
  const inner = nested(depth - 1)
  return fc.oneof(
    { weight: 4, arbitrary: primitiveType },
    { weight: 1, arbitrary: inner.map(arrayType) },
    { weight: 1, arbitrary: inner.map((value) => mapType(STRING, value)) },
    {
      weight: 1,
      arbitrary: names({ min: 1, max: 3 }).chain((fields) =>
        fc
          .tuple(...fields.map(() => inner))
          .map((types) => structType(fields.map((name, i) => ({ name, type: types[i] ?? STRING })))),
      ),
    },
  )
}

/** Any value of a type, NULL now and then. */
export function anyValue(type: SqlType): fc.Arbitrary<SqlValue> {
  return fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 6, arbitrary: presentValue(type) })
}

function presentValue(type: SqlType): fc.Arbitrary<SqlValue> {
  switch (type.base) {
    case 'BOOLEAN':
      return fc.boolean()
    case 'INTEGER':
      return fc.integer()
    case 'BIGINT':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    case 'DOUBLE':
      return fc.double()
    case 'STRING':
      return fc.string({ unit: 'binary' })
    case 'BYTES':
      return fc.uint8Array({ maxLength: 12 })
    case 'DATE':
      return fc.integer({ min: -100_000, max: 100_000 })
    case 'TIME':
      return fc.integer({ min: 0, max: 86_399_999 })
    case 'TIMESTAMP':
      return fc.integer({ min: -8_000_000_000_000, max: 8_000_000_000_000 })
    case 'DECIMAL': {
      const most = 10n ** BigInt(type.precision) - 1n
      return fc.bigInt({ min: -most, max: most }).map((unscaled) => new Decimal(unscaled, type.scale))
    }
    case 'ARRAY':
      return fc.array(anyValue(type.element), { maxLength: 4 })
    case 'MAP':
      return fc
        .array(fc.tuple(fc.string({ maxLength: 5 }), anyValue(type.value)), { maxLength: 4 })
        .map((entries) => new Map<SqlValue, SqlValue>(entries))
    case 'STRUCT':
      return fc.tuple(...type.fields.map((field) => anyValue(field.type)))
  }
}
