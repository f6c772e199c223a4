import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Accumulator } from '../../../engine/functions/definition.ts'
import { resolveAggregate } from '../../../engine/functions/resolve.ts'
import { builtinFunctions } from '../../../engine/index.ts'
import { ColumnBuilder } from '../../../engine/runtime/batch.ts'
import { BIGINT, BOOLEAN, DOUBLE, decimalType, INTEGER, type SqlType, STRING } from '../../../engine/types/sql-type.ts'
import type { SqlValue } from '../../../engine/types/values.ts'
import { engineWith, type Row, watch } from '../engine/harness.ts'
import { check } from '../engine/property.ts'
import { anyValue } from '../types/arbitrary.ts'

/** The columns aggregated, beside the key `k` and the group `g`. */
const COLUMNS: Readonly<Record<string, SqlType>> = {
  D: DOUBLE,
  I: INTEGER,
  B: BIGINT,
  F: BOOLEAN,
  T: STRING,
  M: decimalType(20, 3),
}

interface Call {
  readonly name: string
  readonly column: string
  readonly constants: readonly SqlValue[]
}

const call = (name: string, column: string, ...constants: SqlValue[]): Call => ({ name, column, constants })

const NUMBERS = ['D', 'I', 'B']

/** Aggregates that can take a row out again. */
const UNDOABLE: readonly Call[] = [
  ...Object.keys(COLUMNS).map((c) => call('COUNT', c)),
  ...NUMBERS.flatMap((c) => ['SUM', 'AVG', 'STDDEV_SAMP', 'STDDEV_SAMPLE'].map((name) => call(name, c))),
]

/** Those of sessions; LATEST_BY_OFFSET keeps accumulators there. */
const MERGED: readonly Call[] = [...UNDOABLE, ...['MIN', 'MAX'].flatMap((name) => NUMBERS.map((c) => call(name, c)))]

const ALL: readonly Call[] = [
  ...MERGED,
  ...Object.keys(COLUMNS).flatMap((c) => [
    call('LATEST_BY_OFFSET', c),
    call('LATEST_BY_OFFSET', c, false),
    call('LATEST_BY_OFFSET', c, 3),
    call('LATEST_BY_OFFSET', c, 2, false),
    call('LATEST_BY_OFFSET', c, 9),
  ]),
]

const selectList = (calls: readonly Call[]) =>
  calls.map(({ name, column, constants }, i) => `${name}(${[column, ...constants].join(', ')}) AS r${i}`).join(', ')

/** The accumulator of functions/aggregate that the generated code must equal. */
function accumulatorOf({ name, column, constants }: Call): Accumulator<unknown> {
  const fn = builtinFunctions.aggregate(name)
  const type = COLUMNS[column]
  if (fn === undefined || type === undefined) throw new Error(`${name}(${column})`)
  const types = [type, ...constants.map((c) => (typeof c === 'boolean' ? BOOLEAN : INTEGER))]
  const given = [undefined, ...constants]
  const { variant, argTypes, returnType } = resolveAggregate(fn, types, given)
  return variant.bind({ argTypes, returnType, constants: given, properties: new Map(), now: () => 0 })
}

/** The states of one group by reference. */
class Reference {
  readonly calls: readonly Call[]
  readonly accumulators: readonly Accumulator<unknown>[]
  states: unknown[]

  constructor(calls: readonly Call[]) {
    this.calls = calls
    this.accumulators = calls.map(accumulatorOf)
    this.states = this.accumulators.map((a) => a.init())
  }

  add(row: InputRow): void {
    this.states = this.states.map((s, i) =>
      this.accumulators[i]?.add(s, row.values[this.calls[i]?.column ?? ''] ?? null),
    )
  }

  undo(row: InputRow): void {
    this.states = this.states.map((s, i) =>
      this.accumulators[i]?.undo?.(s, row.values[this.calls[i]?.column ?? ''] ?? null),
    )
  }

  merge(other: Reference): void {
    this.states = this.states.map((s, i) => this.accumulators[i]?.merge(s, other.states[i]))
  }

  results(): SqlValue[] {
    return this.states.map((s, i) => this.accumulators[i]?.result(s) ?? null)
  }
}

interface InputRow {
  readonly k: string
  readonly g: string
  readonly time: number
  readonly values: Readonly<Record<string, SqlValue>>
}

const odd = fc.constantFrom(Number.NaN, -0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, 5e-324)
const value = (type: SqlType): fc.Arbitrary<SqlValue> =>
  type.base === 'DOUBLE'
    ? fc.oneof(anyValue(type), odd, fc.integer({ min: -9, max: 9 }))
    : type.base === 'DECIMAL'
      ? anyValue(decimalType(9, 3))
      : anyValue(type)

const inputRow: fc.Arbitrary<InputRow> = fc.record({
  k: fc.constantFrom('a', 'b', 'c'),
  g: fc.constantFrom('x', 'y'),
  time: fc.nat(60),
  values: fc.record(Object.fromEntries(Object.entries(COLUMNS).map(([name, type]) => [name, value(type)]))),
})

const inputRows = fc.array(inputRow, { minLength: 1, maxLength: 25 })

/** What the query `AS SELECT …` gives for the rows. */
function outputs(select: string, source: 'STREAM' | 'TABLE', rows: readonly InputRow[]): Row[] {
  const key = source === 'TABLE' ? 'PRIMARY KEY' : 'KEY'
  const engine = engineWith(`
    CREATE ${source} s (k VARCHAR ${key}, g VARCHAR, d DOUBLE, i INT, b BIGINT, f BOOLEAN, t VARCHAR, m DECIMAL(20, 3))
      WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE r AS ${select} EMIT CHANGES;`)
  const seen = watch(engine)
  const column = (type: SqlType, of: (row: InputRow) => SqlValue) => {
    const builder = new ColumnBuilder(type, rows.length)
    for (const [at, row] of rows.entries()) builder.set(at, of(row))
    return builder.finish()
  }
  engine.append('S', {
    count: rows.length,
    columns: new Map([
      ['K', column(STRING, (r) => r.k)],
      ['G', column(STRING, (r) => r.g)],
      ...Object.entries(COLUMNS).map(([name, type]) => [name, column(type, (r) => r.values[name] ?? null)] as const),
    ]),
    rowtime: Float64Array.from(rows, (r) => r.time),
  })
  return seen.get('R') ?? []
}

describe('aggregates written out as straight code equal their accumulators', () => {
  test('adding rows', () => {
    check(
      fc.property(inputRows, (rows) => {
        const groups = new Map<string, Reference>()
        const expected = rows.map((row) => {
          const group = groups.get(row.g) ?? new Reference(ALL)
          groups.set(row.g, group)
          group.add(row)
          return group.results()
        })
        expect(outputs(`SELECT g, ${selectList(ALL)} FROM s GROUP BY g`, 'STREAM', rows).map((r) => r.value)).toEqual(
          expected,
        )
      }),
      300,
    )
  })

  test('taking rows of a table out again', () => {
    check(
      fc.property(inputRows, (rows) => {
        const groups = new Map<string, Reference>()
        const groupOf = (g: string) => {
          const group = groups.get(g) ?? new Reference(UNDOABLE)
          groups.set(g, group)
          return group
        }
        const present = new Map<string, InputRow>()
        const expected: unknown[] = []
        for (const row of rows) {
          const old = present.get(row.k)
          present.set(row.k, row)
          if (old !== undefined) {
            groupOf(old.g).undo(old)
            if (old.g !== row.g) expected.push(groupOf(old.g).results())
          }
          groupOf(row.g).add(row)
          expected.push(groupOf(row.g).results())
        }
        const select = `SELECT g, ${selectList(UNDOABLE)} FROM s GROUP BY g`
        expect(outputs(select, 'TABLE', rows).map((r) => r.value)).toEqual(expected)
      }),
      300,
    )
  })

  test('merging sessions', () => {
    const gap = 3
    check(
      fc.property(inputRows, (rows) => {
        const sessions: { g: string; start: number; end: number; state: Reference }[] = []
        const expected: unknown[] = []
        for (const row of rows) {
          const joined = sessions
            .filter((s) => s.g === row.g && s.start <= row.time + gap && s.end >= row.time - gap)
            .sort((a, b) => a.start - b.start)
          const state = new Reference(MERGED)
          for (const s of joined) {
            state.merge(s.state)
            sessions.splice(sessions.indexOf(s), 1)
          }
          state.add(row)
          const start = Math.min(row.time, ...joined.map((s) => s.start))
          const end = Math.max(row.time, ...joined.map((s) => s.end))
          sessions.push({ g: row.g, start, end, state })
          expected.push(state.results())
        }
        const select = `SELECT g, ${selectList(MERGED)} FROM s WINDOW SESSION (${gap} MILLISECONDS) GROUP BY g`
        const live = outputs(select, 'STREAM', rows).filter((r) => r.value !== null)
        expect(live.map((r) => r.value)).toEqual(expected)
      }),
      300,
    )
  })
})

describe('elements of the latest values', () => {
  const lists = Object.keys(COLUMNS).flatMap((c) => [
    call('LATEST_BY_OFFSET', c, 3),
    call('LATEST_BY_OFFSET', c, 2, false),
  ])
  const listText = ({ column, constants }: Call) => `LATEST_BY_OFFSET(${[column, ...constants].join(', ')})`
  const elements = lists.flatMap((list) => [-1, -2, -3, 1, 3].map((at) => ({ list, at })))

  test('taken alone are those of the list', () => {
    check(
      fc.property(
        inputRows,
        fc.shuffledSubarray(elements, { minLength: 1, maxLength: 6 }),
        fc.constantFrom('', 'WINDOW TUMBLING (SIZE 20 MILLISECONDS)', 'WINDOW SESSION (5 MILLISECONDS)'),
        fc.constantFrom('', 'HAVING LATEST_BY_OFFSET(i, 2, FALSE)[-1] IS NOT NULL', 'HAVING COUNT(*) > 1'),
        (rows, chosen, window, having) => {
          const query = (list: string) =>
            outputs(`SELECT g, ${list} FROM s ${window} GROUP BY g ${having}`, 'STREAM', rows)
          const alone = query(chosen.map(({ list, at }, i) => `${listText(list)}[${at}] AS r${i}`).join(', '))
          const whole = query(chosen.map(({ list }, i) => `${listText(list)} AS r${i}`).join(', '))
          const picked = whole.map(({ value, ...row }) => ({
            ...row,
            value:
              value?.map(
                (list, i) => (list as SqlValue[]).at((chosen[i]?.at ?? 0) - ((chosen[i]?.at ?? 0) > 0 ? 1 : 0)) ?? null,
              ) ?? null,
          }))
          expect(alone).toEqual(picked)
        },
      ),
      300,
    )
  })
})
