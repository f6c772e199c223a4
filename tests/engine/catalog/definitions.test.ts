import { describe, expect, test } from 'vitest'
import { KsqlEngine, MemorySchemaRegistry, type RawRecord } from '../../../engine/index.ts'
import { Decimal } from '../../../engine/types/decimal.ts'
import { engineWith, jsonRecord, type Row, run, watch } from '../engine/harness.ts'

const S = `CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`
const COPY = 'CREATE STREAM r AS SELECT * FROM s EMIT CHANGES;'

const values = (rows: readonly Row[] | undefined) => rows?.map((r) => r.value)
const bytes = (key: string | Uint8Array | null, value: string | Uint8Array | null, timestamp = 1): RawRecord => ({
  key: typeof key === 'string' ? Buffer.from(key) : key,
  value: typeof value === 'string' ? Buffer.from(value) : value,
  timestamp,
  headers: [],
})
const kinds = (engine: KsqlEngine) => engine.sources().map((s) => `${s.type} ${s.name}`)

describe('CREATE', () => {
  test('IF NOT EXISTS leaves what there is', () => {
    const engine = engineWith(S + COPY)
    const [result] = engine.execute(
      `CREATE STREAM IF NOT EXISTS s (other INT) WITH (KAFKA_TOPIC='o', VALUE_FORMAT='JSON', PARTITIONS=1);`,
    )
    const [query] = engine.execute('CREATE STREAM IF NOT EXISTS r AS SELECT k, v + 1 AS v FROM s EMIT CHANGES;')
    expect(result?.message).toContain('already exists')
    expect(query?.queryId).toBeUndefined()
    expect(engine.topics().map((t) => t.name)).toEqual(['s', 'R'])
    expect(engine.queries()).toHaveLength(1)
  })

  test('OR REPLACE puts another query in its place, under the same id', () => {
    const engine = engineWith(S + COPY)
    const [id] = engine.queries().map((q) => q.id)
    const outputs = watch(engine)
    engine.topic('s').appendRecord(jsonRecord('a', { v: 1 }, 1))
    engine.execute('CREATE OR REPLACE STREAM r AS SELECT k, v FROM s WHERE v > 1 EMIT CHANGES;')
    engine.topic('s').append([1, 2].map((v) => jsonRecord('a', { v }, 2)))
    expect(values(outputs.get('R'))).toEqual([[1], [2]])
    expect(engine.queries().map((q) => q.id)).toEqual([id])
  })

  test('OR REPLACE of a source holds for queries that come after it', () => {
    const engine = engineWith(S)
    engine.execute(`CREATE OR REPLACE STREAM s (k VARCHAR KEY, v INT, w INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
      CREATE STREAM r AS SELECT k, w FROM s EMIT CHANGES;`)
    const outputs = watch(engine)
    engine.topic('s').appendRecord(jsonRecord('a', { v: 1, w: 2 }, 1))
    expect(values(outputs.get('R'))).toEqual([[2]])
  })

  test('takes topic, partitions and formats from WITH, else from the source', () => {
    const engine = engineWith(`
      CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=3, REPLICAS=2);
      CREATE STREAM a AS SELECT * FROM s EMIT CHANGES;
      CREATE STREAM b WITH (KAFKA_TOPIC='beta', VALUE_FORMAT='DELIMITED', PARTITIONS=1, REPLICAS=1) AS SELECT * FROM s EMIT CHANGES;`)
    expect(engine.topics()).toEqual([
      { name: 's', partitions: 3, replicas: 2 },
      { name: 'A', partitions: 3, replicas: 2 },
      { name: 'beta', partitions: 1, replicas: 1 },
    ])
    expect(engine.sources().map((s) => [s.name, s.topic, s.keyFormat.name, s.valueFormat.name])).toEqual([
      ['S', 's', 'KAFKA', 'JSON'],
      ['A', 'A', 'KAFKA', 'JSON'],
      ['B', 'beta', 'KAFKA', 'DELIMITED'],
    ])
  })

  test('reads defaults from properties, until they are unset', () => {
    const engine =
      engineWith(`SET 'ksql.persistence.default.format.value'='DELIMITED'; SET 'ksql.output.topic.name.prefix'='p-';
      CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='s', PARTITIONS=1);
      UNSET 'ksql.output.topic.name.prefix';
      ${COPY}`)
    expect(engine.source('R').topic).toBe('R')
    expect(engine.source('R').valueFormat.name).toBe('DELIMITED')
    engine.execute(`UNSET 'ksql.persistence.default.format.value';`)
    expect(() => engine.execute(`CREATE STREAM x (v INT) WITH (KAFKA_TOPIC='x', PARTITIONS=1);`)).toThrow(
      /VALUE_FORMAT/,
    )
  })

  test('names keep their case in backticks', () => {
    const engine =
      engineWith(`CREATE STREAM \`my stream\` (\`the key\` VARCHAR KEY, \`a-b\` INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM r AS SELECT \`the key\`, \`a-b\` + 1 AS \`Next\` FROM \`my stream\` EMIT CHANGES;`)
    const outputs = watch(engine)
    engine.topic('s').appendRecord(jsonRecord('a', { 'a-b': 1 }, 1))
    expect(values(outputs.get('R'))).toEqual([[2]])
    expect(engine.source('R').columns.map((c) => c.name)).toEqual(['the key', 'Next'])
  })

  test('TYPE gives a name to a type', () => {
    const engine = engineWith(`
      CREATE TYPE point AS STRUCT<x INT, y INT>;
      CREATE TYPE line AS ARRAY<point>;
      CREATE TYPE IF NOT EXISTS point AS INT;
      CREATE STREAM s (k VARCHAR KEY, l line) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM r AS SELECT k, l[1]->y AS y FROM s EMIT CHANGES;
      DROP TYPE line;
      DROP TYPE IF EXISTS line;`)
    const outputs = watch(engine)
    engine.topic('s').appendRecord(jsonRecord('a', { l: [{ x: 1, y: 2 }] }, 1))
    expect(values(outputs.get('R'))).toEqual([[2]])
    expect(() =>
      engine.execute(`CREATE STREAM x (l line) WITH (KAFKA_TOPIC='x', VALUE_FORMAT='JSON', PARTITIONS=1);`),
    ).toThrow()
  })

  test('DEFINE gives values to variables, UNDEFINE takes them back', () => {
    const engine = new KsqlEngine()
    const use = (name: string) => `\${${name}}`
    engine.execute(`DEFINE place = 'measured'; DEFINE least = '2';
      CREATE STREAM s (k VARCHAR KEY, v INT) WITH (KAFKA_TOPIC='${use('place')}', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM r AS SELECT * FROM s WHERE v >= ${use('LEAST')} EMIT CHANGES;`)
    const outputs = watch(engine)
    engine.topic('measured').append([1, 2].map((v) => jsonRecord('a', { v }, 1)))
    expect(values(outputs.get('R'))).toEqual([[2]])
    engine.execute('UNDEFINE place;')
    expect(() =>
      engine.execute(`CREATE STREAM t (v INT) WITH (KAFKA_TOPIC=${use('place')}, VALUE_FORMAT='JSON', PARTITIONS=1);`),
    ).toThrow()
  })
})

describe('DROP and TERMINATE', () => {
  test('a stream goes with the query that writes it, once nobody reads it', () => {
    const engine = engineWith(`${S}${COPY} CREATE STREAM q AS SELECT * FROM r EMIT CHANGES;`)
    expect(() => engine.execute('DROP STREAM r;')).toThrow(/\[Q\]/)
    engine.execute('DROP STREAM q; DROP STREAM r;')
    expect(kinds(engine)).toEqual(['stream S'])
    expect(engine.queries()).toEqual([])
    engine.execute('DROP STREAM IF EXISTS r;')
    expect(engine.topics().map((t) => t.name)).toContain('R')
  })

  test('DELETE TOPIC drops the topic too', () => {
    const engine = engineWith(`${S}${COPY} DROP STREAM r DELETE TOPIC;`)
    expect(engine.topics().map((t) => t.name)).toEqual(['s'])
    expect(
      values(run(`${S}${COPY} DROP STREAM r DELETE TOPIC; ${COPY}`, 's', [jsonRecord('a', { v: 1 }, 1)], 'R')),
    ).toEqual([[1]])
  })

  test('a terminated query reads no more', () => {
    const engine = engineWith(S + COPY)
    const outputs = watch(engine)
    engine.topic('s').appendRecord(jsonRecord('a', { v: 1 }, 1))
    engine.execute(`TERMINATE ${engine.queries()[0]?.id};`)
    engine.topic('s').appendRecord(jsonRecord('a', { v: 2 }, 1))
    expect(values(outputs.get('R'))).toEqual([[1]])
    engine.execute('TERMINATE ALL;')
  })

  test('ASSERT passes for what is there', () => {
    const engine = engineWith(S)
    expect(engine.execute('ASSERT TOPIC s; ASSERT NOT EXISTS TOPIC x;')).toHaveLength(2)
    expect(() => engine.execute('ASSERT TOPIC x;')).toThrow()
    expect(() => engine.execute(`ASSERT SCHEMA SUBJECT 's-value';`)).toThrow()
  })
})

describe('formats', () => {
  test('DELIMITED', () => {
    const statements = `CREATE STREAM s (k INT KEY, a VARCHAR, b DOUBLE, c DECIMAL(5, 2), d BOOLEAN) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='DELIMITED', VALUE_DELIMITER='|', PARTITIONS=1);
      CREATE STREAM r WITH (VALUE_DELIMITER='TAB') AS SELECT * FROM s EMIT CHANGES;
      CREATE STREAM r2 (k INT KEY, line VARCHAR) WITH (KAFKA_TOPIC='R', VALUE_FORMAT='KAFKA');
      CREATE STREAM q AS SELECT * FROM r2 EMIT CHANGES;`
    const rows = run(
      statements,
      's',
      [bytes(Buffer.from([0, 0, 1, 0]), `"x|""y"|1.5|2.50|true`), bytes(null, '|||')],
      'Q',
    )
    expect(rows.map((r) => [r.key, r.value])).toEqual([
      [[256], ['"x|""y"\t1.5\t2.50\ttrue']],
      [[null], ['\t\t\t']],
    ])
  })

  test('KAFKA keys and values of every type it has', () => {
    const long = Buffer.alloc(8)
    long.writeBigInt64BE(-2n)
    const double = Buffer.alloc(8)
    double.writeDoubleBE(1.5)
    const statements = (type: string) =>
      `CREATE STREAM s (k ${type} KEY, v ${type}) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='KAFKA', PARTITIONS=1); ${COPY}`
    const both = (type: string, value: Uint8Array) => run(statements(type), 's', [bytes(value, value)], 'R')[0]
    expect(both('BIGINT', long)).toMatchObject({ key: [-2n], value: [-2n] })
    expect(both('DOUBLE', double)).toMatchObject({ key: [1.5], value: [1.5] })
    expect(both('VARCHAR', Buffer.from('ä'))).toMatchObject({ key: ['ä'], value: ['ä'] })
    expect(both('BYTES', Buffer.from([1, 2]))).toMatchObject({
      key: [Buffer.from([1, 2])],
      value: [Buffer.from([1, 2])],
    })
  })

  test('NONE: keyless streams have no key', () => {
    const engine =
      engineWith(`CREATE STREAM s (v INT) WITH (KAFKA_TOPIC='s', KEY_FORMAT='NONE', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM r AS SELECT v FROM s EMIT CHANGES;`)
    const outputs = watch(engine)
    engine.topic('s').appendRecord(bytes('ignored', '{"v": 1}'))
    expect(outputs.get('R')).toEqual([{ key: [], value: [1], time: 1 }])
    expect(engine.source('R').keyFormat.name).toBe('NONE')
  })

  test('AVRO end to end: schemas are registered, and read back by another engine', () => {
    const registry = new MemorySchemaRegistry()
    const writer = new KsqlEngine({ registry })
    writer.execute(`
      CREATE STREAM s (k VARCHAR KEY, i INT, b BIGINT, d DOUBLE, m DECIMAL(6, 2), t TIMESTAMP, a ARRAY<INT>, st STRUCT<x INT, y VARCHAR>)
        WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM r WITH (FORMAT='AVRO') AS SELECT * FROM s EMIT CHANGES;
      CREATE STREAM r_bytes (k BYTES KEY, v BYTES) WITH (KAFKA_TOPIC='R', FORMAT='KAFKA');
      CREATE STREAM copy AS SELECT * FROM r_bytes EMIT CHANGES;`)
    expect(registry.subjects()).toEqual(['R-key', 'R-value'])
    expect(writer.execute(`ASSERT SCHEMA SUBJECT 'R-value';`)).toHaveLength(1)
    const copies = watch(writer)
    writer
      .topic('s')
      .append([
        bytes(
          'a',
          '{"i": 1, "b": 9007199254740993, "d": 0.5, "m": 1.25, "t": 1700000000000, "a": [1, null], "st": {"x": 2, "y": "z"}}',
          7,
        ),
        bytes('b', '{}', 8),
      ])
    const reader = new KsqlEngine({ registry })
    reader.execute(
      `CREATE STREAM s WITH (KAFKA_TOPIC='R', FORMAT='AVRO', PARTITIONS=1); CREATE STREAM q AS SELECT * FROM s EMIT CHANGES;`,
    )
    expect(reader.source('S').columns.map(({ name, role }) => [name, role])).toEqual([
      ['ROWKEY', 'key'],
      ...['I', 'B', 'D', 'M', 'T', 'A', 'ST'].map((name) => [name, 'value']),
    ])
    const outputs = watch(reader)
    const records =
      copies.get('COPY')?.map((r) => bytes(r.key[0] as Uint8Array, r.value?.[0] as Uint8Array, r.time)) ?? []
    reader.topic('R').append(records)
    expect(outputs.get('Q')).toEqual([
      {
        key: ['a'],
        value: [1, 9007199254740993n, 0.5, Decimal.parse('1.25'), 1700000000000, [1, null], [2, 'z']],
        time: 7,
      },
      { key: ['b'], value: [null, null, null, null, null, null, null], time: 8 },
    ])
  })

  test('columns of the key or of the value come from the registry, what is written stays', () => {
    const registry = new MemorySchemaRegistry()
    registry.register('s-key', '"string"', 'AVRO')
    registry.register(
      's-value',
      '{"type":"record","name":"V","fields":[{"name":"temp","type":"double"},{"name":"n","type":["null","int"],"default":null}]}',
      'AVRO',
    )
    const columns = (definition: string, format: string) => {
      const engine = new KsqlEngine({ registry })
      engine.createTopic('s')
      engine.execute(`CREATE STREAM s ${definition} WITH (KAFKA_TOPIC='s', ${format});`)
      return engine.source('S').columns.map((c) => [c.name, c.role])
    }
    expect(columns('', `FORMAT='AVRO'`)).toEqual([
      ['ROWKEY', 'key'],
      ['TEMP', 'value'],
      ['N', 'value'],
    ])
    expect(columns('(id VARCHAR KEY)', `FORMAT='AVRO'`)).toEqual([
      ['ID', 'key'],
      ['TEMP', 'value'],
      ['N', 'value'],
    ])
    expect(columns('(id VARCHAR KEY)', `KEY_FORMAT='KAFKA', VALUE_FORMAT='AVRO'`)).toEqual([
      ['ID', 'key'],
      ['TEMP', 'value'],
      ['N', 'value'],
    ])
    expect(columns('(n INT)', `FORMAT='AVRO'`)).toEqual([
      ['ROWKEY', 'key'],
      ['N', 'value'],
    ])
  })

  test('a record that cannot be read is counted with its place, and skipped', () => {
    const engine = engineWith(S + COPY)
    const outputs = watch(engine)
    engine
      .topic('s')
      .append([
        bytes('a', '{"v": 1}'),
        bytes('a', '{"v": '),
        bytes('a', '{"v": "many"}'),
        bytes('a', '[1]'),
        bytes('a', '{"v": 2}'),
      ])
    expect(values(outputs.get('R'))).toEqual([[1], [2]])
    const [error, ...others] = engine.errors.all()
    expect(error).toMatchObject({ place: 'topic s', what: 'record 1 cannot be read as JSON', count: 3 })
    expect(error?.example).toBeTruthy()
    expect(others).toEqual([])
  })

  test('a key that cannot be read too', () => {
    const engine = engineWith(
      `CREATE STREAM s (k INT KEY, v INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1); ${COPY}`,
    )
    const outputs = watch(engine)
    engine.topic('s').append([bytes('four', '{"v": 1}'), bytes('toolong', '{"v": 2}')])
    expect(values(outputs.get('R'))).toEqual([[1]])
    expect(engine.errors.all()).toHaveLength(1)
  })
})

describe('headers', () => {
  test('are columns, by name or all together', () => {
    const engine =
      engineWith(`CREATE STREAM s (k VARCHAR KEY, v INT, h BYTES HEADER('h'), none BYTES HEADER('none')) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM r AS SELECT k, FROM_BYTES(h, 'utf8') AS h, none FROM s EMIT CHANGES;`)
    const outputs = watch(engine)
    engine.topic('s').append([
      {
        ...jsonRecord('a', { v: 1 }, 1),
        headers: [
          { key: 'h', value: Buffer.from('x') },
          { key: 'h', value: Buffer.from('y') },
        ],
      },
      jsonRecord('a', { v: 1 }, 1),
    ])
    expect(values(outputs.get('R'))).toEqual([
      ['y', null],
      [null, null],
    ])
  })
})

describe('event time by WITH (TIMESTAMP)', () => {
  const timed = (type: string, more = '') =>
    `CREATE STREAM s (k VARCHAR KEY, ts ${type}) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1, TIMESTAMP='ts'${more});
     CREATE STREAM r AS SELECT k, ROWTIME AS rt FROM s EMIT CHANGES;`

  test.each([
    ['BIGINT', '', 5, 5],
    ['TIMESTAMP', '', 1700000000000, 1700000000000],
    ['VARCHAR', `, TIMESTAMP_FORMAT='yyyy-MM-dd HH:mm:ss X'`, '1970-01-01 00:00:01 Z', 1000],
  ])('of %s', (type, more, given, time) => {
    const engine = engineWith(timed(type, more))
    const outputs = watch(engine)
    engine
      .topic('s')
      .append([jsonRecord('a', { ts: given }, 99), jsonRecord('a', { ts: null }, 99), jsonRecord('a', null, 98)])
    expect(outputs.get('R')).toEqual([
      { key: ['a'], value: [BigInt(time)], time },
      { key: ['a'], value: null, time: 98 },
    ])
    expect(engine.errors.all()).toMatchObject([{ place: 'source S', what: 'TS', count: 1 }])
  })

  test.each(['BIGINT', 'TIMESTAMP'])('before 1970 drops the row, in a batch or alone: %s', (type) => {
    const rows = [-5, 5, -1, 6].map((ts) => jsonRecord('a', { ts }, 1))
    const alone = engineWith(timed(type))
    const outputs = watch(alone)
    for (const row of rows) alone.topic('s').appendRecord(row)
    expect(outputs.get('R')?.map((r) => r.time)).toEqual([5, 6])
    expect(run(timed(type), 's', rows, 'R').map((r) => r.time)).toEqual([5, 6])
    expect(alone.errors.all()).toMatchObject([{ place: 'source S', count: 2 }])
  })

  test('that cannot be told stops the query where that is asked for', () => {
    const engine = engineWith(
      `SET 'ksql.timestamp.throw.on.invalid'='true'; ${timed('VARCHAR', `, TIMESTAMP_FORMAT='yyyy'`)}`,
    )
    engine.execute(`CREATE STREAM plain (k VARCHAR KEY, ts VARCHAR) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON');
      DROP STREAM r; CREATE STREAM r AS SELECT k, ts FROM plain EMIT CHANGES;
      CREATE STREAM q AS SELECT k, ts FROM s EMIT CHANGES;`)
    const outputs = watch(engine)
    expect(() => engine.topic('s').appendRecord(jsonRecord('a', { ts: 'x' }, 1))).toThrow(/timestamp/i)
    engine.topic('s').appendRecord(jsonRecord('a', { ts: '1999' }, 1))
    expect(values(outputs.get('R'))).toEqual([['1999']])
  })

  test('of a sink is that of its column', () => {
    const statements = `${S} CREATE STREAM r WITH (TIMESTAMP='at') AS SELECT k, CAST(v AS BIGINT) * 10 AS at FROM s EMIT CHANGES;
      CREATE TABLE n AS SELECT k, COUNT(*) AS n FROM r WINDOW TUMBLING (SIZE 20 MILLISECONDS) GROUP BY k EMIT CHANGES;`
    const rows = run(
      statements,
      's',
      [1, 2, 3].map((v) => jsonRecord('a', { v }, 5)),
      'N',
    )
    expect(rows.map((r) => [r.window, r.value])).toEqual([
      [[0, 20], [1n]],
      [[20, 40], [1n]],
      [[20, 40], [2n]],
    ])
  })
})

describe('INSERT', () => {
  test('VALUES converts as a column of the type would', () => {
    const engine = engineWith(
      `CREATE STREAM s (k VARCHAR KEY, i BIGINT, d DOUBLE, m DECIMAL(6, 2), t TIMESTAMP, a ARRAY<INT>, st STRUCT<x INT>) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1); ${COPY}`,
    )
    const outputs = watch(engine)
    engine.execute(`INSERT INTO s (ROWTIME, k, i, d, m, t, a, st) VALUES (77, 'it''s', 1 + 1, 3, 1.5, '1970-01-01T00:00:01', ARRAY[1, 2], STRUCT(x := 3));
      INSERT INTO s VALUES ('b', NULL, NULL, NULL, NULL, NULL, NULL);`)
    expect(outputs.get('R')).toEqual([
      { key: ["it's"], value: [2n, 3, Decimal.parse('1.50'), 1000, [1, 2], [3]], time: 77 },
      { key: ['b'], value: [null, null, null, null, null, null], time: 1_700_000_000_000 },
    ])
  })

  test('SELECT widens numbers to the sink, and carries its key', () => {
    const statements = `${S}
      CREATE STREAM wide (k VARCHAR KEY, v DOUBLE) WITH (KAFKA_TOPIC='wide', VALUE_FORMAT='JSON', PARTITIONS=1);
      INSERT INTO wide SELECT k, v FROM s EMIT CHANGES;`
    expect(run(statements, 's', [jsonRecord('a', { v: 1 }, 3)], 'wide')).toEqual([{ key: ['a'], value: [1], time: 3 }])
  })
})

test('records of windowed sources carry their windows', () => {
  const engine = engineWith(`${S}
    CREATE TABLE n WITH (KAFKA_TOPIC='n') AS SELECT k, COUNT(*) AS n FROM s WINDOW TUMBLING (SIZE 10 MILLISECONDS) GROUP BY k EMIT CHANGES;
    CREATE STREAM windows (k VARCHAR KEY, n BIGINT) WITH (KAFKA_TOPIC='n', VALUE_FORMAT='JSON', WINDOW_TYPE='TUMBLING', WINDOW_SIZE='10 MILLISECONDS');
    CREATE STREAM r AS SELECT k, n, WINDOWSTART AS ws, WINDOWEND AS we FROM windows EMIT CHANGES;`)
  const outputs = watch(engine)
  engine.topic('s').append([3, 14].map((time) => jsonRecord('a', { v: 1 }, time)))
  expect(outputs.get('R')).toEqual([
    { key: ['a'], value: [1n, 0n, 10n], time: 3, window: [0, 10] },
    { key: ['a'], value: [1n, 10n, 20n], time: 14, window: [10, 20] },
  ])
})
