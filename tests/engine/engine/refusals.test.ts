import { describe, expect, test } from 'vitest'
import { KsqlEngine, KsqlError } from '../../../engine/index.ts'

const SETUP = `
  CREATE STREAM readings (device VARCHAR KEY, temperature DOUBLE, load INT, name VARCHAR, tags ARRAY<VARCHAR>, m MAP<VARCHAR, INT>,
    place STRUCT<room VARCHAR, shelf INT>, ts BIGINT) WITH (KAFKA_TOPIC='readings', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE limits (device VARCHAR PRIMARY KEY, top DOUBLE) WITH (KAFKA_TOPIC='limits', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE SOURCE STREAM sealed (device VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='sealed', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE STREAM raw (v VARCHAR) WITH (KAFKA_TOPIC='raw', VALUE_FORMAT='KAFKA', PARTITIONS=1);
  CREATE TYPE address AS STRUCT<street VARCHAR>;
  CREATE TABLE per_minute AS SELECT device, COUNT(*) AS n FROM readings WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY device EMIT CHANGES;
  CREATE STREAM hot AS SELECT * FROM readings WHERE temperature > 80.0 EMIT CHANGES;
`

function refusalOf(sql: string): KsqlError {
  const engine = new KsqlEngine()
  engine.execute(SETUP)
  const before = { sources: engine.sources().map((s) => s.name), queries: engine.queries().map((q) => q.id) }
  try {
    engine.execute(sql)
  } catch (error) {
    if (!(error instanceof KsqlError)) throw error
    expect({ sources: engine.sources().map((s) => s.name), queries: engine.queries().map((q) => q.id) }).toEqual(before)
    return error
  }
  throw new Error(`accepted: ${sql}`)
}

/** `»` stands before the place the refusal must point at. */
function check(marked: string): KsqlError {
  const sql = marked.replace('»', '')
  const error = refusalOf(sql)
  const before = marked.slice(0, marked.indexOf('»')).split('\n')
  expect({ line: error.line, column: error.column, message: error.message }).toEqual({
    line: before.length,
    column: (before.at(-1) ?? '').length + 1,
    message: error.message,
  })
  expect(error.message.length).toBeGreaterThan(10)
  expect(error.fix, error.message).toBeTruthy()
  // text that has no end cannot be cut into statements
  if (error.kind === 'semantic') expect(error.statement, error.message).toBeTruthy()
  return error
}

const csas = (select: string) => `CREATE STREAM x AS\n  SELECT ${select} EMIT CHANGES;`
const ctas = (select: string) => `CREATE TABLE x AS\n  SELECT ${select} EMIT CHANGES;`

describe('a refusal has its place and a fix', () => {
  test.each([
    // names
    [csas('device, »temprature FROM readings'), 'unknown column'],
    [csas('device, load FROM »reading'), 'unknown source'],
    [csas('device, »UCAES(name) AS n FROM readings'), 'unknown function'],
    [csas('device, load FROM readings WHERE »laod > 1'), 'unknown column in WHERE'],
    [csas('device, »r.load FROM readings s'), 'unknown alias'],
    [csas('device, »place->shlef AS s FROM readings'), 'unknown field'],
    [ctas('device, COUNT(*) AS n FROM readings GROUP BY »devise'), 'unknown column in GROUP BY'],
    [csas('device, CAST(load AS »adress) AS a FROM readings'), 'unknown type'],
    // types
    [csas('device, »load + name AS n FROM readings'), 'arithmetic on text'],
    [csas('device, load FROM readings WHERE »load = name'), 'comparison of types'],
    [csas('device, load FROM readings WHERE »load + 1'), 'predicate is a number'],
    [csas('device, load FROM readings WHERE »load = NULL'), 'comparison with NULL'],
    [csas('device, »SUBSTRING(load, 1) AS s FROM readings'), 'argument of another type'],
    [csas('device, »load[1] AS s FROM readings'), 'subscript on a number'],
    [csas('device, tags[»name] AS s FROM readings'), 'index is text'],
    [csas('device, m[»tags] AS s FROM readings'), 'map key is an array'],
    [csas('device, »name->x AS s FROM readings'), 'field of text'],
    [csas('device, »-name AS s FROM readings'), 'minus text'],
    [csas('device, CASE WHEN load > 1 THEN name ELSE »load END AS s FROM readings'), 'branches of two types'],
    [csas('device, load FROM readings WHERE »load LIKE 1'), 'LIKE on a number'],
    [csas('device, load FROM readings WHERE load IN (»tags)'), 'IN of another type'],
    [csas(`device, ARRAY[1, »tags] AS a FROM readings`), 'items of two types'],
    [csas('device, »STRUCT(a := 1, a := 2) AS a FROM readings'), 'field twice'],
    [csas('device, load FROM readings WHERE load > 0 AND »name'), 'AND of text'],
    [csas('device, »CAST(tags AS INT) AS i FROM readings'), 'cast that does not exist'],
    [csas('device, x »=> x + 1 AS f FROM readings'), 'lambda outside a call'],
    [csas('device, TRANSFORM(tags, x => »z) AS f FROM readings'), 'unknown column in a lambda'],
    // keys and lists
    [csas('load FROM readings').replace('SELECT', '»SELECT'), 'key not selected'],
    [csas('device, »device AS d FROM readings'), 'key twice'],
    [csas('device, load AS a, »name AS a FROM readings'), 'name twice'],
    [csas('device, »ROWTIME FROM readings'), 'reserved name'],
    [csas('device, »load AS ROWTIME FROM readings'), 'reserved alias'],
    // grouping
    [ctas('device, COUNT(*) AS n, »load FROM readings GROUP BY device'), 'column outside GROUP BY'],
    [ctas('COUNT(*) AS n FROM readings GROUP BY device').replace('SELECT', '»SELECT'), 'grouping not selected'],
    [ctas('»device, COUNT(*) AS n FROM readings'), 'no GROUP BY'],
    [ctas('device, »SUM(COUNT(*)) AS n FROM readings GROUP BY device'), 'nested aggregates'],
    [ctas('device, COUNT(*) AS n FROM readings GROUP BY device, »device'), 'grouping twice'],
    [ctas('device, COUNT(*) AS n FROM readings GROUP BY »COUNT(*)'), 'aggregate in GROUP BY'],
    [csas('device, load FROM readings WHERE »COUNT(*) > 1'), 'aggregate in WHERE'],
    [csas('device, load FROM readings HAVING »load > 1'), 'HAVING alone'],
    [ctas('device, »MIN(top) AS n FROM limits GROUP BY device'), 'one-way aggregate on a table'],
    [ctas('device, COUNT(*) AS n FROM limits WINDOW »TUMBLING (SIZE 1 MINUTE) GROUP BY device'), 'window on a table'],
    [csas('device, load FROM readings WINDOW »TUMBLING (SIZE 1 MINUTE)'), 'window without grouping'],
    [
      ctas('device, MAX(»WINDOWSTART) AS n FROM readings WINDOW TUMBLING (SIZE 1 MINUTE) GROUP BY device'),
      'bound in an aggregate',
    ],
    [ctas('device, TOPK(load, »load) AS n FROM readings GROUP BY device'), 'literal wanted'],
    [
      'CREATE TABLE x AS »SELECT device, COUNT(*) AS n\n  FROM readings GROUP BY device EMIT FINAL;',
      'FINAL without window',
    ],
    ['CREATE STREAM x AS »SELECT * FROM readings\n EMIT FINAL;', 'FINAL of a projection'],
    [
      '»CREATE STREAM x AS SELECT device, COUNT(*) AS n FROM readings GROUP BY device EMIT CHANGES;',
      'stream of a grouping',
    ],
    ['»CREATE TABLE x AS SELECT * FROM readings EMIT CHANGES;', 'table of a projection'],
    ['CREATE TABLE x AS »SELECT v, COUNT(*) AS n FROM raw GROUP BY v EMIT CHANGES;', 'grouping a KAFKA source'],
    // PARTITION BY and table functions
    [ctas('device, top FROM limits PARTITION BY »top'), 'PARTITION BY on a table'],
    [ctas('device, »EXPLODE(ARRAY[top]) AS e FROM limits'), 'table function on a table'],
    [csas('device, »EXPLODE(EXPLODE(ARRAY[tags])) AS e FROM readings'), 'nested table functions'],
    [csas('device, load FROM readings WHERE »EXPLODE(tags) = 1'), 'table function in WHERE'],
    // joins
    [csas('l.device, r.top FROM readings l JOIN limits r ON »l.load = r.top'), 'join on no key'],
    [csas('l.device, r.top FROM readings l JOIN limits r ON »l.load = r.device'), 'join of two types'],
    [csas('l.device, r.top FROM readings l JOIN limits r ON »l.device > r.device'), 'join that is no equality'],
    [csas('l.device, r.top FROM readings l JOIN limits r ON »l.device = l.name'), 'join of one side'],
    [csas('»device, r.top FROM readings l JOIN limits r ON l.device = r.device'), 'ambiguous column'],
    [csas('l.device AS d, r.top FROM »readings l RIGHT JOIN limits r ON l.device = r.device'), 'right join'],
    [csas('l.device AS d, r.device FROM »limits l JOIN readings r ON l.device = r.device'), 'table with stream'],
    [csas('l.device AS d, r.n FROM »readings l JOIN per_minute r ON l.device = r.device'), 'windowed table'],
    [csas('l.device AS d, l.load FROM »readings l JOIN readings l ON l.device = l.device'), 'same alias'],
    // CREATE
    [`CREATE STREAM x (a INT) WITH (»KAFKA_TPIC='t', VALUE_FORMAT='JSON');`, 'unknown property'],
    [`CREATE STREAM x (a INT) WITH (KAFKA_TOPIC='t', »VALUE_FORMAT='JSN', PARTITIONS=1);`, 'unknown format'],
    [`»CREATE STREAM x (a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');`, 'no topic'],
    [`»CREATE STREAM x (a INT) WITH (VALUE_FORMAT='JSON', PARTITIONS=1);`, 'no KAFKA_TOPIC'],
    [`»CREATE STREAM x (a INT) WITH (KAFKA_TOPIC='t', PARTITIONS=1);`, 'no VALUE_FORMAT'],
    [`CREATE STREAM x (a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', »PARTITIONS=0);`, 'no partitions'],
    [
      `CREATE STREAM x (a »INTT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);`,
      'unknown type of a column',
    ],
    [`CREATE STREAM x (a INT, »a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);`, 'column twice'],
    [`CREATE STREAM x (»rowtime BIGINT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);`, 'reserved column'],
    [`»CREATE TABLE x (a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);`, 'table without key'],
    [
      `CREATE STREAM x (a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1, »TIMESTAMP='b');`,
      'unknown TIMESTAMP',
    ],
    [
      `CREATE STREAM x (a VARCHAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1, »TIMESTAMP='a');`,
      'text without format',
    ],
    [
      `CREATE STREAM x (a DOUBLE) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1, »TIMESTAMP='a');`,
      'time of DOUBLE',
    ],
    [
      `CREATE STREAM x (k INT KEY) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1, »WINDOW_TYPE='HOPING');`,
      'unknown window type',
    ],
    [
      `CREATE STREAM x (k INT KEY) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1, »WINDOW_TYPE='HOPPING');`,
      'no window size',
    ],
    [`»CREATE STREAM readings (a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);`, 'name taken'],
    [
      `»CREATE OR REPLACE TABLE readings (a INT PRIMARY KEY) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);`,
      'replaced by another kind',
    ],
    [`»CREATE STREAM x WITH (KAFKA_TOPIC='t', VALUE_FORMAT='AVRO', PARTITIONS=1);`, 'no schema'],
    [`»CREATE TYPE address AS INT;`, 'type taken'],
    // other statements
    [`»DROP STREAM reading;`, 'unknown stream to drop'],
    [`»DROP TABLE readings;`, 'drop of another kind'],
    [`»DROP STREAM readings;`, 'stream in use'],
    [`»DROP TYPE adress;`, 'unknown type to drop'],
    [`»TERMINATE CSAS_HOT_9;`, 'unknown query'],
    [`»INSERT INTO reading SELECT * FROM readings EMIT CHANGES;`, 'unknown sink'],
    [`»INSERT INTO limits SELECT device, temperature AS top FROM readings EMIT CHANGES;`, 'insert into a table'],
    [`»INSERT INTO sealed SELECT device, load AS v FROM readings EMIT CHANGES;`, 'insert into a read-only stream'],
    [`»INSERT INTO hot SELECT device, load FROM readings EMIT CHANGES;`, 'insert of other columns'],
    [`»INSERT INTO readings SELECT * FROM hot EMIT CHANGES;`, 'a query that feeds itself'],
    [
      `»CREATE STREAM x WITH (KAFKA_TOPIC='readings') AS SELECT * FROM hot EMIT CHANGES;`,
      'a sink that feeds its query',
    ],
    [`»INSERT INTO sealed (device, v) VALUES ('a', 1);`, 'values into a read-only stream'],
    [`»INSERT INTO readings (device, laod) VALUES ('a', 1);`, 'values into an unknown column'],
    [`INSERT INTO readings (device, load) VALUES ('a', »'b');`, 'values of another type'],
    [`»INSERT INTO readings (device, load) VALUES ('a');`, 'too few values'],
    [`»INSERT INTO limits (top) VALUES (1.0);`, 'values without key'],
    [`»INSERT INTO per_minute (device, n) VALUES ('a', 1);`, 'values into a windowed table'],
    [`INSERT INTO readings (device, load) VALUES ('a', »load);`, 'a column among values'],
    [`»ASSERT TOPIC nothing;`, 'assertion'],
    [`»PRINT 'readings';`, 'unsupported statement'],
    // syntax
    ['SELECT device,\n  temperature FORM »readings EMIT CHANGES;', 'misspelled keyword'],
    [`»CREAT STREAM x AS SELECT * FROM readings;`, 'misspelled statement'],
    [csas('device, »FROM readings'), 'missing expression'],
    [csas(`device, load FROM readings WHERE name = »'open`).replace(/ EMIT CHANGES;$/, ''), 'open text'],
  ])('%s (%s)', (marked) => {
    check(marked)
  })
})

describe('the nearest name is offered', () => {
  test.each([
    [csas('device, temprature FROM readings'), 'TEMPERATURE'],
    [csas('device FROM reedings'), 'READINGS'],
    [csas('device, UCAES(name) AS n FROM readings'), 'UCASE'],
    [ctas('device, CUONT(*) AS n FROM readings GROUP BY device'), 'COUNT'],
    [csas('device, CAST(load AS adress) AS a FROM readings'), 'ADDRESS'],
    [`CREATE STREAM x (a INT) WITH (KAFKA_TPIC='t', VALUE_FORMAT='JSON');`, 'KAFKA_TOPIC'],
    [`CREATE STREAM x (a INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSN', PARTITIONS=1);`, 'JSON'],
    [csas('device, place->shlef AS s FROM readings'), 'SHELF'],
    [csas('device, redings.load FROM readings'), 'READINGS'],
    [`TERMINATE CSAS_HTO_1;`, 'CSAS_HOT_1'],
    [`DROP STREAM reading;`, 'READINGS'],
    [`INSERT INTO reading SELECT * FROM readings EMIT CHANGES;`, 'READINGS'],
    [`INSERT INTO readings (device, laod) VALUES ('a', 1);`, 'LOAD'],
    [`CREATE STREAM x (a VARHCAR) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);`, 'VARCHAR'],
    [`CREATE STREAM x (tss BIGINT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1, TIMESTAMP='ts');`, 'TSS'],
  ])('%s: %s', (sql, near) => {
    expect(refusalOf(sql).fix).toContain(near)
  })

  test('of topics and sources asked for by the caller', () => {
    const engine = new KsqlEngine()
    engine.execute(SETUP)
    const fixOf = (ask: () => unknown) => {
      try {
        ask()
      } catch (error) {
        return error instanceof KsqlError ? error.fix : error
      }
      return 'accepted'
    }
    expect(fixOf(() => engine.topic('reading'))).toContain('readings')
    expect(fixOf(() => engine.source('READING'))).toContain('READINGS')
    expect(
      fixOf(() =>
        engine.append('READINGS', {
          count: 0,
          columns: new Map([['LAOD', { data: [], nulls: null }]]),
          rowtime: new Float64Array(0),
        }),
      ),
    ).toContain('LOAD')
  })
})
