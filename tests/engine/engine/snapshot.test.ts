import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { KsqlEngine } from '../../../engine/index.ts'
import { engineWith, jsonRecord, watch } from './harness.ts'
import { cut, INPUT_TOPIC, inputRows, program, rawRecord } from './program.ts'
import { check } from './property.ts'

const options = { now: () => 1_700_000_000_000 }

function restored(engine: KsqlEngine): KsqlEngine {
  return KsqlEngine.restore(engine.snapshot(), options)
}

/** Limits kept in a table by INSERT VALUES, and rows checked against them. */
const LIMITS = `
  CREATE TABLE limits (k VARCHAR PRIMARY KEY, top INT) WITH (KAFKA_TOPIC='limits', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE STREAM over AS SELECT s.k AS k, s.i AS i, l.top AS top FROM s JOIN limits l ON s.k = l.k WHERE s.i > l.top EMIT CHANGES;
  INSERT INTO limits (k, top) VALUES ('k1', 2);
  INSERT INTO limits (k, top) VALUES ('k2', 5);
`

const S = `CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);`

describe('an engine restored from a snapshot', () => {
  test('gives the outputs of one that was never interrupted, wherever the snapshots were taken', () => {
    check(
      fc.property(
        program,
        inputRows,
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
        (statements, rows, sizes) => {
          const whole = engineWith(statements + LIMITS)
          const expected = watch(whole)
          for (const row of rows) whole.topic(INPUT_TOPIC).appendRecord(rawRecord(row))
          whole.end()

          let engine = engineWith(statements + LIMITS)
          const outputs = watch(engine)
          for (const chunk of cut(rows, sizes)) {
            engine.topic(INPUT_TOPIC).append(chunk.map(rawRecord))
            engine = restored(engine)
            watch(engine, outputs)
          }
          engine.end()
          expect(outputs).toEqual(expected)
          expect(engine.queries().map((q) => [q.id, q.lateRows])).toEqual(
            whole.queries().map((q) => [q.id, q.lateRows]),
          )
        },
      ),
      150,
    )
  })

  test('says the same of itself', () => {
    const engine = engineWith(
      `${S} CREATE TABLE n AS SELECT k, COUNT(*) AS n FROM s GROUP BY k EMIT CHANGES;
       CREATE STREAM big AS SELECT * FROM s WHERE v > 1 EMIT CHANGES;
       CREATE TYPE point AS STRUCT<x INT, y INT>; DEFINE top = '3'; SET 'a.b'='c';`,
    )
    const again = restored(engine)
    expect(again.sources()).toEqual(engine.sources())
    expect(again.topics()).toEqual(engine.topics())
    expect(again.queries().map(({ id, statement }) => [id, statement])).toEqual(
      engine.queries().map(({ id, statement }) => [id, statement]),
    )
    expect(
      again.execute(`CREATE STREAM p (a point) WITH (KAFKA_TOPIC='p', VALUE_FORMAT='JSON', PARTITIONS=1);`),
    ).toHaveLength(1)
    const next = 'CREATE STREAM v AS SELECT k, v FROM s WHERE v > $' + '{top} EMIT CHANGES;'
    expect(again.execute(next)[0]?.queryId).toBe(engine.execute(next)[0]?.queryId)
  })

  test('keeps the ids of its queries though push queries came and went between them', () => {
    const engine = engineWith(S)
    engine.select('SELECT * FROM s EMIT CHANGES;', () => {})
    engine.execute('CREATE STREAM a AS SELECT * FROM s EMIT CHANGES;')
    expect(() => engine.execute('CREATE STREAM bad AS SELECT nothing FROM s EMIT CHANGES;')).toThrow()
    engine.execute('CREATE STREAM b AS SELECT * FROM s EMIT CHANGES;')
    const ids = engine.queries().flatMap(({ id }) => (id.startsWith('C') ? [id] : []))
    expect(
      restored(engine)
        .queries()
        .map(({ id }) => id),
    ).toEqual(ids)
  })

  test('has no query that was terminated, replaced or dropped', () => {
    const engine = engineWith(`${S}
      CREATE STREAM a AS SELECT * FROM s EMIT CHANGES;
      CREATE STREAM b AS SELECT * FROM s EMIT CHANGES;
      CREATE STREAM c AS SELECT * FROM s EMIT CHANGES;
      CREATE OR REPLACE STREAM c AS SELECT k, v FROM s WHERE v > 5 EMIT CHANGES;
      DROP STREAM b;`)
    const [first] = engine.queries()
    engine.execute(`TERMINATE ${first?.id};`)
    const again = restored(engine)
    const outputs = watch(again)
    again.topic('t').append([jsonRecord('x', { v: 1 }, 1), jsonRecord('x', { v: 6 }, 2)])
    expect(again.queries().map((q) => q.sinkName)).toEqual(['C'])
    expect(outputs.get('A')).toEqual([])
    expect(outputs.get('C')).toEqual([{ key: ['x'], value: [6], time: 2 }])
  })

  test('asserts nothing again that may have changed since', () => {
    const engine = engineWith(`ASSERT NOT EXISTS TOPIC t; ${S} ASSERT TOPIC t;`)
    expect(restored(engine).sources()).toEqual(engine.sources())
  })

  test('does not insert values a second time', () => {
    const engine = engineWith(
      `${S} INSERT INTO s (k, v) VALUES ('a', 1); CREATE TABLE n AS SELECT k, COUNT(*) AS n FROM s GROUP BY k EMIT CHANGES;`,
    )
    engine.execute(`INSERT INTO s (k, v) VALUES ('a', 2);`)
    const again = restored(engine)
    const outputs = watch(again)
    again.execute(`INSERT INTO s (k, v) VALUES ('a', 3);`)
    expect(outputs.get('N')).toEqual([{ key: ['a'], value: [3n], time: options.now() }])
  })

  test('still has the records no query has read, and the rows of tables for queries to come', () => {
    const engine = engineWith(`${S}
      CREATE TABLE limits (k VARCHAR PRIMARY KEY, top INT) WITH (KAFKA_TOPIC='limits', VALUE_FORMAT='JSON', PARTITIONS=1);
      INSERT INTO limits (k, top) VALUES ('a', 7);`)
    engine.topic('t').appendRecord(jsonRecord('a', { v: 1 }, 1))
    const again = restored(engine)
    const rows: unknown[] = []
    again.select('SELECT s.v AS v, l.top AS top FROM s JOIN limits l ON s.k = l.k EMIT CHANGES;', (batch) => {
      rows.push(...batch.columns.map((c) => c.data[0]))
    })
    expect(rows).toEqual([1, 7])
  })

  test('refuses a snapshot of another version', () => {
    const bytes = engineWith(S).snapshot()
    const later = Buffer.from(bytes)
    const at = later.indexOf('version') + 'version'.length
    later[at + 1] = 98
    expect(() => KsqlEngine.restore(later, options)).toThrow(/version/)
  })

  /** Two of these are more than a sum of them can hold. */
  const D = `CREATE STREAM d (k VARCHAR KEY, v DECIMAL(3, 1)) WITH (KAFKA_TOPIC='d', VALUE_FORMAT='JSON', PARTITIONS=1);`
  const SUMS = 'CREATE TABLE sums AS SELECT k, SUM(v) AS total FROM d GROUP BY k;'
  const append = (engine: KsqlEngine) => engine.topic('d').append([1, 2].map((t) => jsonRecord('a', { V: 60.5 }, t)))

  test('has no query that a record has stopped, nor has a sandbox', () => {
    const engine = engineWith(`${D} ${SUMS} CREATE STREAM all_of_d AS SELECT * FROM d;`)
    expect(() => append(engine)).toThrow('Query CTAS_SUMS_0 has stopped')
    const running = (of: KsqlEngine) => of.queries().map(({ id }) => id)
    for (const one of [engine, engine.sandbox(), restored(engine)]) expect(running(one)).toEqual(['CSAS_ALL_OF_D_1'])
    // nothing writes it any more
    engine.execute('DROP TABLE sums;')
    expect(
      restored(engine)
        .sources()
        .map(({ name }) => name),
    ).toEqual(['D', 'ALL_OF_D'])
  })

  test('has no query that the records there were have stopped as it began', () => {
    const engine = engineWith(D)
    append(engine)
    expect(() => engine.execute(SUMS)).toThrow('Query CTAS_SUMS_0 has stopped')
    for (const one of [engine, engine.sandbox(), restored(engine)]) {
      expect(one.queries()).toEqual([])
      expect(one.sources().map(({ name }) => name)).toEqual(['D', 'SUMS'])
    }
  })

  test('knows nothing of push queries, also of those that a statement has ended', () => {
    const engine = engineWith(S)
    const { id } = engine.select('SELECT * FROM s EMIT CHANGES;', () => {})
    engine.execute(`TERMINATE \`${id}\`;`)
    for (const one of [engine.sandbox(), restored(engine)]) expect(one.queries()).toEqual([])
  })

  test('is made of statements on topics that were deleted since, and made again', () => {
    const engine = engineWith('')
    engine.createTopic('t', { partitions: 3 })
    const create = "CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');"
    engine.execute(`${create} DROP STREAM s DELETE TOPIC;`)
    for (const one of [engine.sandbox(), restored(engine)]) expect([one.topics(), one.sources()]).toEqual([[], []])
    engine.createTopic('t', { partitions: 5 })
    engine.execute(create)
    for (const one of [engine.sandbox(), restored(engine)]) {
      expect(one.topics()).toEqual([{ name: 't', partitions: 5, replicas: 1 }])
      expect(one.sources()).toEqual(engine.sources())
    }
  })
})
