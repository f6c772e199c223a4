import { describe, expect, test } from 'vitest'
import { type SqlOptions, type SqlRecord, sql } from '../../jobs/sql.ts'
import { scratchFolder } from './scratch.ts'

const scratch = scratchFolder()

async function results(options: Partial<SqlOptions> & { script: string; records?: string; log?: string }) {
  const { script, records, log, ...rest } = options
  const out: SqlRecord[] = []
  const files = [scratch.write('script.sql', script)]
  const inputs = [
    ...(records === undefined ? [] : [scratch.write('records.json', records)]),
    ...(log === undefined ? [] : [scratch.write('card.txt', log)]),
  ]
  const result = await sql({ files, inputs, timezone: 'UTC', ...rest }, { onRecords: (batch) => out.push(...batch) })
  return { ...result, lines: out.map(({ from, key, value }) => `${from} ${key} ${value}`), out }
}

const ORDERS = `CREATE STREAM orders (id INT KEY, item VARCHAR, price DECIMAL(6, 2), n BIGINT)
  WITH (KAFKA_TOPIC='orders', VALUE_FORMAT='JSON', PARTITIONS=1);`

describe('sql on records', () => {
  test('gives the records of every topic that statements write to', async () => {
    const { lines, out, read, errors } = await results({
      script: `${ORDERS} CREATE TABLE totals AS SELECT item, SUM(price * n) AS total FROM orders GROUP BY item;
        CREATE STREAM loud WITH (KAFKA_TOPIC='loud') AS SELECT id, UCASE(item) AS item FROM orders PARTITION BY id;`,
      records: `[{"topic": "orders", "key": 1, "value": {"item": "tea", "price": 2.50, "n": 9007199254740993}, "timestamp": 1000},
        {"key": 2, "value": {"ITEM": "tea", "PRICE": 1, "N": 1}, "timestamp": "1970-01-01T00:00:02Z"}]`,
    })
    expect([...lines].sort()).toEqual([
      'TOTALS "tea" {"TOTAL":22517998136852482.50}',
      'TOTALS "tea" {"TOTAL":22517998136852483.50}',
      'loud 1 {"ITEM":"TEA"}',
      'loud 2 {"ITEM":"TEA"}',
    ])
    expect(out.filter((r) => r.from === 'loud').map((r) => r.timestamp)).toEqual([1000, 2000])
    expect({ read, errors }).toEqual({ read: 2, errors: [] })
  })

  test('takes one record a line, and says at which line one is none', async () => {
    const script = `${ORDERS} SELECT id, item FROM orders EMIT CHANGES;`
    const { lines } = await results({
      script,
      records:
        '\uFEFF{"key": {"ID": 1}, "value": {"item": "a"}}\r\n\r\n{"value": {"item": "b"}}\r\n{"key": 3, "value": null}\n',
    })
    expect(lines.map((line) => line.replace(/.*script/, 'script'))).toEqual([
      'script.sql:2 1 {"ITEM":"a"}',
      'script.sql:2 null {"ITEM":"b"}',
      'script.sql:2 3 null',
    ])
    await expect(results({ script, records: '{"value": {}}\n{"value": ' })).rejects.toThrow(/records\.json:2: no JSON/)
    await expect(results({ script, records: '{"key": 1}' })).rejects.toThrow(/records\.json:1: no record\. A record is/)
    await expect(results({ script, records: '[{"value": {}}, 3]' })).rejects.toThrow(
      /records\.json, record 2: no record/,
    )
    await expect(results({ script, records: '{"value": {}, "timestamp": "noon"}' })).rejects.toThrow(
      /"noon" is no time/,
    )
  })

  test('writes records in the formats of their topics', async () => {
    const { lines } = await results({
      script: `CREATE STREAM a (k VARCHAR KEY, v INT, t TIMESTAMP) WITH (KAFKA_TOPIC='a', VALUE_FORMAT='AVRO', PARTITIONS=1);
        CREATE STREAM d (k BIGINT KEY, v INT, w VARCHAR) WITH (KAFKA_TOPIC='d', VALUE_FORMAT='DELIMITED', PARTITIONS=1);
        CREATE STREAM j (k STRUCT<x INT> KEY, v INT) WITH (KAFKA_TOPIC='j', FORMAT='JSON', PARTITIONS=1, WRAP_SINGLE_VALUE=false);
        CREATE STREAM a2 AS SELECT * FROM a; CREATE STREAM d2 AS SELECT * FROM d; CREATE STREAM j2 AS SELECT * FROM j;`,
      records: `{"topic": "a", "key": "x", "value": {"V": 1, "T": 5}}
        {"topic": "d", "key": 7, "value": "2,b"}
        {"topic": "d", "key": 8, "value": {"V": 3, "W": "c"}}
        {"topic": "j", "key": {"X": 1}, "value": 4}`,
    })
    expect(lines).toEqual([
      'A2 "x" {"V":1,"T":5}',
      'D2 7 {"V":2,"W":"b"}',
      'D2 8 {"V":3,"W":"c"}',
      'J2 {"X":1} {"V":4}',
    ])
  })

  test('counts a record that its topic cannot read, and goes on', async () => {
    const { lines, errors } = await results({
      script: `${ORDERS} CREATE STREAM s AS SELECT id, n FROM orders;`,
      records: '{"key": 1, "value": {"n": "x"}}\n{"key": 2, "value": {"n": 2}}',
    })
    expect(lines).toEqual(['S 2 {"N":2}'])
    expect(errors).toMatchObject([{ place: 'topic orders', count: 1 }])
  })

  test('hears what INSERT VALUES writes before a query reads it', async () => {
    const { lines } = await results({
      script: `${ORDERS} INSERT INTO orders VALUES (1, 'early', 2.00, 1);
        CREATE STREAM s AS SELECT id, item FROM orders; INSERT INTO orders VALUES (2, 'late', 2.00, 1);`,
    })
    expect(lines).toEqual(['S 1 {"ITEM":"early"}', 'S 2 {"ITEM":"late"}'])
  })

  test('uses variables that a statement before has defined', async () => {
    const { lines } = await results({
      script: `DEFINE sink = 'out'; ${ORDERS} CREATE STREAM s WITH (KAFKA_TOPIC='\${sink}') AS SELECT id, n FROM orders;`,
      records: '{"key": 1, "value": {"n": 2}}',
    })
    expect(lines).toEqual(['out 1 {"N":2}'])
  })

  test('offers the nearest topic for one that is not there', async () => {
    const script = `${ORDERS} CREATE STREAM s WITH (KAFKA_TOPIC='shouts') AS SELECT id FROM orders;`
    await expect(results({ script, topic: 'shots' })).rejects.toThrow(
      /Topic 'shots' does not exist\. Did you mean shouts\?/,
    )
    await expect(results({ script, records: '{"topic": "order", "value": {}}' })).rejects.toThrow(
      /records\.json:1: Topic 'order' does not exist\. Did you mean orders\?/,
    )
    const two = `${ORDERS} CREATE STREAM b (v INT) WITH (KAFKA_TOPIC='b', VALUE_FORMAT='JSON', PARTITIONS=1);`
    await expect(results({ script: two, records: '{"value": {}}' })).rejects.toThrow(
      /names no topic.*topics here: orders, b/,
    )
  })

  test('says of a broken statement where it is broken', async () => {
    await expect(results({ script: `${ORDERS}\n\nCREATE TABEL x;` })).rejects.toThrow(
      /script\.sql:4:8: [\s\S]*4 \| CREATE TABEL x;\n.*\^/,
    )
    await expect(results({ script: `${ORDERS}\n  SELECT itm FROM orders EMIT CHANGES;` })).rejects.toThrow(
      /script\.sql:3:10: [\s\S]*Did you mean ITEM\?/,
    )
  })
})

const HEADER = '        Date        , GPU Temperature [°C] , Rear Fan [RPM] ,\r\n'
const LOG = `${HEADER}2024-01-01 00:00:00 , 70 , 900 ,\r\n2024-01-01 00:00:01 , 90 , - ,\r\n`

describe('sql on a log', () => {
  test('finds the readings in GPU_READINGS, unknown sensors too', async () => {
    const { lines } = await results({
      script: `CREATE STREAM hot AS SELECT device, ts, gpu_temperature AS t, \`row\` AS n FROM gpu_readings WHERE gpu_temperature > 80;
        SELECT device, other['Rear Fan [RPM]'] AS fan FROM gpu_readings EMIT CHANGES;`,
      log: LOG,
    })
    expect(lines.map((line) => line.replace(/.*script/, 'script')).sort()).toEqual([
      'HOT "card" {"TS":1704067201000,"T":90.0,"N":1}',
      'script.sql:2 "card" {"FAN":900.0}',
      'script.sql:2 "card" {"FAN":null}',
    ])
  })

  test('takes the stream as a script declares it', async () => {
    const script = `CREATE STREAM gpu_readings (device VARCHAR KEY, gpu_temperature INT)
        WITH (KAFKA_TOPIC='mine', VALUE_FORMAT='JSON', PARTITIONS=1);
      CREATE STREAM s AS SELECT device, gpu_temperature + 1 AS t FROM gpu_readings;`
    expect((await results({ script, log: LOG, device: 'rig' })).lines).toEqual(['S "rig" {"T":71}', 'S "rig" {"T":91}'])
    const text = script.replace('gpu_temperature INT', 'gpu_temperature VARCHAR').replace('+ 1', "+ 'x'")
    await expect(results({ script: text, log: LOG })).rejects.toThrow(
      /declares GPU_TEMPERATURE as STRING; readings .* DOUBLE/,
    )
  })

  test('prints one topic in full when asked, the readings themselves too', async () => {
    const script = 'CREATE STREAM s AS SELECT device, gpu_temperature AS t FROM gpu_readings;'
    const { out } = await results({ script, log: LOG, topic: 'gpu.readings' })
    expect(out.map(({ value }) => JSON.parse(value ?? ''))).toMatchObject([
      { GPU_TEMPERATURE: 70, row: 0, OTHER: { 'Rear Fan [RPM]': 900 }, GPU_LOAD: null },
      { GPU_TEMPERATURE: 90, row: 1 },
    ])
  })
})
