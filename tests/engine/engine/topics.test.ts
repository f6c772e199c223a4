import { describe, expect, test } from 'vitest'
import { KsqlEngine } from '../../../engine/index.ts'
import { engineWith, jsonRecord, type Row, watch } from './harness.ts'

const S = `CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`
const T = `CREATE TABLE t (k VARCHAR PRIMARY KEY, top INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);`
const JOIN = 'SELECT s.k AS k, s.v AS v, t.top AS top FROM s LEFT JOIN t ON s.k = t.k EMIT CHANGES;'

const values = (rows: readonly Row[] | undefined) => rows?.map((r) => r.value)

describe('records that came before a query', () => {
  test('are read when it starts', () => {
    const engine = engineWith(S)
    engine.topic('s').append([jsonRecord('a', { v: 1 }, 1), jsonRecord('b', { v: 2 }, 2)])
    const rows: unknown[] = []
    engine.select('SELECT k, v, ROWOFFSET AS o FROM s EMIT CHANGES;', (batch) => {
      for (let i = 0; i < batch.count; i++) rows.push(batch.columns.map((c) => c.data[i]))
    })
    engine.topic('s').appendRecord(jsonRecord('c', { v: 3 }, 3))
    expect(rows).toEqual([
      ['a', 1, 0n],
      ['b', 2, 1n],
      ['c', 3, 2n],
    ])
  })

  test('keep their offsets', () => {
    const engine = engineWith(S)
    const offsets: unknown[] = []
    const listen = () =>
      engine.select('SELECT ROWOFFSET AS o FROM s EMIT CHANGES;', (batch) => {
        for (let i = 0; i < batch.count; i++) offsets.push(batch.columns[0]?.data[i])
      })
    engine.topic('s').append([jsonRecord('a', { v: 1 }, 1), jsonRecord('a', { v: 2 }, 2)])
    listen().close()
    engine.topic('s').append([jsonRecord('a', { v: 3 }, 3), jsonRecord('a', { v: 4 }, 4)])
    listen()
    engine.topic('s').appendRecord(jsonRecord('a', { v: 5 }, 5))
    expect(offsets).toEqual([0n, 1n, 2n, 3n, 4n])
  })

  test('of a table are all there before the first row of the stream', () => {
    const engine = engineWith(S + T)
    engine.topic('s').append([1, 2, 3].map((v) => jsonRecord('c', { v }, v)))
    engine.topic('t').append(['a', 'b', 'c'].map((k, i) => jsonRecord(k, { top: i }, i)))
    const rows: unknown[] = []
    engine.select(JOIN, (batch) => {
      for (let i = 0; i < batch.count; i++) rows.push(batch.columns[2]?.data[i])
    })
    expect(rows).toEqual([2, 2, 2])
  })

  test('of a table are there for every query to come, given as records or as columns', () => {
    const engine = engineWith(S + T)
    engine.topic('t').appendRecord(jsonRecord('a', { top: 7 }, 1))
    engine.append('T', {
      count: 1,
      columns: new Map([
        ['K', { data: ['b'], nulls: null }],
        ['TOP', { data: Int32Array.of(8), nulls: null }],
      ]),
      rowtime: Float64Array.of(2),
    })
    engine.execute(`CREATE STREAM x AS ${JOIN} CREATE STREAM y AS ${JOIN}`)
    const outputs = watch(engine)
    engine.topic('s').append([jsonRecord('a', { v: 1 }, 3), jsonRecord('b', { v: 1 }, 3)])
    expect(values(outputs.get('X'))).toEqual([
      [1, 7],
      [1, 8],
    ])
    expect(values(outputs.get('Y'))).toEqual([
      [1, 7],
      [1, 8],
    ])
  })
})

test('a great many records may be appended at once', () => {
  const engine = engineWith(S)
  const records = Array.from({ length: 300_000 }, () => jsonRecord('a', { v: 1 }, 1))
  engine.topic('s').append(records)
  expect(KsqlEngine.restore(engine.snapshot()).topic('s').records()).toHaveLength(300_000)
})

test('a row of a table comes before the stream row it was caused together with', () => {
  const engine = engineWith(`${S}
    CREATE TABLE n AS SELECT k, COUNT(*) AS n, LATEST_BY_OFFSET(v) AS v FROM s GROUP BY k EMIT CHANGES;
    CREATE STREAM j AS SELECT s.k AS k, s.v AS v, n.n AS n, n.v AS last FROM s JOIN n ON s.k = n.k EMIT CHANGES;`)
  const outputs = watch(engine)
  engine.topic('s').append([5, 6, 7].map((v) => jsonRecord('a', { v }, v)))
  expect(values(outputs.get('J'))).toEqual([
    [5, 1n, 5],
    [6, 2n, 6],
    [7, 3n, 7],
  ])
})

describe('subscribers', () => {
  test('hear nothing after they have left', () => {
    const engine = engineWith(S)
    let heard = 0
    const leave = engine.topic('s').subscribe((batch) => {
      heard += batch.count
    })
    engine.topic('s').appendRecord(jsonRecord('a', { v: 1 }, 1))
    leave()
    engine.topic('s').appendRecord(jsonRecord('a', { v: 2 }, 2))
    expect(heard).toBe(1)
  })

  test('may append in turn: the engine is at rest then', () => {
    const engine = engineWith(`${S} CREATE STREAM big AS SELECT * FROM s WHERE v > 1 EMIT CHANGES;`)
    const seen: unknown[] = []
    engine.topic('BIG').subscribe((batch) => {
      for (let i = 0; i < batch.count; i++) {
        const v = batch.columns[1]?.data[i]
        seen.push(v)
        if (typeof v === 'number' && v < 5) engine.topic('s').appendRecord(jsonRecord('a', { v: v + 1 }, 1))
      }
    })
    engine.topic('s').append([jsonRecord('a', { v: 3 }, 1), jsonRecord('a', { v: 9 }, 1)])
    expect(seen.sort()).toEqual([3, 4, 5, 9])
  })
})

describe('a topic whose readers declare other columns', () => {
  const writer = `${S}
    CREATE STREAM d AS SELECT k, v, CAST(v AS DOUBLE) / 2 AS half FROM s EMIT CHANGES;`
  test('gives each what it declared', () => {
    const engine = engineWith(`${writer}
      CREATE STREAM d2 (k VARCHAR KEY, half DOUBLE, more INT) WITH (KAFKA_TOPIC='D', VALUE_FORMAT='JSON');
      CREATE STREAM d3 (k VARCHAR KEY, v VARCHAR) WITH (KAFKA_TOPIC='D', VALUE_FORMAT='JSON');
      CREATE STREAM r2 AS SELECT * FROM d2 EMIT CHANGES;
      CREATE STREAM r3 AS SELECT * FROM d3 EMIT CHANGES;`)
    const outputs = watch(engine)
    engine.topic('s').appendRecord(jsonRecord('a', { v: 3 }, 1))
    expect(values(outputs.get('R2'))).toEqual([[1.5, null]])
    expect(values(outputs.get('R3'))).toEqual([['3']])
  })
})
