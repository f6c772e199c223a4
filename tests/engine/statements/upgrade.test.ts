import { describe, expect, test } from 'vitest'
import { KsqlEngine, KsqlError } from '../../../engine/index.ts'
import { engineWith, jsonRecord, watch } from '../engine/harness.ts'

const SOURCES = `CREATE STREAM s (k VARCHAR KEY, v INT, g VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE t (k VARCHAR PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);`

const row = (k: string, v: number) => jsonRecord(k, { v, g: 'x' }, v)

function replaced(
  before: string,
  after: string,
  first: readonly [string, number][],
  then: readonly [string, number][],
) {
  const engine = engineWith(`${SOURCES} ${before}`)
  const outputs = watch(engine)
  for (const [k, v] of first) engine.topic('s').appendRecord(row(k, v))
  engine.execute(after)
  for (const [k, v] of then) engine.topic('s').appendRecord(row(k, v))
  return { engine, outputs: outputs.get('Q')?.map((r) => [...r.key, ...(r.value ?? ['-'])]) }
}

describe('CREATE OR REPLACE … AS SELECT goes on with the state of the query it replaces', () => {
  const COUNTS = 'CREATE TABLE q AS SELECT k, COUNT(*) AS n, SUM(v) AS total FROM s GROUP BY k;'

  test('under another filter: what was counted before remains', () => {
    const { engine, outputs } = replaced(
      COUNTS,
      'CREATE OR REPLACE TABLE q AS SELECT k, COUNT(*) AS n, SUM(v) AS total FROM s WHERE v > 2 GROUP BY k;',
      [
        ['a', 1],
        ['b', 2],
      ],
      [
        ['a', 2],
        ['a', 3],
      ],
    )
    expect(outputs).toEqual([
      ['a', 1n, 1],
      ['b', 1n, 2],
      ['a', 2n, 4],
    ])
    expect(engine.pull('SELECT * FROM q;').rows).toEqual([
      ['a', 2n, 4],
      ['b', 1n, 2],
    ])
  })

  test('with another projection of the same aggregates, and HAVING', () => {
    const { outputs } = replaced(
      COUNTS,
      'CREATE OR REPLACE TABLE q AS SELECT k, COUNT(*) AS n, SUM(v) AS total, AS_VALUE(k) AS name FROM s GROUP BY k HAVING COUNT(*) > 1;',
      [['a', 1]],
      [
        ['b', 5],
        ['a', 2],
      ],
    )
    expect(outputs).toEqual([
      ['a', 1n, 1],
      ['a', 2n, 3, 'a'],
    ])
  })

  test('without reading again what it has read, although the topic keeps it', () => {
    const engine =
      engineWith(`${SOURCES} CREATE TABLE other (k VARCHAR PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
      CREATE TABLE copy AS SELECT * FROM other; CREATE STREAM q AS SELECT k, v FROM s;`)
    engine.topic('s').appendRecord(row('a', 1))
    const outputs = watch(engine)
    engine.execute('CREATE OR REPLACE STREAM q AS SELECT k, v FROM s WHERE v < 9;')
    engine.topic('s').appendRecord(row('b', 2))
    expect(outputs.get('Q')?.map((r) => r.key)).toEqual([['b']])
  })

  test('for a table made of a table', () => {
    const engine = engineWith(`${SOURCES} CREATE TABLE q AS SELECT k, v FROM t WHERE v > 5;`)
    for (const [k, v] of [['a', 7] as const, ['b', 3] as const]) engine.topic('t').appendRecord(jsonRecord(k, { v }, 0))
    const outputs = watch(engine)
    engine.execute('CREATE OR REPLACE TABLE q AS SELECT k, v FROM t WHERE v > 8;')
    engine.topic('t').appendRecord(jsonRecord('a', { v: 6 }, 1))
    engine.topic('t').appendRecord(jsonRecord('b', { v: 9 }, 1))
    expect(outputs.get('Q')?.map((r) => [...r.key, ...(r.value ?? ['-'])])).toEqual([['b', 9]])
  })

  test('and leaves INSERT INTO queries of a stream alone', () => {
    const engine =
      engineWith(`${SOURCES} CREATE STREAM q (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='Q', VALUE_FORMAT='JSON', PARTITIONS=1);
      INSERT INTO q SELECT k, v FROM s; CREATE OR REPLACE STREAM q AS SELECT k, v * 10 AS v FROM s;`)
    const outputs = watch(engine)
    engine.topic('s').appendRecord(row('a', 1))
    expect(outputs.get('Q')?.map((r) => r.value)).toEqual([[1], [10]])
  })

  test('also after a snapshot', () => {
    const first = replaced(
      COUNTS,
      'CREATE OR REPLACE TABLE q AS SELECT k, COUNT(*) AS n, SUM(v) AS total FROM s WHERE v > 2 GROUP BY k;',
      [['a', 1]],
      [['a', 4]],
    )
    const again = KsqlEngine.restore(first.engine.snapshot())
    again.topic('s').append([row('a', 2), row('a', 5)])
    expect(again.pull('SELECT * FROM q;').rows).toEqual([['a', 3n, 10]])
  })
})

describe('CREATE OR REPLACE … AS SELECT is refused where the state would not fit', () => {
  const refusal = (before: string, after: string) => {
    const engine = engineWith(`${SOURCES} ${before}`)
    try {
      engine.execute(after)
    } catch (error) {
      if (!(error instanceof KsqlError)) throw error
      return { message: error.message, fix: error.fix }
    }
    throw new Error(`accepted: ${after}`)
  }
  const counts = (select: string, from = 's', rest = 'GROUP BY k') =>
    `TABLE q AS SELECT ${select} FROM ${from} ${rest};`
  const N = 'k, COUNT(*) AS n'
  const WINDOW = 'WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY k'

  test.each([
    [counts('k, SUM(v) AS n'), counts('k, MAX(v) AS n')],
    [counts('k, SUM(v) AS n'), counts('k, SUM(v + 1) AS n')],
    [counts(N), counts('g AS k, COUNT(*) AS n', 's', 'GROUP BY g')],
    ['STREAM q AS SELECT k, v FROM s;', 'STREAM q AS SELECT k, v FROM s2;'],
  ])('%s by %s', (before, after) => {
    const second = `CREATE STREAM s2 (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s2', VALUE_FORMAT='JSON', PARTITIONS=1);`
    const { message, fix } = refusal(`${second} CREATE ${before}`, `CREATE OR REPLACE ${after}`)
    expect(message).toMatch(
      /^Cannot upgrade data source 'Q': the new query reads another source, groups by something else/,
    )
    expect(fix).toMatch(/^TERMINATE C[ST]AS_Q_\d+; DROP (TABLE|STREAM) Q;/)
  })

  test.each([
    [counts(N, 's', WINDOW), counts(N, 's', `WINDOW TUMBLING (SIZE 1 MINUTE) WHERE v > 1 GROUP BY k`)],
    [counts('v, COUNT(*) AS n', 't', 'GROUP BY v'), counts('v, COUNT(*) AS n', 't', 'WHERE v > 1 GROUP BY v')],
    [
      'STREAM q AS SELECT s.k AS k, t.v AS v FROM s JOIN t ON s.k = t.k;',
      'STREAM q AS SELECT s.k AS k, t.v AS v FROM s JOIN t ON s.k = t.k WHERE t.v > 1;',
    ],
  ])('%s by %s: windows, joins and aggregations of tables', (before, after) => {
    expect(refusal(`CREATE ${before}`, `CREATE OR REPLACE ${after}`).message).toMatch(/not upgraded in place/)
  })
})
