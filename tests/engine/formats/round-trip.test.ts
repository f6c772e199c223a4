import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FormatColumn, FormatOptions } from '../../../engine/formats/format.ts'
import { formatByName } from '../../../engine/formats/index.ts'
import { MemorySchemaRegistry } from '../../../engine/formats/registry.ts'
import { BIGINT, BYTES, DOUBLE, INTEGER, type SqlType, STRING } from '../../../engine/types/sql-type.ts'
import type { SqlValue } from '../../../engine/types/values.ts'
import { anyType, anyValue, names, primitiveType } from '../types/arbitrary.ts'

interface Row {
  readonly columns: FormatColumn[]
  readonly values: SqlValue[]
}

function rows(types: fc.Arbitrary<SqlType>, count: { min: number; max: number }): fc.Arbitrary<Row> {
  return names(count).chain((columnNames) =>
    fc.tuple(...columnNames.map(() => types)).chain((columnTypes) =>
      fc.tuple(...columnTypes.map(anyValue)).map((values) => ({
        columns: columnNames.map((name, i) => ({ name, type: columnTypes[i] ?? STRING })),
        values,
      })),
    ),
  )
}

function options(more: Partial<FormatOptions> = {}): FormatOptions {
  return { isKey: false, topic: 't', registry: new MemorySchemaRegistry(), ...more }
}

function roundTrip(format: string, row: Row, more: Partial<FormatOptions> = {}): SqlValue[] | null {
  const serde = formatByName(format).create(row.columns, options(more))
  const bytes = serde.serialize(row.values)
  return bytes && serde.deserialize(bytes)
}

/** The DELIMITED format cannot tell an empty text from NULL. */
function emptyAsNull(value: SqlValue): SqlValue {
  return value === '' || (value instanceof Uint8Array && value.length === 0) ? null : value
}

describe('what is written is read back', () => {
  test.each(['JSON', 'AVRO'])('%s, any columns', (format) => {
    fc.assert(
      fc.property(rows(anyType, { min: 1, max: 5 }), (row) => {
        expect(roundTrip(format, row)).toEqual(row.values)
      }),
      { numRuns: 300 },
    )
  })

  test.each(['JSON', 'AVRO'])('%s, one unwrapped column', (format) => {
    fc.assert(
      fc.property(rows(anyType, { min: 1, max: 1 }), (row) => {
        const expected = row.values[0] === null ? null : row.values
        expect(roundTrip(format, row, { wrapSingle: false })).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  test.each([',', 'TAB', 'SPACE', '|', '$'])('DELIMITED by %s, columns of one field', (delimiter) => {
    fc.assert(
      fc.property(rows(primitiveType, { min: 2, max: 5 }), (row) => {
        expect(roundTrip('DELIMITED', row, { delimiter })).toEqual(row.values.map(emptyAsNull))
      }),
    )
  })

  test('KAFKA, one column', () => {
    const types = fc.constantFrom<SqlType>(INTEGER, BIGINT, DOUBLE, STRING, BYTES)
    fc.assert(
      fc.property(rows(types, { min: 1, max: 1 }), (row) => {
        expect(roundTrip('KAFKA', row)).toEqual(row.values[0] === null ? null : row.values)
      }),
    )
  })
})

test('bytes that are no record are refused, never misread silently into more columns', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.constantFrom('JSON', 'AVRO', 'DELIMITED'), (bytes, format) => {
      const serde = formatByName(format).create(
        [
          { name: 'A', type: INTEGER },
          { name: 'B', type: STRING },
        ],
        options(),
      )
      try {
        expect(serde.deserialize(bytes)).toHaveLength(2)
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
    }),
  )
})
