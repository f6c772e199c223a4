import { describe, expect, test } from 'vitest'
import { type KsqlEngine, KsqlError, type RawRecord } from '../../../engine/index.ts'
import { engineWith, jsonRecord } from '../engine/harness.ts'

const STREAM = `CREATE STREAM s (k VARCHAR KEY, v INT, d DOUBLE) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);`

const row = (k: string, v: number, time = 0): RawRecord => jsonRecord(k, { v, d: v / 2 }, time)

function fed(statements: string, records: readonly RawRecord[]): KsqlEngine {
  const engine = engineWith(STREAM + statements)
  engine.topic('t').append(records)
  return engine
}

const rows = (engine: KsqlEngine, sql: string) => engine.pull(sql).rows

function refusal(engine: KsqlEngine, sql: string): { message: string; line: number | undefined; fix: boolean } {
  try {
    engine.pull(sql)
  } catch (error) {
    if (!(error instanceof KsqlError)) throw error
    return { message: error.message, line: error.line, fix: error.fix !== undefined }
  }
  throw new Error(`accepted: ${sql}`)
}

describe('a pull query on a table of groups', () => {
  const TOTALS = 'CREATE TABLE totals AS SELECT k, COUNT(*) AS n, SUM(v) AS total, MAX(d) AS top FROM s GROUP BY k;'
  const engine = fed(TOTALS, [row('b', 4), row('a', 1), row('b', 6), row('c', 9)])

  test('gives the present row of every key, in the order of the keys', () => {
    expect(engine.pull('SELECT * FROM totals;')).toEqual({
      columns: [
        { name: 'K', type: { base: 'STRING' }, role: 'key' },
        { name: 'N', type: { base: 'BIGINT' }, role: 'value' },
        { name: 'TOTAL', type: { base: 'INTEGER' }, role: 'value' },
        { name: 'TOP', type: { base: 'DOUBLE' }, role: 'value' },
      ],
      rows: [
        ['a', 1n, 1, 0.5],
        ['b', 2n, 10, 3],
        ['c', 1n, 9, 4.5],
      ],
    })
  })

  test.each([
    [`k = 'b'`, ['b']],
    [`k = 'nobody'`, []],
    [`k IN ('c', 'a', 'z')`, ['a', 'c']],
    [`k > 'a' AND k <= 'c'`, ['b', 'c']],
    [`k BETWEEN 'a' AND 'b'`, ['a', 'b']],
    [`k LIKE '%c' OR total = 10`, ['b', 'c']],
    ['total > 5 AND n = 1', ['c']],
    ['top IS NULL', []],
  ])('WHERE %s', (where, keys) => {
    expect(rows(engine, `SELECT k FROM totals WHERE ${where};`)).toEqual(keys.map((k) => [k]))
  })

  test('computes expressions, and stops at LIMIT', () => {
    expect(rows(engine, 'SELECT UCASE(k) AS name, total * 2, CAST(n AS INT) FROM totals LIMIT 2;')).toEqual([
      ['A', 2, 1],
      ['B', 20, 2],
    ])
    expect(rows(engine, 'SELECT * FROM totals LIMIT 0;')).toEqual([])
    expect(rows(engine, 'SELECT k AS one, k AS other FROM totals LIMIT 1;')).toEqual([['a', 'a']])
  })

  test('knows the time of the newest record of a row', () => {
    const timed = fed(TOTALS, [row('a', 1, 5000), row('a', 2, 3000)])
    expect(rows(timed, 'SELECT ROWTIME, k FROM totals;')).toEqual([[5000n, 'a']])
    expect(rows(timed, `SELECT k FROM totals WHERE ROWTIME >= '1970-01-01T00:00:05';`)).toEqual([['a']])
  })

  test('changes nothing: later results are what they would have been', () => {
    const asked = fed(TOTALS, [row('a', 1)])
    for (let i = 0; i < 3; i++) rows(asked, 'SELECT * FROM totals;')
    asked.topic('t').appendRecord(row('a', 2))
    expect(rows(asked, 'SELECT total FROM totals;')).toEqual([[3]])
  })

  test('does not see what HAVING keeps out', () => {
    const having = fed(`${TOTALS} CREATE TABLE many AS SELECT k, COUNT(*) AS n FROM s GROUP BY k HAVING SUM(v) > 5;`, [
      row('a', 7),
      row('b', 3),
      row('a', -4),
      row('b', 3),
    ])
    expect(rows(having, 'SELECT * FROM many;')).toEqual([['b', 2n]])
  })

  test('counts an expression that fails, and gives NULL for it', () => {
    const failing = fed(TOTALS, [row('a', 1)])
    expect(rows(failing, `SELECT k, CAST(k AS INT) AS x FROM totals;`)).toEqual([['a', null]])
    expect(failing.errors.all()).toMatchObject([{ place: 'pull query', count: 1 }])
  })
})

describe('a pull query on a table of windows', () => {
  const windowed = (window: string, records: readonly RawRecord[], emit = 'CHANGES') =>
    fed(`CREATE TABLE w AS SELECT k, COUNT(*) AS n FROM s WINDOW ${window} GROUP BY k EMIT ${emit};`, records)
  const records = [row('a', 1, 1000), row('a', 2, 9000), row('b', 3, 12_000), row('a', 4, 21_000)]
  const TUMBLING = 'TUMBLING (SIZE 10 SECONDS, GRACE PERIOD 1 MINUTE)'

  test('shows the windows of its rows by *', () => {
    const { columns, rows: all } = windowed(TUMBLING, records).pull('SELECT * FROM w;')
    expect(columns.map((c) => c.name)).toEqual(['K', 'WINDOWSTART', 'WINDOWEND', 'N'])
    expect(all).toEqual([
      ['a', 0n, 10_000n, 2n],
      ['a', 20_000n, 30_000n, 1n],
      ['b', 10_000n, 20_000n, 1n],
    ])
  })

  test('takes bounds as ms and as text', () => {
    const engine = windowed(TUMBLING, records)
    const starts = (where: string) => rows(engine, `SELECT WINDOWSTART FROM w WHERE ${where};`)
    expect(starts(`k = 'a' AND WINDOWSTART >= 10000`)).toEqual([[20_000n]])
    expect(starts(`WINDOWSTART > '1970-01-01' AND WINDOWEND <= '1970-01-01T00:00:30'`)).toEqual([[20_000n], [10_000n]])
    expect(starts('WINDOWSTART = 0')).toEqual([[0n]])
    expect(starts(`'1970-01-01T00:00:10+0000' <= WINDOWSTART AND WINDOWEND < 30000`)).toEqual([[10_000n]])
  })

  test('of hopping windows gives each a row is in', () => {
    const engine = windowed('HOPPING (SIZE 10 SECONDS, ADVANCE BY 5 SECONDS, GRACE PERIOD 1 MINUTE)', records)
    expect(rows(engine, `SELECT WINDOWSTART, n FROM w WHERE k = 'b';`)).toEqual([
      [5000n, 1n],
      [10_000n, 1n],
    ])
  })

  test('sees a session as it is after the last row, once', () => {
    const engine = windowed('SESSION (10 SECONDS, GRACE PERIOD 1 MINUTE)', records)
    expect(rows(engine, 'SELECT k, WINDOWSTART, WINDOWEND, n FROM w;')).toEqual([
      ['a', 1000n, 9000n, 2n],
      ['a', 21_000n, 21_000n, 1n],
      ['b', 12_000n, 12_000n, 1n],
    ])
    engine.topic('t').appendRecord(row('a', 5, 15_000))
    expect(rows(engine, `SELECT WINDOWSTART, WINDOWEND, n FROM w WHERE k = 'a';`)).toEqual([[1000n, 21_000n, 4n]])
  })

  test('no longer sees a window whose retention is over', () => {
    const engine = windowed('TUMBLING (SIZE 10 SECONDS, RETENTION 30 SECONDS, GRACE PERIOD 0 SECONDS)', records)
    const starts = () => rows(engine, 'SELECT WINDOWSTART FROM w;').flat()
    expect(starts()).toEqual([0n, 20_000n, 10_000n])
    engine.topic('t').appendRecord(row('a', 1, 30_000))
    expect(starts()).toEqual([0n, 20_000n, 30_000n, 10_000n])
    engine.topic('t').appendRecord(row('a', 1, 40_000))
    expect(starts()).toEqual([20_000n, 30_000n, 40_000n, 10_000n])
  })

  test('of EMIT FINAL sees the windows that have given their result, for as long as RETENTION says', () => {
    const engine = windowed('TUMBLING (SIZE 10 SECONDS, RETENTION 30 SECONDS, GRACE PERIOD 5 SECONDS)', [], 'FINAL')
    const starts: unknown[] = []
    for (const time of [1000, 9000, 14_000, 15_000, 26_000, 36_000, 45_000, 62_000]) {
      engine.topic('t').appendRecord(row('a', 1, time))
      starts.push([time, ...rows(engine, 'SELECT WINDOWSTART FROM w;').flat()])
    }
    expect(starts).toEqual([
      [1000],
      [9000],
      [14_000],
      [15_000, 0n],
      [26_000, 0n, 10_000n],
      [36_000, 0n, 10_000n, 20_000n],
      [45_000, 10_000n, 20_000n, 30_000n],
      [62_000, 30_000n, 40_000n],
    ])
    engine.end()
    expect(rows(engine, 'SELECT WINDOWSTART, n FROM w;')).toEqual([
      [30_000n, 1n],
      [40_000n, 1n],
      [60_000n, 1n],
    ])
  })

  test('of EMIT FINAL sees the newest 10 windows of each key, whatever RETENTION allows', () => {
    const engine = windowed('TUMBLING (SIZE 1 SECOND, RETENTION 1 DAY, GRACE PERIOD 0 SECONDS)', [], 'FINAL')
    engine.topic('t').append([row('b', 1, 0), ...Array.from({ length: 100 }, (_, i) => row('a', i, i * 1000))])
    const starts = (k: string) => rows(engine, `SELECT WINDOWSTART FROM w WHERE k = '${k}';`).flat()
    expect(starts('a')).toEqual(Array.from({ length: 10 }, (_, i) => BigInt(89 + i) * 1000n))
    expect(starts('b')).toEqual([0n])
  })

  test('of sessions with EMIT FINAL likewise', () => {
    const engine = windowed('SESSION (2 SECONDS, RETENTION 20 SECONDS, GRACE PERIOD 1 SECOND)', [], 'FINAL')
    const ends: unknown[] = []
    for (const time of [1000, 2000, 4500, 9000, 22_000, 30_000]) {
      engine.topic('t').appendRecord(row('a', 1, time))
      ends.push(rows(engine, 'SELECT WINDOWEND FROM w;').flat())
    }
    expect(ends).toEqual([[], [], [], [2000n, 4500n], [2000n, 4500n, 9000n], [22_000n]])
    engine.end()
    expect(rows(engine, 'SELECT WINDOWEND FROM w;')).toEqual([[22_000n], [30_000n]])
  })
})

describe('a pull query on a table of other tables', () => {
  const LIMITS = `CREATE TABLE limits (k VARCHAR PRIMARY KEY, top INT, owner VARCHAR) WITH (KAFKA_TOPIC='limits', VALUE_FORMAT='JSON', PARTITIONS=1);
    CREATE TABLE owners (id VARCHAR PRIMARY KEY, name VARCHAR) WITH (KAFKA_TOPIC='owners', VALUE_FORMAT='JSON', PARTITIONS=1);`

  test('has the rows of a projection from the first record on, also those that were there before it', () => {
    const engine = engineWith(`${LIMITS} INSERT INTO limits (k, top) VALUES ('a', 1);
      CREATE TABLE copy AS SELECT * FROM limits; CREATE TABLE large AS SELECT k, top * 2 AS twice FROM limits WHERE top > 5;
      INSERT INTO limits (k, top) VALUES ('b', 7); INSERT INTO limits (k, top) VALUES ('c', 8); INSERT INTO limits (k, top) VALUES ('a', 9);
      INSERT INTO limits (k, top) VALUES ('c', 2);`)
    engine.topic('limits').appendRecord(jsonRecord('b', null, 0))
    expect(rows(engine, 'SELECT k, top FROM copy;')).toEqual([
      ['a', 9],
      ['c', 2],
    ])
    expect(rows(engine, 'SELECT * FROM large;')).toEqual([['a', 18]])
  })

  test('has the rows of a table made of a table of groups', () => {
    const engine = fed(
      `CREATE TABLE n AS SELECT k, SUM(v) AS total FROM s GROUP BY k; CREATE TABLE large AS SELECT k, total + 1 AS more FROM n WHERE total > 5;
       CREATE TABLE by_total AS SELECT total, COUNT(*) AS keys FROM n GROUP BY total;`,
      [row('a', 7), row('b', 2), row('c', 7), row('a', -5)],
    )
    expect(rows(engine, 'SELECT * FROM large;')).toEqual([['c', 8]])
    expect(rows(engine, 'SELECT * FROM by_total WHERE keys > 0;')).toEqual([
      [2, 2n],
      [7, 1n],
    ])
  })

  test.each([
    ['l.k', 'JOIN', [['a', 1, 'x']]],
    [
      'l.k',
      'LEFT JOIN',
      [
        ['a', 1, 'x'],
        ['b', 2, null],
      ],
    ],
    [
      'ROWKEY',
      'FULL OUTER JOIN',
      [
        ['a', 1, 'x'],
        ['b', 2, null],
        ['z', null, 'y'],
      ],
    ],
  ])('has the rows, by %s, of a %s', (key, join, expected) => {
    const engine = engineWith(`${LIMITS}
      CREATE TABLE j AS SELECT ${key} AS id, l.top AS top, o.name AS name FROM limits l ${join} owners o ON l.k = o.id;
      INSERT INTO limits (k, top) VALUES ('a', 1); INSERT INTO owners (id, name) VALUES ('z', 'y'); INSERT INTO owners (id, name) VALUES ('a', 'x');
      INSERT INTO limits (k, top) VALUES ('b', 2); INSERT INTO limits (k, top) VALUES ('c', 3);`)
    engine.topic('limits').appendRecord(jsonRecord('c', null, 0))
    expect(rows(engine, 'SELECT * FROM j;')).toEqual(expected)
  })

  test('has the rows of a foreign-key join', () => {
    const engine = engineWith(`${LIMITS}
      CREATE TABLE j AS SELECT l.k AS k, l.top AS top, o.name AS name FROM limits l JOIN owners o ON l.owner = o.id;
      CREATE TABLE outer_j AS SELECT l.k AS k, o.name AS name FROM limits l LEFT JOIN owners o ON l.owner = o.id;
      INSERT INTO limits (k, top, owner) VALUES ('a', 1, 'o1'); INSERT INTO limits (k, top, owner) VALUES ('b', 2, 'o2');
      INSERT INTO owners (id, name) VALUES ('o1', 'old'); INSERT INTO owners (id, name) VALUES ('o1', 'new');`)
    expect(rows(engine, 'SELECT * FROM j;')).toEqual([['a', 1, 'new']])
    expect(rows(engine, 'SELECT * FROM outer_j;')).toEqual([
      ['a', 'new'],
      ['b', null],
    ])
  })
})

describe('a pull query on a stream', () => {
  test('gives the records the topic keeps, in their order, and ends', () => {
    const engine = fed('', [row('b', 1, 10), row('a', 2, 20), row('b', 3, 30)])
    expect(rows(engine, 'SELECT k, v, ROWOFFSET FROM s WHERE v < 3;')).toEqual([
      ['b', 1, 0n],
      ['a', 2, 1n],
    ])
    expect(rows(engine, 'SELECT * FROM s LIMIT 1;')).toEqual([['b', 1, 0.5]])
    engine.execute('CREATE TABLE n AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;')
    expect(rows(engine, 'SELECT * FROM n;')).toEqual([
      ['a', 1n],
      ['b', 2n],
    ])
  })
})

describe('what pull queries do not have is refused with place and fix', () => {
  const engine = fed(
    `CREATE TABLE n AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;
     CREATE TABLE declared (k VARCHAR PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='d', VALUE_FORMAT='JSON', PARTITIONS=1);`,
    [],
  )

  test.each([
    ['JOIN clauses', 'SELECT * FROM n JOIN declared d ON n.k = d.k;'],
    ['WINDOW clauses', 'SELECT k, COUNT(*) FROM s WINDOW TUMBLING (SIZE 1 SECOND) GROUP BY k;'],
    ['GROUP BY clauses', 'SELECT n, COUNT(*) FROM n GROUP BY n;'],
    ['PARTITION BY clauses', 'SELECT * FROM s PARTITION BY v;'],
    ['HAVING clauses', 'SELECT * FROM n HAVING n > 1;'],
    ['aggregate functions: COUNT', 'SELECT COUNT(*) FROM n;'],
    ['table functions: EXPLODE', 'SELECT EXPLODE(ARRAY[1, 2]) FROM s;'],
  ])('%s', (what, sql) => {
    expect(refusal(engine, sql)).toEqual({
      message: `Pull queries don't support ${what}. See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.`,
      line: 1,
      fix: true,
    })
  })

  test('a table that is merely declared, with the statement that makes one that can be queried', () => {
    expect(refusal(engine, 'SELECT * FROM declared;').message).toBe(
      `The \`DECLARED\` table isn't queryable. To derive a queryable table, you can do 'CREATE TABLE QUERYABLE_DECLARED AS SELECT * FROM DECLARED'. See https://cnfl.io/queries for more info.\nAdd EMIT CHANGES if you intended to issue a push query.`,
    )
  })

  test('a table whose query was terminated', () => {
    const ended = fed('CREATE TABLE n AS SELECT k, COUNT(*) AS n FROM s GROUP BY k;', [row('a', 1)])
    ended.execute('TERMINATE ALL;')
    expect(refusal(ended, 'SELECT * FROM n;').message).toMatch(/isn't queryable/)
  })

  test('the place of a row of a table in a topic, unknown names, and what is no pull query', () => {
    expect(refusal(engine, 'SELECT ROWOFFSET FROM n;').message).toMatch(/ROWOFFSET/)
    expect(refusal(engine, 'SELECT nothing FROM n;').message).toMatch(/'NOTHING' cannot be resolved/)
    expect(refusal(engine, 'SELECT k, k FROM n;').message).toMatch(/Duplicate/)
    expect(refusal(engine, `SELECT * FROM n WHERE ROWTIME > 'soon';`)).toMatchObject({ line: 1, fix: true })
    expect(() => engine.execute('SELECT * FROM n;')).toThrow(/gives rows/)
    expect(refusal(engine, 'SELECT * FROM nowhere;').message).toMatch(/NOWHERE does not exist/)
    expect(refusal(engine, 'SELECT * FROM n EMIT CHANGES;')).toMatchObject({ line: 1, fix: true })
    expect(refusal(engine, 'DROP TABLE n;')).toMatchObject({ line: 1, fix: true })
  })
})
