import { describe, expect, test } from 'vitest'
import { engineWith, jsonRecord, watch } from '../engine/harness.ts'
import { refusal } from './evaluate.ts'

const SOURCE = `CREATE STREAM n (k VARCHAR KEY, a INT, s STRUCT<a INT, b INT, deep STRUCT<a INT>>, u STRUCT<b INT>)
  WITH (KAFKA_TOPIC='n', VALUE_FORMAT='JSON', PARTITIONS=1);`

function columns(query: string): string[] {
  const engine = engineWith(`${SOURCE} ${query}`)
  return engine.source('R').columns.map((c) => `${c.name}${c.role === 'key' ? ' KEY' : ''}`)
}

describe('the name of a result', () => {
  test.each([
    // the field's, past the names of the source and of other fields
    ['k, s->b', ['K KEY', 'B']],
    ['k, s->b, u->b', ['K KEY', 'B', 'B_1']],
    ['k, s->a', ['K KEY', 'A_1']],
    ['k, s->a, s->deep->a, a', ['K KEY', 'A_1', 'A_2', 'A']],
    ['k, s->a AS a', ['K KEY', 'A']],
    ['k, s->*', ['K KEY', 'A', 'B', 'DEEP']],
    ['k, a + 1, s->b, a + 2', ['K KEY', 'KSQL_COL_0', 'B', 'KSQL_COL_1']],
  ])('SELECT %s', (list, names) => {
    expect(columns(`CREATE STREAM r AS SELECT ${list} FROM n;`)).toEqual(names)
  })

  test.each([
    ['rowpartition', 'ROWPARTITION KEY'],
    ['rowoffset', 'ROWOFFSET KEY'],
    ['s->b', 'B KEY'],
    ['s->a', 'A_1 KEY'],
    ['a + 1', 'KSQL_COL_0 KEY'],
  ])('SELECT * … PARTITION BY %s', (by, key) => {
    expect(columns(`CREATE STREAM r AS SELECT * FROM n PARTITION BY ${by};`)).toEqual([key, 'A', 'S', 'U', 'K'])
  })

  test('a result partitioned by offset has it as its key', () => {
    const engine = engineWith(`${SOURCE} CREATE STREAM r AS SELECT * FROM n PARTITION BY rowoffset;`)
    const outputs = watch(engine)
    engine.topic('n').append(['x', 'y'].map((k) => jsonRecord(k, { a: 1 }, 0)))
    expect(outputs.get('R')?.map((r) => r.key)).toEqual([[0n], [1n]])
  })
})

test.each([
  'k, EXPLODE(ints) AS e, COUNT(*) AS n FROM s GROUP BY k',
  'k, i, EXPLODE(ints), COUNT(*) FROM s GROUP BY i',
  'k, SUM(1) AS n, EXPLODE(ints) + 1 AS e FROM s WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY k',
])('no table functions beside aggregates: SELECT %s', (query) => {
  expect(refusal(`CREATE TABLE r AS SELECT ${query};`).message).toBe(
    'Table functions cannot be used with aggregations.',
  )
})
