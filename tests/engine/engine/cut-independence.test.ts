import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { KsqlEngine } from '../../../engine/index.ts'
import { engineWith, type Outputs, watch } from './harness.ts'
import { columnsOf, cut, INPUT_TOPIC, type InputRow, inputRows, program, rawRecord } from './program.ts'
import { check } from './property.ts'

type Feed = (engine: KsqlEngine, rows: readonly InputRow[]) => void

function outputs(statements: string, chunks: readonly (readonly InputRow[])[], feed: Feed): Outputs {
  const engine = engineWith(statements)
  const seen = watch(engine)
  for (const chunk of chunks) feed(engine, chunk)
  engine.end()
  return seen
}

const raw: Feed = (engine, rows) => engine.topic(INPUT_TOPIC).append(rows.map(rawRecord))
const typed: Feed = (engine, rows) => engine.append('S', columnsOf(rows))

const cases = fc.record({ statements: program, rows: inputRows, sizes: fc.array(fc.integer({ min: 1, max: 9 })) })

describe('every topic gets the same records in the same order', () => {
  test('one by one, in random chunks or all at once', () => {
    check(
      fc.property(cases, ({ statements, rows, sizes }) => {
        const single = outputs(statements, cut(rows, [1]), raw)
        expect(outputs(statements, cut(rows, sizes), raw)).toEqual(single)
        expect(outputs(statements, [rows], raw)).toEqual(single)
      }),
      200,
    )
  })

  test('as bytes or as columns', () => {
    check(
      fc.property(cases, ({ statements, rows, sizes }) => {
        const chunks = cut(rows, sizes)
        expect(outputs(statements, chunks, typed)).toEqual(outputs(statements, chunks, raw))
      }),
      200,
    )
  })

  test('without the columns that no query reads', () => {
    const needed: Feed = (engine, rows) => {
      const wanted = engine.neededColumns('S')
      const { columns, ...rest } = columnsOf(rows)
      engine.append('S', { ...rest, columns: new Map([...columns].filter(([name]) => wanted.has(name))) })
    }
    check(
      fc.property(cases, ({ statements, rows, sizes }) => {
        const derived = (feed: Feed) =>
          [...outputs(statements, cut(rows, sizes), feed)].filter(([topic]) => topic !== INPUT_TOPIC)
        expect(derived(needed)).toEqual(derived(typed))
      }),
      200,
    )
  })
})
