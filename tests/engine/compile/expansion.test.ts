import fc from 'fast-check'
import { expect, test } from 'vitest'
import { engineWith, jsonRecord, watch } from '../engine/harness.ts'

const STREAM = `CREATE STREAM s (k VARCHAR KEY, i INT, b BIGINT, d DOUBLE, t VARCHAR, f BOOLEAN)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`

/** EXPLODE of a list that is written out in the query, and of the same list from a column, where no branch is compiled for an item. */
const bothWays = (list: string) => `${STREAM}
  CREATE STREAM inline AS SELECT k, EXPLODE(${list}) AS x FROM s EMIT CHANGES;
  CREATE STREAM lists AS SELECT k, ${list} AS xs FROM s EMIT CHANGES;
  CREATE STREAM plain AS SELECT k, EXPLODE(xs) AS x FROM lists EMIT CHANGES;`

const item = (n: number) => `CASE WHEN i >= ${n} OR (f AND d > ${n}) THEN
  STRUCT(name := ${n % 3 === 0 ? `'rule ${n}'` : 't'}, n := ${n}, b := ${n % 2 === 0 ? 'b' : `CAST(i AS BIGINT)`}, d := ${n % 5 === 0 ? 'd' : `${n}e0`}, f := f) END`
const structs = (count: number) =>
  `FILTER(ARRAY[${Array.from({ length: count }, (_, n) => item(n)).join(', ')}], x => x IS NOT NULL)`

const LISTS: readonly [name: string, list: string][] = [
  ['structs that a condition makes', structs(4)],
  ['more items than bits fit into a whole number', structs(65)],
  ['numbers, NULLs included', 'ARRAY[i, i + 1, 7]'],
  ['whole numbers of both widths', 'ARRAY[b, CAST(i AS BIGINT), 9000000000]'],
  ['text without its NULLs', "FILTER(ARRAY[t, 'x', CASE WHEN f THEN t END], x => x IS NOT NULL)"],
  ['booleans', 'ARRAY[f, i > 2, NOT f]'],
]

const rows = fc.array(
  fc.record({
    i: fc.option(fc.integer({ min: -2, max: 70 })),
    b: fc.option(fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
    d: fc.option(fc.integer({ min: -2, max: 70 })),
    t: fc.option(fc.constantFrom('a', 'b', '')),
    f: fc.option(fc.boolean()),
  }),
  { minLength: 1, maxLength: 40 },
)

test.each(LISTS)(
  'a list written out in the query gives the rows that the same list in a column gives: %s',
  (_, list) => {
    const statements = bothWays(list)
    fc.assert(
      fc.property(rows, (values) => {
        const engine = engineWith(statements)
        const outputs = watch(engine)
        engine.topic('s').append(values.map((value, n) => jsonRecord('a', value, n)))
        const expected = outputs.get('PLAIN') ?? []
        expect(outputs.get('INLINE')).toEqual(expected)
      }),
      { numRuns: 30 },
    )
    const engine = engineWith(statements)
    const outputs = watch(engine)
    engine.topic('s').append([jsonRecord('a', { i: 70, b: 5, d: 1.5, t: 'a', f: true }, 0)])
    expect(outputs.get('INLINE')?.length).toBeGreaterThan(2)
  },
)
