import { describe, expect, test } from 'vitest'
import { engineWith, watch } from '../engine/harness.ts'
import { event, feed, SOURCES, shorts } from './events.ts'

function outputs(select: string, events: readonly string[]): string[] {
  const engine = engineWith(`${SOURCES} CREATE ${select} EMIT CHANGES;`)
  const seen = watch(engine)
  feed(engine, events.map(event))
  engine.end()
  return shorts(seen, 'J')
}

describe('joins of several sources', () => {
  test('of streams and a table, from the left; the key is that of the last join', () => {
    const sql = `STREAM j AS SELECT t.k AS k, l.k AS lk, r.v AS rv, t.v AS tv FROM l JOIN r WITHIN 5 SECONDS ON l.k = r.k JOIN t ON l.ref = t.k`
    expect(outputs(sql, ['t x 1 @0', 'l a 2 @1 >x', 'r a 3 @2', 't x 4 @3', 'r a 5 @4', 'l a 6 @5'])).toEqual([
      'x a,3,1 @2',
      'x a,5,4 @4',
    ])
  })

  test('rows that waited for a partner in vain go on to the next join', () => {
    const sql = `STREAM j AS SELECT l.k AS k, l.v AS lv, r.v AS rv, t.v AS tv FROM l LEFT JOIN r WITHIN 1 SECOND GRACE PERIOD 0 SECONDS ON l.k = r.k JOIN t ON l.k = t.k`
    expect(outputs(sql, ['t a 1 @0', 'l a 2 @1', 'l b 3 @1', 't a 4 @3', 'l c 5 @9'])).toEqual(['a 2,null,4 @1'])
  })

  test('of tables, whichever changes', () => {
    const sql = `TABLE j AS SELECT t.k AS k, t.v AS tv, u.v AS uv, n.n AS n FROM t JOIN u ON t.k = u.k LEFT JOIN n ON u.k = n.k`
    const counts = `CREATE TABLE n AS SELECT k, COUNT(*) AS n FROM l GROUP BY k EMIT CHANGES;`
    const engine = engineWith(`${SOURCES} ${counts} CREATE ${sql} EMIT CHANGES;`)
    const seen = watch(engine)
    feed(engine, ['l a 0 @1', 't a 1 @2', 'u a 2 @3', 'l a 0 @4', 'u a - @5', 'l a 0 @6', 'u a 3 @7'].map(event))
    expect(shorts(seen, 'J')).toEqual(['a 1,2,1 @3', 'a 1,2,2 @4', 'a - @5', 'a 1,3,3 @7'])
  })
})

test('system columns and headers are those of the source they are asked of', () => {
  const engine = engineWith(`
    CREATE STREAM a (k INT KEY, x INT, h BYTES HEADER('h')) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM b (k INT KEY, x INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE STREAM j AS SELECT a.k AS k, a.ROWTIME AS ta, b.ROWTIME AS tb, a.ROWOFFSET AS oa, b.ROWOFFSET AS ob, FROM_BYTES(a.h, 'utf8') AS h
      FROM a JOIN b WITHIN 1 MINUTE ON a.k = b.k WHERE a.ROWTIME < b.ROWTIME EMIT CHANGES;`)
  const seen = watch(engine)
  const record = (timestamp: number, header: string) => ({
    key: Buffer.from([0, 0, 0, 1]),
    value: Buffer.from('{"x": 1}'),
    timestamp,
    headers: [{ key: 'h', value: Buffer.from(header) }],
  })
  engine.topic('a').append([record(5, 'first'), record(9, 'second')])
  engine.topic('b').append([record(7, 'other')])
  expect(seen.get('J')?.map((row) => row.value)).toEqual([[5n, 7n, 0n, 0n, 'first']])
})

test('a source need only supply the columns that the join reads', () => {
  const engine = engineWith(`${SOURCES}
    CREATE STREAM j AS SELECT l.k AS k, r.v AS rv, r.ROWTIME AS at FROM l JOIN r WITHIN 1 MINUTE ON l.k = r.k EMIT CHANGES;
    CREATE TABLE q AS SELECT t.k AS k, u.v AS uv FROM t LEFT JOIN u ON t.ref = u.k EMIT CHANGES;`)
  const needed = ['L', 'R', 'T', 'U'].map((name) => [...engine.neededColumns(name)].sort().join())
  expect(needed).toEqual(['K', 'K,V', 'K,REF', 'K,V'])
})
