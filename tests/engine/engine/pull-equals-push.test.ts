import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KsqlEngine, type SqlValue } from '../../../engine/index.ts'
import { append, chunks } from '../joins/events.ts'
import { sizes as eventSizes, events, programs } from '../joins/programs.ts'
import { engineWith, type Outputs, type Row, watch } from './harness.ts'
import { cut, INPUT_TOPIC, inputRows, program, rawRecord } from './program.ts'
import { check } from './property.ts'

const DAY = 86_400_000

type Table = Map<string, readonly SqlValue[]>

const textOf = (value: unknown) =>
  JSON.stringify(value, (_, v) => (typeof v === 'bigint' ? `${v}n` : Object.is(v, -0) ? '-0' : v))

/** The rows that are left when every change takes the place of the one before it: key, window and value as SELECT * has them. */
function folded(changes: readonly Row[]): Table {
  const table: Table = new Map()
  for (const { key, window, value } of changes) {
    const bounds = window === undefined ? [] : window.map(BigInt)
    const id = textOf([...key, ...bounds])
    if (value === null) table.delete(id)
    else table.set(id, [...key, ...bounds, ...value])
  }
  return table
}

/** ms from the start of a window (of a session the end) to the newest one, after which it is gone. */
function retentionOf(statement: string): number {
  const ms = (pattern: RegExp, absent: number, unit: number) => {
    const [, found] = pattern.exec(statement) ?? []
    return found === undefined ? absent : Number(found) * unit
  }
  const size = ms(/(?:SIZE |SESSION \()(\d+) SECONDS/, 0, 1000)
  const grace = ms(/GRACE PERIOD (\d+) SECONDS/, statement.includes('EMIT FINAL') ? 0 : DAY - size, 1000)
  return Math.max(ms(/RETENTION (\d+) MINUTE/, 0, 60_000), size + grace)
}

/** Every table made by a query, as it is pulled. */
function pulled(engine: KsqlEngine): Map<string, readonly (readonly SqlValue[])[]> {
  const made = engine.queries().filter(({ id }) => id.startsWith('CTAS'))
  return new Map(made.map(({ sinkName }) => [sinkName, engine.pull(`SELECT * FROM ${sinkName};`).rows]))
}

/** `latest`: time of the newest record; windows that are too old for it may be gone. */
function expectFolded(engine: KsqlEngine, outputs: Outputs, latest: number): void {
  for (const [name, rows] of pulled(engine)) {
    const changes = outputs.get(name) ?? []
    const table = folded(changes)
    for (const row of table.values()) expect(row).toHaveLength(engine.pull(`SELECT * FROM ${name};`).columns.length)
    const statement = engine.queries().find((q) => q.sinkName === name)?.statement ?? ''
    const isWindowed = statement.includes('WINDOW ')
    const bound = statement.includes('SESSION') ? 2 : 1
    const expired = (row: readonly SqlValue[]) => isWindowed && Number(row[bound]) < latest - retentionOf(statement)
    const found = new Set(rows.map(textOf))
    expect(found.size).toBe(rows.length)
    const wanted = [...table.values()].filter((row) => !expired(row)).map(textOf)
    expect(wanted.filter((row) => !found.has(row))).toEqual([])
    const known = new Set([...table.values()].map(textOf))
    expect([...found].filter((row) => !known.has(row))).toEqual([])
  }
}

describe('a pull query gives what the changes of the table add up to', () => {
  test('of groups, windows, and what is made of them', () => {
    check(
      fc.property(program, inputRows, fc.boolean(), (statements, rows, ends) => {
        const engine = engineWith(statements)
        const outputs = watch(engine)
        engine.topic(INPUT_TOPIC).append(rows.map(rawRecord))
        if (ends) engine.end()
        expectFolded(engine, outputs, Math.max(...rows.map((row) => row.time)))
      }),
      300,
    )
  })

  test('of joins, and of tables made of tables', () => {
    const made = `CREATE TABLE copy AS SELECT * FROM t EMIT CHANGES;
      CREATE TABLE some AS SELECT k, v * 2 AS twice, ref FROM t WHERE v > 3 EMIT CHANGES;
      CREATE TABLE deeper AS SELECT k, twice + 1 AS more FROM some WHERE twice < 16 EMIT CHANGES;
      CREATE TABLE of_groups AS SELECT k, v + 1 AS v FROM n WHERE v > 1 EMIT CHANGES;`
    check(
      fc.property(programs, events, eventSizes, (statements, all, sizes) => {
        const engine = engineWith(statements + made)
        const outputs = watch(engine)
        for (const chunk of chunks(all, sizes)) append(engine, chunk)
        expectFolded(engine, outputs, 0)
      }),
      300,
    )
  })
})

describe('a pull query gives the same', () => {
  test('however the records were cut, after a snapshot, and whether or not it was asked before', () => {
    check(
      fc.property(
        program,
        inputRows,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
        (statements, rows, sizes) => {
          const whole = engineWith(statements)
          whole.topic(INPUT_TOPIC).append(rows.map(rawRecord))
          let engine = engineWith(statements)
          for (const chunk of cut(rows, sizes)) {
            engine.topic(INPUT_TOPIC).append(chunk.map(rawRecord))
            const before = pulled(engine)
            engine = KsqlEngine.restore(engine.snapshot(), { now: () => 1_700_000_000_000 })
            expect(pulled(engine)).toEqual(before)
          }
          expect(pulled(engine)).toEqual(pulled(whole))
        },
      ),
      100,
    )
  })

  test('of joins', () => {
    check(
      fc.property(programs, events, eventSizes, (statements, all, sizes) => {
        const whole = engineWith(statements)
        for (const chunk of chunks(all, [1])) append(whole, chunk)
        let engine = engineWith(statements)
        for (const chunk of chunks(all, sizes)) {
          append(engine, chunk)
          engine = KsqlEngine.restore(engine.snapshot(), { now: () => 1_700_000_000_000 })
        }
        expect(pulled(engine)).toEqual(pulled(whole))
      }),
      100,
    )
  })
})
