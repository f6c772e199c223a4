import { describe, expect, test } from 'vitest'
import { parseScript, parseStatement } from '../../../engine/syntax/index.ts'

describe('every kind of statement', () => {
  test.each([
    [
      "CREATE STREAM s (a INT KEY) WITH (kafka_topic='t')",
      { kind: 'create-source', source: 'STREAM', name: 'S', orReplace: false, ifNotExists: false, readOnly: false },
    ],
    [
      'CREATE OR REPLACE TABLE IF NOT EXISTS t (a INT PRIMARY KEY) WITH (x=1)',
      { kind: 'create-source', source: 'TABLE', orReplace: true, ifNotExists: true },
    ],
    ['CREATE SOURCE TABLE t (a INT PRIMARY KEY) WITH (x=1)', { kind: 'create-source', readOnly: true }],
    [
      'CREATE STREAM s WITH (x=TRUE) AS SELECT * FROM b',
      { kind: 'create-as-select', source: 'STREAM', name: 'S', query: { from: { name: 'B' } } },
    ],
    [
      'CREATE OR REPLACE TABLE t AS SELECT a, COUNT(*) FROM b GROUP BY a',
      { kind: 'create-as-select', source: 'TABLE', orReplace: true },
    ],
    ['INSERT INTO a SELECT * FROM b', { kind: 'insert-select', target: 'A' }],
    ["INSERT INTO a WITH (query_id='x') SELECT * FROM b", { kind: 'insert-select' }],
    [
      'INSERT INTO `a` (x, `y`) VALUES (-1, STRUCT(q := 2))',
      { kind: 'insert-values', target: 'a', columns: ['X', 'y'] },
    ],
    ['INSERT INTO a VALUES (NULL)', { kind: 'insert-values', columns: [], values: [{ kind: 'null' }] }],
    ['CREATE TYPE IF NOT EXISTS address AS STRUCT<a INT>', { kind: 'create-type', name: 'ADDRESS', ifNotExists: true }],
    ['DROP TYPE IF EXISTS address', { kind: 'drop-type', name: 'ADDRESS', ifExists: true }],
    [
      'DROP STREAM IF EXISTS s DELETE TOPIC',
      { kind: 'drop-source', source: 'STREAM', name: 'S', ifExists: true, deleteTopic: true },
    ],
    ['DROP TABLE t', { kind: 'drop-source', source: 'TABLE', ifExists: false, deleteTopic: false }],
    ["SET 'auto.offset.reset' = 'earliest'", { kind: 'set', name: 'auto.offset.reset', value: 'earliest' }],
    ["UNSET 'auto.offset.reset'", { kind: 'unset', name: 'auto.offset.reset' }],
    ["DEFINE topicName = '''t'''", { kind: 'define', name: 'topicName', value: "'t'" }],
    ['UNDEFINE topicName', { kind: 'undefine', name: 'topicName' }],
    [
      'ALTER STREAM s ADD COLUMN a INT, ADD b STRING, ADD column INT',
      { kind: 'alter-source', source: 'STREAM', columns: [{ name: 'A' }, { name: 'B' }, { name: 'COLUMN' }] },
    ],
    ["ALTER SYSTEM 'a'='b'", { kind: 'alter-system', name: 'a', value: 'b' }],
    ['TERMINATE CTAS_T_1', { kind: 'terminate', query: 'CTAS_T_1' }],
    ['TERMINATE ALL', { kind: 'terminate', query: null }],
    ['PAUSE q', { kind: 'pause', query: 'Q' }],
    ['RESUME ALL', { kind: 'resume', query: null }],
    ['SHOW STREAMS EXTENDED', { kind: 'show', what: 'STREAMS', all: false, extended: true }],
    ['LIST ALL TOPICS', { kind: 'show', what: 'TOPICS', all: true, extended: false }],
    ['SHOW QUERIES', { kind: 'show', what: 'QUERIES' }],
    ['SHOW VARIABLES', { kind: 'show', what: 'VARIABLES' }],
    ['SHOW SOURCE CONNECTORS', { kind: 'show', what: 'CONNECTORS' }],
    ['SHOW CONNECTOR PLUGINS', { kind: 'show', what: 'PLUGINS' }],
    ['DESCRIBE s EXTENDED', { kind: 'describe', what: 'source', name: 'S', extended: true }],
    ['DESCRIBE EXTENDED s', { kind: 'describe', what: 'source', name: 'S', extended: true }],
    ['DESCRIBE FUNCTION topk', { kind: 'describe', what: 'function', name: 'TOPK' }],
    ['DESCRIBE function', { kind: 'describe', what: 'source', name: 'FUNCTION' }],
    ['DESCRIBE STREAMS EXTENDED', { kind: 'describe', what: 'streams', name: null, extended: true }],
    ['EXPLAIN CTAS_T_1', { kind: 'explain', query: 'CTAS_T_1', statement: null }],
    [
      'EXPLAIN SELECT a FROM b',
      { kind: 'explain', query: null, statement: { kind: 'select', text: 'SELECT a FROM b' } },
    ],
    [
      'PRINT myTopic FROM BEGINNING INTERVAL 2 LIMIT 3',
      { kind: 'print', topic: 'myTopic', fromBeginning: true, interval: 2, limit: 3 },
    ],
    ["PRINT 'my.topic'", { kind: 'print', topic: 'my.topic', fromBeginning: false, interval: null, limit: null }],
    [
      "ASSERT TOPIC 'gpu.readings' WITH (PARTITIONS=1) TIMEOUT 1 SECONDS",
      { kind: 'assert', exists: true, what: 'topic', topic: 'gpu.readings', timeout: 1000 },
    ],
    ['ASSERT NOT EXISTS TOPIC foo', { kind: 'assert', exists: false, topic: 'foo', timeout: null }],
    [
      "ASSERT SCHEMA SUBJECT 's-value' ID 3 TIMEOUT 2 MINUTES",
      { kind: 'assert', what: 'schema', subject: 's-value', id: 3, timeout: 120_000 },
    ],
    ['SELECT a FROM b WHERE k = 1', { kind: 'select', query: { emit: null } }],
  ])('%s', (text, expected) => {
    const statement = parseStatement(`${text};`)
    expect(statement).toMatchObject(expected)
    expect(statement).toMatchObject({ text, at: { line: 1, column: 1, offset: 0 } })
  })
})

describe('what the embedded engine has not', () => {
  test.each(["CREATE SINK CONNECTOR c WITH ('a'='b')", 'CREATE SOURCE CONNECTOR c WITH (a=1)', 'DROP CONNECTOR c'])(
    '%s',
    (text) => {
      expect(() => parseStatement(text)).toThrow('Connectors are not supported by the embedded engine')
    },
  )

  test('assertions of the test tool', () => {
    expect(() => parseStatement('ASSERT VALUES s (a) VALUES (1)')).toThrow("exists only in ksqlDB's test tool")
  })
})

describe('properties', () => {
  test('keep their literal and position; a name given twice is refused', () => {
    const [statement] = parseScript("CREATE STREAM s WITH (partitions=1, `x`=-1.5, wrap_single_value=false, 'q'='r');")
    if (statement?.kind !== 'create-source') throw new Error('no CREATE')
    expect([...statement.properties].map(([name, { value, at }]) => [name, value.kind, at.column])).toEqual([
      ['PARTITIONS', 'integer', 23],
      ['X', 'decimal', 37],
      ['WRAP_SINGLE_VALUE', 'boolean', 47],
      ['Q', 'string', 72],
    ])
    expect(() => parseStatement("CREATE STREAM s WITH (a='1', A='2')")).toThrow('Property A is given twice')
    expect(() => parseStatement('CREATE STREAM s WITH (a=b)')).toThrow("Syntax error at or near 'b'")
  })
})
