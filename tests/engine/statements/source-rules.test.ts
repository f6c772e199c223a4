import { describe, expect, test } from 'vitest'
import { KsqlError } from '../../../engine/index.ts'
import { engineWith, jsonRecord, watch } from '../engine/harness.ts'

const SETUP = `
  CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE TABLE t (k VARCHAR PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE SOURCE STREAM rs (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
  CREATE SOURCE TABLE rt (k VARCHAR PRIMARY KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');
  CREATE STREAM h (k VARCHAR KEY, one BYTES HEADER('one'), v INT) WITH (KAFKA_TOPIC='h', VALUE_FORMAT='JSON', PARTITIONS=1);
  CREATE STREAM "mixed" (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
  CREATE STREAM d AS SELECT * FROM s EMIT CHANGES;
`
const IN_S = "WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON')"

function refusal(statement: string): string {
  const engine = engineWith(SETUP)
  try {
    engine.execute(statement)
  } catch (error) {
    if (!(error instanceof KsqlError)) throw error
    expect(error.fix).toBeTruthy()
    expect(error.position).toBeDefined()
    return error.message
  }
  throw new Error(`nothing was refused: ${statement}`)
}

test.each([
  // names
  ['DROP STREAM gone;', 'Stream GONE does not exist.'],
  ['DROP TABLE gone;', 'Table GONE does not exist.'],
  ["INSERT INTO gone VALUES ('a', 1);", 'Cannot insert values into an unknown stream/table: `GONE`'],
  [
    "INSERT INTO MIXED VALUES ('a', 1);",
    'Cannot insert values into an unknown stream/table: `MIXED`\nDid you mean "mixed"? Hint: wrap the source name in double quotes to make it case-sensitive.',
  ],
  [
    `INSERT INTO "s" VALUES ('a', 1);`,
    'Cannot insert values into an unknown stream/table: `s`\nDid you mean S? Hint: try removing double quotes from the source name.',
  ],
  [
    'CREATE STREAM x AS SELECT * FROM mixed;',
    'MIXED does not exist.\nDid you mean "mixed"? Hint: wrap the source name in double quotes to make it case-sensitive.',
  ],
  // sources that are only read
  ['DROP STREAM rs DELETE TOPIC;', 'Cannot delete topic for read-only source: RS'],
  ['DROP TABLE IF EXISTS rt DELETE TOPIC;', 'Cannot delete topic for read-only source: RT'],
  [
    `CREATE OR REPLACE STREAM rs (k VARCHAR KEY, v INT) ${IN_S};`,
    "Cannot add stream 'RS': CREATE OR REPLACE is not supported on source streams.",
  ],
  [
    `CREATE OR REPLACE SOURCE STREAM s (k VARCHAR KEY, v INT) ${IN_S};`,
    "Cannot add stream 'S': CREATE OR REPLACE is not supported on source streams.",
  ],
  [
    `CREATE OR REPLACE SOURCE TABLE n (k VARCHAR PRIMARY KEY, v INT) ${IN_S};`,
    "Cannot add table 'N': CREATE OR REPLACE is not supported on source tables.",
  ],
  [
    'CREATE OR REPLACE STREAM rs AS SELECT * FROM s;',
    "Cannot add stream 'RS': CREATE OR REPLACE is not supported on source streams.",
  ],
  [
    'ALTER STREAM rs ADD COLUMN w INT;',
    "Cannot alter stream 'RS': ALTER operations are not supported on source streams.",
  ],
  ['ALTER TABLE rt ADD w INT;', "Cannot alter table 'RT': ALTER operations are not supported on source tables."],
  // headers
  ["INSERT INTO h (k, one) VALUES ('a', NULL);", 'Cannot insert into HEADER columns: ONE'],
  ['INSERT INTO h SELECT * FROM s;', 'Cannot insert into H because it has header columns'],
  [
    `CREATE STREAM n (h VARCHAR HEADERS, v INT) ${IN_S};`,
    'Invalid type for HEADERS column: expected ARRAY<STRUCT<`KEY` STRING, `VALUE` BYTES>>, got STRING',
  ],
  [
    `CREATE STREAM n (a BYTES HEADER('a'), b VARCHAR HEADER('b'), v INT) ${IN_S};`,
    "Invalid type for HEADER('b') column: expected BYTES, got STRING",
  ],
  [
    `CREATE STREAM n (a BYTES HEADER('a'), b BYTES HEADER('a'), v INT) ${IN_S};`,
    "Schema already contains a HEADER('a') column: `A`",
  ],
  [
    `CREATE STREAM n (a BYTES HEADER('a'), b ARRAY<STRUCT<key STRING, value BYTES>> HEADERS, v INT) ${IN_S};`,
    "Schema already contains a HEADER('a') column: `A`. All headers and single ones cannot be mixed.",
  ],
  // OR REPLACE
  [
    `CREATE OR REPLACE STREAM s (k VARCHAR KEY, w INT, v INT) ${IN_S};`,
    "Cannot upgrade data source 'S': The following columns are changed, missing or reordered: [`V` INTEGER]",
  ],
  [
    `CREATE OR REPLACE STREAM s (k INT KEY, v INT) ${IN_S};`,
    "Cannot upgrade data source 'S': The following columns are changed, missing or reordered: [`K` STRING KEY]",
  ],
  [
    'CREATE OR REPLACE STREAM d AS SELECT k, v AS w FROM s;',
    "Cannot upgrade data source 'D': The following columns are changed, missing or reordered: [`V` INTEGER]",
  ],
  [
    "CREATE OR REPLACE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='t', VALUE_FORMAT='JSON');",
    "Cannot upgrade data source 'S': its topic is 's', not 't'",
  ],
  [
    "CREATE OR REPLACE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='DELIMITED');",
    "Cannot upgrade data source 'S': its value format is JSON, not DELIMITED",
  ],
  // ALTER
  ['ALTER STREAM gone ADD COLUMN w INT;', 'Source GONE does not exist.'],
  ['ALTER TABLE s ADD COLUMN w INT;', 'Incompatible data source type is STREAM, but statement was ALTER TABLE'],
  ['ALTER STREAM d ADD COLUMN w INT;', 'ALTER command is not supported for CREATE ... AS statements.'],
  ['ALTER STREAM s ADD COLUMN v INT;', 'Duplicate column names: V'],
  ['ALTER STREAM s ADD COLUMN rowtime BIGINT;', "'ROWTIME' is a reserved column name."],
])('%s', (statement, message) => {
  expect(refusal(statement)).toContain(message)
})

describe('ALTER … ADD COLUMN', () => {
  test('adds columns for the queries that follow', () => {
    const engine = engineWith(`${SETUP} ALTER STREAM s ADD COLUMN w INT, ADD x VARCHAR;
      CREATE STREAM e AS SELECT * FROM s EMIT CHANGES;`)
    const outputs = watch(engine)
    engine.topic('s').appendRecord(jsonRecord('a', { v: 1, w: 2, x: 'three' }, 1))
    expect(outputs.get('D')?.map((r) => r.value)).toEqual([[1]])
    expect(outputs.get('E')?.map((r) => r.value)).toEqual([[1, 2, 'three']])
  })

  test('a column may be inserted into at once', () => {
    const engine = engineWith(`${SETUP} ALTER TABLE t ADD COLUMN tags ARRAY<INT>;
      CREATE TABLE e AS SELECT * FROM t EMIT CHANGES;`)
    const outputs = watch(engine)
    engine.execute("INSERT INTO t VALUES ('a', 1, ARRAY[2, 3]);")
    expect(outputs.get('E')?.map((r) => r.value)).toEqual([[1, [2, 3]]])
  })
})

test('OR REPLACE adds columns at the end', () => {
  const engine = engineWith(`${SETUP} CREATE OR REPLACE STREAM s (k VARCHAR KEY, v INT, w INT) ${IN_S};
    CREATE OR REPLACE STREAM d AS SELECT *, v + w AS sum FROM s EMIT CHANGES;`)
  const outputs = watch(engine)
  engine.topic('s').appendRecord(jsonRecord('a', { v: 1, w: 2 }, 1))
  expect(engine.source('D').columns.map((c) => c.name)).toEqual(['K', 'V', 'W', 'SUM'])
  expect(outputs.get('D')?.map((r) => r.value)).toEqual([[1, 2, 3]])
})
