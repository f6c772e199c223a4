import { describe, expect, test } from 'vitest'
import { KsqlEngine, type RawRecord } from '../../../engine/index.ts'
import { jsonRecord } from '../engine/harness.ts'

const STREAM = `CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`
const TABLE = `CREATE TABLE s (k VARCHAR PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`

/** A record whose only header says which it is; none for an empty text. */
const record = (header: string, v: number, timestamp: number, key = 'a'): RawRecord => ({
  ...jsonRecord(key, { v }, timestamp),
  headers: header === '' ? [] : [{ key: 'h', value: Buffer.from(header) }],
})

/** The headers of what the query gives for each record. */
function headers(statements: string, records: readonly RawRecord[], properties: readonly [string, string][] = []) {
  const engine = new KsqlEngine({ wiring: 'manual', properties: new Map(properties) })
  engine.execute(statements)
  const [query] = engine.queries()
  return records.map((r) =>
    (query?.pipe('s', [r]) ?? []).map((out) => out.headers.map((h) => Buffer.from(h.value ?? []).toString()).join()),
  )
}

describe('results of a grouping have the headers of the record that caused them', () => {
  test('over a stream', () => {
    const query = 'CREATE TABLE r AS SELECT k, COUNT(*) AS n FROM s GROUP BY k EMIT CHANGES;'
    expect(headers(STREAM + query, [record('one', 1, 0), record('', 1, 1), record('three', 1, 2)])).toEqual([
      ['one'],
      [''],
      ['three'],
    ])
  })

  test('over a table, also of the group a row has left', () => {
    const query = 'CREATE TABLE r AS SELECT v, COUNT(*) AS n FROM s GROUP BY v EMIT CHANGES;'
    expect(headers(TABLE + query, [record('one', 1, 0), record('two', 2, 1)])).toEqual([['one'], ['two', 'two']])
  })

  test('after HAVING', () => {
    const query = 'CREATE TABLE r AS SELECT k, COUNT(*) AS n FROM s GROUP BY k HAVING COUNT(*) > 1 EMIT CHANGES;'
    expect(headers(STREAM + query, [record('one', 1, 0), record('two', 1, 1)])).toEqual([[], ['two']])
  })

  test('of each window it is in, and of the sessions it replaces', () => {
    const hops = `CREATE TABLE r AS SELECT k, COUNT(*) AS n FROM s WINDOW HOPPING (SIZE 2 SECONDS, ADVANCE BY 1 SECOND) GROUP BY k EMIT CHANGES;`
    expect(headers(STREAM + hops, [record('one', 1, 5500)])).toEqual([['one', 'one']])
    const sessions = `CREATE TABLE r AS SELECT k, COUNT(*) AS n FROM s WINDOW SESSION (5 SECONDS) GROUP BY k EMIT CHANGES;`
    expect(headers(STREAM + sessions, [record('one', 1, 0), record('two', 1, 1000)])).toEqual([['one'], ['two', 'two']])
  })

  test('final ones those of the record that closed the window', () => {
    const query = `CREATE TABLE r AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 1 SECOND, GRACE PERIOD 0 SECONDS) GROUP BY k EMIT FINAL;`
    const interval = ['ksql.streams.__emit.interval.ms.kstreams.windowed.aggregation__', '0'] as [string, string]
    const records = [record('one', 1, 0), record('two', 1, 10), record('closes', 1, 1500)]
    expect(headers(STREAM + query, records, [interval])).toEqual([[], [], ['closes']])
  })
})
