import { describe, expect, test } from 'vitest'
import { Decimal } from '../../../engine/types/decimal.ts'
import { engineWith, jsonRecord, run, watch } from '../engine/harness.ts'

const S = `CREATE STREAM s (k VARCHAR KEY, t VARCHAR, m MAP<VARCHAR, BIGINT>, i INT)
  WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`

const table = (select: string) => `${S} CREATE TABLE r AS SELECT k, ${select} FROM s GROUP BY k EMIT CHANGES;`

describe('an aggregate whose argument is absent', () => {
  test.each([
    ['COUNT(LEN(t))', 0n, 1n],
    ['SUM(LEN(t))', 0, 2],
    ['SUM(LEN(t) / 2)', 0, 1],
    ['MAX(LEN(t))', null, 2],
    [`SUM(m['x'])`, 0n, 5n],
    [`SUM(m['x'] + 1)`, 0n, 6n],
    [`AVG(m['x'])`, 0, 5],
    ['LATEST_BY_OFFSET(LEN(t))', null, 2],
    ['LATEST_BY_OFFSET(LEN(t), FALSE)', null, 2],
    [`LATEST_BY_OFFSET(m['x'], FALSE)`, null, 5n],
    [`LATEST_BY_OFFSET(m['x'] + 1, 2, FALSE)`, [null], [null, 6n]],
    [`LATEST_BY_OFFSET(LEN(t) > 1, FALSE)`, false, true],
    [`LATEST_BY_OFFSET(i / 0, FALSE)`, null, null],
    [`COLLECT_LIST(m['x'] + 1)`, [null], [null, 6n]],
    [`COLLECT_LIST(LEN(t))`, [null], [null, 2]],
    [`EARLIEST_BY_OFFSET(i / 0, FALSE)`, null, null],
  ])('%s', (call, absent, present) => {
    const records = [jsonRecord('k', {}, 1), jsonRecord('k', { t: 'ab', m: { x: 5 }, i: 1 }, 2)]
    expect(run(table(`${call} AS r`), 's', records, 'R').map((r) => r.value)).toEqual([[absent], [present]])
  })
})

describe('grouping', () => {
  test('drops rows whose key is NULL or fails, and rows without value', () => {
    const statements = `${S} CREATE TABLE r AS SELECT 12 / i AS g, COUNT(*) AS n FROM s GROUP BY 12 / i EMIT CHANGES;`
    const records = [3, 0, null, 4, 3].map((i) => jsonRecord('k', { i }, 1))
    const rows = run(statements, 's', [...records, jsonRecord('k', null, 1)], 'R')
    expect(rows.map((r) => [r.key[0], r.value?.[0]])).toEqual([
      [4, 1n],
      [3, 1n],
      [4, 2n],
    ])
  })

  test('tells keys of several columns apart', () => {
    const statements = `${S} CREATE TABLE r WITH (KEY_FORMAT='JSON') AS SELECT k, t, COUNT(*) AS n FROM s GROUP BY k, t EMIT CHANGES;`
    const records = [
      ['1:a', 'b'],
      ['1:', 'ab'],
      ['1', ':ab'],
      ['1:a', 'b'],
    ].map(([k, t]) => jsonRecord(k ?? null, { t }, 1))
    expect(run(statements, 's', records, 'R').map((r) => r.value)).toEqual([[1n], [1n], [1n], [2n]])
  })

  test('the time of a group is its latest row', () => {
    const records = [5, 9, 7].map((time) => jsonRecord('k', { i: 1 }, time))
    expect(run(table('COUNT(*) AS n'), 's', records, 'R').map((r) => r.time)).toEqual([5, 9, 9])
  })

  test('HAVING takes a group out once when it no longer passes', () => {
    const statements = `${S} CREATE TABLE r AS SELECT k, SUM(i) AS n FROM s GROUP BY k HAVING SUM(i) > 2 EMIT CHANGES;`
    const records = [1, 2, 3, -5, -1, 4].map((i, at) => jsonRecord('k', { i }, at))
    expect(run(statements, 's', records, 'R').map((r) => r.value)).toEqual([[3], [6], null, [4]])
  })
})

describe('aggregates of a table', () => {
  const T = `CREATE TABLE t (k VARCHAR PRIMARY KEY, g VARCHAR, m DECIMAL(6, 2)) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE r AS SELECT g, COUNT(*) AS n, SUM(m) AS m, COLLECT_LIST(k) AS ks FROM t GROUP BY g EMIT CHANGES;`

  test('follow rows from group to group, and rows that are deleted', () => {
    const records = [
      jsonRecord('a', { g: 'x', m: 1.5 }, 1),
      jsonRecord('b', { g: 'x', m: 2 }, 2),
      jsonRecord('a', { g: 'x', m: 0.25 }, 3),
      jsonRecord('a', { g: 'y', m: 0.5 }, 4),
      jsonRecord('b', null, 5),
      jsonRecord('c', null, 6),
      jsonRecord('a', { g: null, m: 9 }, 7),
      jsonRecord(null, { g: 'x', m: 9 }, 8),
    ]
    const dec = (text: string) => Decimal.parse(text)
    expect(run(T, 't', records, 'R').map((r) => [r.key[0], ...(r.value ?? [])])).toEqual([
      ['x', 1n, dec('1.50'), ['a']],
      ['x', 2n, dec('3.50'), ['a', 'b']],
      ['x', 2n, dec('2.25'), ['b', 'a']],
      ['x', 1n, dec('2.00'), ['b']],
      ['y', 1n, dec('0.50'), ['a']],
      ['x', 0n, dec('0.00'), []],
      ['y', 0n, dec('0.00'), []],
    ])
  })
})

describe('a query that fails for good', () => {
  const statements = `
    CREATE STREAM s (k VARCHAR KEY, m DECIMAL(3, 1)) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE sums AS SELECT k, SUM(m) AS m FROM s GROUP BY k EMIT CHANGES;
    CREATE TABLE counts AS SELECT k, COUNT(*) AS n FROM s GROUP BY k EMIT CHANGES;`

  test('is stopped with the reason, and the others get every row', () => {
    const engine = engineWith(statements)
    const outputs = watch(engine)
    const records = [60, 60, 1].map((m) => jsonRecord('k', { m }, 1))
    expect(() => engine.topic('s').append(records)).toThrow(/SUM/)
    engine.topic('s').append(records)
    expect(outputs.get('COUNTS')?.map((r) => r.value)).toEqual([[1n], [2n], [3n], [4n], [5n], [6n]])
    expect(engine.queries().map((q) => q.sinkName)).toEqual(['COUNTS'])
  })
})
