import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Batch, ColumnBuilder, filterBatch, readValue, sliceBatch } from '../../../engine/runtime/batch.ts'
import { KeyDictionary } from '../../../engine/runtime/key-dictionary.ts'
import { mergeByCause } from '../../../engine/runtime/merge-by-cause.ts'
import { fromBytes, toBytes } from '../../../engine/runtime/snapshot.ts'
import { TableStore } from '../../../engine/runtime/table-store.ts'
import { equality } from '../../../engine/types/compare.ts'
import { BIGINT, DOUBLE, INTEGER, type SqlType, STRING } from '../../../engine/types/sql-type.ts'
import type { SqlValue } from '../../../engine/types/values.ts'
import { check } from '../engine/property.ts'
import { anyType, anyValue, primitiveType } from '../types/arbitrary.ts'

function columnOf(type: SqlType, values: readonly SqlValue[]) {
  const builder = new ColumnBuilder(type, 1)
  for (const [row, value] of values.entries()) builder.set(row, value)
  return builder.finish()
}

const typedValues = anyType.chain((type) => fc.tuple(fc.constant(type), fc.array(anyValue(type), { maxLength: 20 })))

describe('a batch', () => {
  test('gives back the values it was built of, sliced or filtered', () => {
    check(
      fc.property(typedValues, fc.nat(20), fc.nat(20), ([type, values], a, b) => {
        const batch = new Batch(values.length, [columnOf(type, values)], new Float64Array(values.length))
        const read = ({ count, columns: [column] }: Batch) =>
          Array.from({ length: count }, (_, i) => (column === undefined ? null : readValue(column, i, type)))
        const [from, to] = [Math.min(a, b, values.length), Math.min(Math.max(a, b), values.length)]
        expect(read(batch)).toEqual(values)
        expect(read(sliceBatch(batch, from, to))).toEqual(values.slice(from, to))
        expect(read(filterBatch(batch, (i) => i % 3 === from % 3))).toEqual(values.filter((_, i) => i % 3 === from % 3))
      }),
      300,
    )
  })
})

describe('a key dictionary', () => {
  test('gives equal keys one number, and others another', () => {
    const keys = fc
      .array(primitiveType, { minLength: 1, maxLength: 3 })
      .chain((types) => fc.tuple(fc.constant(types), fc.array(fc.tuple(...types.map(anyValue)), { maxLength: 30 })))
    check(
      fc.property(keys, ([types, rows]) => {
        const dictionary = new KeyDictionary(types)
        const equal = types.map((type) => equality(type))
        const same = (a: readonly SqlValue[], b: readonly SqlValue[]) =>
          types.every((_, j) => equal[j]?.(a[j] ?? null, b[j] ?? null) === true)
        const seen: SqlValue[][] = []
        for (const row of rows) {
          const place = seen.findIndex((known) => same(known, row))
          const expected = place < 0 ? seen.push(row) - 1 : place
          expect(dictionary.find(row)).toBe(place)
          expect(dictionary.id(row)).toBe(expected)
          expect(dictionary.find(row)).toBe(expected)
          if (row.length === 1) expect(dictionary.id1(row[0] ?? null)).toBe(expected)
          if (row.length === 2) expect(dictionary.id2(row[0] ?? null, row[1] ?? null)).toBe(expected)
          expect(same(dictionary.values(expected), row)).toBe(true)
        }
        expect(dictionary.size).toBe(seen.length)
      }),
      300,
    )
  })
})

describe('a table store', () => {
  const layout = [
    { type: STRING, role: 'key' },
    { type: DOUBLE, role: 'key' },
    { type: INTEGER, role: 'value' },
  ] as const

  test('gives the row that each change replaces', () => {
    const change = fc.record({
      k: fc.constantFrom('a', 'b', '1:a'),
      d: fc.constantFrom(0, -0, Number.NaN, 1),
      v: fc.option(fc.integer()),
      dead: fc.boolean(),
    })
    check(
      fc.property(fc.array(change, { maxLength: 30 }), fc.nat(30), (changes, cut) => {
        const store = new TableStore(layout)
        const model = new Map<string, { v: number | null; time: number }>()
        const name = (c: (typeof changes)[number]) => `${c.k} ${Object.is(c.d, -0) ? '-0' : c.d}`
        for (const part of [changes.slice(0, cut), changes.slice(cut)]) {
          const batch = new Batch(
            part.length,
            [
              columnOf(
                STRING,
                part.map((c) => c.k),
              ),
              columnOf(
                DOUBLE,
                part.map((c) => c.d),
              ),
              columnOf(
                INTEGER,
                part.map((c) => c.v),
              ),
            ],
            Float64Array.from(part, (_, i) => i),
          )
          batch.tombstone = Uint8Array.from(part, (c) => (c.dead ? 1 : 0))
          const replaced = store.apply(batch)
          for (const [i, c] of part.entries()) {
            const old = model.get(name(c))
            expect(replaced.tombstone?.[i]).toBe(old === undefined ? 1 : 0)
            const column = replaced.columns[2]
            if (old !== undefined && column !== undefined) expect(readValue(column, i, INTEGER)).toBe(old.v)
            if (c.dead) model.delete(name(c))
            else model.set(name(c), { v: c.v, time: i })
          }
        }
        expect(store.size).toBe(model.size)
      }),
      300,
    )
  })
})

describe('snapshot bytes', () => {
  test('bring back any state of SQL values', () => {
    check(
      fc.property(typedValues, ([, values]) => {
        const state = {
          list: values,
          map: new Map([['x', new Set(values)]]),
          numbers: Float64Array.of(1, Number.NaN),
          none: undefined,
        }
        expect(fromBytes(toBytes(state))).toEqual(state)
      }),
      300,
    )
  })
})

describe('merging by cause', () => {
  test('orders rows by cause, then tie, then arrival, and keeps each batch in its order', () => {
    const source = fc.record({
      causes: fc.array(fc.nat(6), { maxLength: 8 }).map((c) => c.sort((a, b) => a - b)),
      table: fc.boolean(),
    })
    check(
      fc.property(fc.array(source, { maxLength: 4 }), (sources) => {
        const waiting = sources.map(({ causes, table }, sequence) => {
          const batch = new Batch(
            causes.length,
            [
              columnOf(
                BIGINT,
                causes.map((_, i) => BigInt(i)),
              ),
            ],
            new Float64Array(causes.length),
          )
          batch.cause = Int32Array.from(causes)
          return { batch, sequence, table }
        })
        const merged: [cause: number, table: boolean, sequence: number, row: bigint][] = []
        mergeByCause(
          waiting,
          ({ table, sequence }, rows) => {
            for (let i = 0; i < rows.count; i++) {
              const column = rows.columns[0]
              const row = column === undefined ? -1n : (readValue(column, i, BIGINT) as bigint)
              merged.push([rows.cause?.[i] ?? -1, table, sequence, row])
            }
          },
          (a, b) => Number(b.table) - Number(a.table),
        )
        const expected = waiting
          .flatMap(({ table, sequence }) =>
            (sources[sequence]?.causes ?? []).map((cause, row) => [cause, table, sequence, BigInt(row)] as const),
          )
          .sort((a, b) => a[0] - b[0] || Number(b[1]) - Number(a[1]) || a[2] - b[2] || Number(a[3] - b[3]))
        expect(merged).toEqual(expected)
      }),
      300,
    )
  })
})
