import { describe, expect, test } from 'vitest'
import { KsqlEngine, KsqlError, MemorySchemaRegistry } from '../../../engine/index.ts'
import { jsonRecord } from '../engine/harness.ts'

const RECORD = (fields: string) => `{"type": "record", "name": "Reading", "fields": [${fields}]}`
const FIELDS = '{"name": "gpuName", "type": "string"}, {"name": "load", "type": "int"}'

/** Ids: 1 a record, 2 a plain int, 3 the record with more fields that have defaults. */
function registry(): MemorySchemaRegistry {
  const known = new MemorySchemaRegistry()
  known.register('elsewhere-value', RECORD(FIELDS), 'AVRO', 1)
  known.register('elsewhere-key', '"int"', 'AVRO', 2)
  const more =
    '{"name": "note", "type": "string", "default": "none"}, {"name": "big", "type": "long", "default": 5}, {"name": "tags", "type": {"type": "array", "items": "string"}, "default": ["x"]}'
  known.register('elsewhere-value', RECORD(`${FIELDS}, ${more}`), 'AVRO', 3)
  return known
}

function engineOf(statements: string, schemas = registry()): KsqlEngine {
  const engine = new KsqlEngine({ registry: schemas, wiring: 'manual' })
  engine.execute(statements)
  return engine
}

const columns = (engine: KsqlEngine, name: string) => engine.source(name).columns.map((c) => `${c.name} ${c.type.base}`)

describe('CREATE with a schema id', () => {
  test('takes names and their case from the schema', () => {
    const engine = engineOf(
      `CREATE STREAM s WITH (KAFKA_TOPIC='s', PARTITIONS=1, FORMAT='AVRO', KEY_SCHEMA_ID=2, VALUE_SCHEMA_ID=1);`,
    )
    expect(columns(engine, 'S')).toEqual(['ROWKEY INTEGER', 'gpuName STRING', 'load INTEGER'])
  })

  test('may declare the other side', () => {
    const engine = engineOf(
      `CREATE TABLE t (id INT PRIMARY KEY) WITH (KAFKA_TOPIC='t', PARTITIONS=1, VALUE_FORMAT='AVRO', VALUE_SCHEMA_ID=2, WRAP_SINGLE_VALUE=false);`,
    )
    expect(columns(engine, 'T')).toEqual(['ID INTEGER', 'ROWVAL INTEGER'])
  })

  test.each([
    ["(v INT) WITH (VALUE_FORMAT='AVRO', VALUE_SCHEMA_ID=1,", 'Table elements and VALUE_SCHEMA_ID cannot both exist'],
    ["(k INT KEY) WITH (FORMAT='AVRO', KEY_SCHEMA_ID=2,", 'Table elements and KEY_SCHEMA_ID cannot both exist'],
    [
      "WITH (VALUE_FORMAT='JSON', VALUE_SCHEMA_ID=1,",
      'VALUE_FORMAT should support schema inference when VALUE_SCHEMA_ID is provided. Current format is JSON.',
    ],
    [
      "WITH (VALUE_FORMAT='AVRO', KEY_SCHEMA_ID=2,",
      'KEY_FORMAT should support schema inference when KEY_SCHEMA_ID is provided. Current format is KAFKA.',
    ],
    ["WITH (VALUE_FORMAT='AVRO', VALUE_SCHEMA_ID=9,", "Schema for message values on topic 'x' does not exist"],
    ["WITH (FORMAT='AVRO', KEY_SCHEMA_ID=9,", "Schema for message keys on topic 'x' does not exist"],
  ])('CREATE STREAM x %s …', (rest, message) => {
    expect(() => engineOf(`CREATE STREAM x ${rest} KAFKA_TOPIC='x', PARTITIONS=1);`)).toThrow(message)
  })
})

describe('CREATE … AS SELECT with a schema id', () => {
  const SOURCE = `CREATE STREAM s (id INT KEY, name VARCHAR, load INT) WITH (KAFKA_TOPIC='s', VALUE_FORMAT='JSON', PARTITIONS=1);`
  const select = (id: number, list: string, more = '') =>
    `CREATE STREAM r WITH (VALUE_FORMAT='AVRO', VALUE_SCHEMA_ID=${id}${more}) AS SELECT ${list} FROM s EMIT CHANGES;`

  test('writes with the very schema, defaults of further fields included', () => {
    const schemas = registry()
    const engine = engineOf(`${SOURCE} ${select(3, 'id, name AS `gpuName`, load AS `load`')}`, schemas)
    const [record] = engine.queries()[0]?.pipe('s', [jsonRecord(null, { name: 'a', load: 2 }, 1)]) ?? []
    const written = '0000000003' + '0261' + '04' + '086e6f6e65' + '0a' + '02027800'
    expect(Buffer.from(record?.value ?? []).toString('hex')).toBe(written)
    expect(schemas.latest('R-value')?.id).toBe(3)
  })

  test.each([
    [
      'id, load AS `load`, name AS `gpuName`',
      'The following value columns are changed, missing or reordered: [`load` INTEGER, `gpuName` STRING]. Schema from schema registry is [`gpuName` STRING, `load` INTEGER]',
    ],
    ['id, name AS `gpuName`, CAST(load AS BIGINT) AS `load`', 'missing or reordered: [`load` BIGINT]. Schema'],
    ['id, name, load', 'missing or reordered: [`NAME` STRING, `LOAD` INTEGER]. Schema'],
    ['id, name AS `gpuName`, load AS `load`, 1 AS `more`', 'missing or reordered: [`more` INTEGER]. Schema'],
  ])('SELECT %s has no place in it', (list, message) => {
    expect(() => engineOf(`${SOURCE} ${select(1, list)}`)).toThrow(message)
  })

  test('keys are checked as values are', () => {
    const keyed = (name: string) =>
      `${SOURCE} ${select(1, `id AS ${name}, name AS \`gpuName\`, load AS \`load\``, ", KEY_FORMAT='AVRO', KEY_SCHEMA_ID=2")}`
    expect(() => engineOf(keyed('id'))).toThrow(
      'The following key columns are changed, missing or reordered: [`ID` INTEGER KEY]. Schema from schema registry is [`ROWKEY` INTEGER KEY]',
    )
    expect(columns(engineOf(keyed('rowkey')), 'R')[0]).toBe('ROWKEY INTEGER')
  })

  test('a refusal is an error of the statement', () => {
    expect(() => engineOf(`${SOURCE} ${select(8, 'id, load')}`)).toThrow(KsqlError)
  })
})
