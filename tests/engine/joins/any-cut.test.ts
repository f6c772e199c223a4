import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KsqlEngine } from '../../../engine/index.ts'
import { engineWith, type Outputs, watch } from '../engine/harness.ts'
import { check } from '../engine/property.ts'
import { append, chunks, type Event } from './events.ts'
import { events, programs, sizes } from './programs.ts'

function outputs(program: string, cut: readonly (readonly Event[])[]): Outputs {
  const engine = engineWith(program)
  const seen = watch(engine)
  for (const chunk of cut) append(engine, chunk)
  engine.end()
  return seen
}

test('joins give the same, one record at a time or many', () => {
  check(
    fc.property(programs, events, sizes, (program, all, parts) => {
      const single = outputs(program, chunks(all, [1]))
      expect(outputs(program, chunks(all, parts))).toEqual(single)
      expect(outputs(program, chunks(all, [1000]))).toEqual(single)
    }),
    300,
  )
})

test('joins go on from a snapshot as if nothing had happened', () => {
  check(
    fc.property(programs, events, sizes, (program, all, parts) => {
      const expected = outputs(program, chunks(all, [1]))
      let engine = engineWith(program)
      const seen = watch(engine)
      for (const chunk of chunks(all, parts)) {
        append(engine, chunk)
        engine = KsqlEngine.restore(engine.snapshot(), { now: () => 1_700_000_000_000 })
        watch(engine, seen)
      }
      engine.end()
      expect(seen).toEqual(expected)
    }),
    150,
  )
})
