import avsc from 'avsc'
import { describe, expect, test } from 'vitest'
import { AVRO } from '../../../engine/formats/avro.ts'
import { bigintToBytes, bytesToBigint } from '../../../engine/formats/avro-binary.ts'
import type { FormatColumn, FormatOptions } from '../../../engine/formats/format.ts'
import { MemorySchemaRegistry } from '../../../engine/formats/registry.ts'
import { Decimal } from '../../../engine/types/decimal.ts'
import {
  arrayType,
  BIGINT,
  BYTES,
  DATE,
  DOUBLE,
  decimalType,
  INTEGER,
  mapType,
  STRING,
  structType,
  TIME,
  TIMESTAMP,
} from '../../../engine/types/sql-type.ts'

const wire = (id: number, data: Uint8Array) => Buffer.concat([Buffer.from([0, 0, 0, 0, id]), data])

function options(registry: MemorySchemaRegistry, more: Partial<FormatOptions> = {}): FormatOptions {
  return { isKey: false, topic: 't', registry, ...more }
}

const reading: FormatColumn[] = [
  { name: 'DEVICE', type: STRING },
  { name: 'TEMPERATURE', type: DOUBLE },
  { name: 'COUNT', type: BIGINT },
]

describe('what other programs read', () => {
  test('an independent decoder reads what is written, by the schema that was registered', () => {
    const registry = new MemorySchemaRegistry()
    const bytes = AVRO.create(reading, options(registry)).serialize(['gpu "0"', 71.5, null])
    const schema = registry.latest('t-value')
    expect(schema?.id).toBe(1)
    const type = avsc.Type.forSchema(JSON.parse(schema?.schema ?? '') as avsc.Schema, { wrapUnions: false })
    expect(bytes?.subarray(0, 5)).toEqual(Uint8Array.of(0, 0, 0, 0, 1))
    const record: unknown = type.fromBuffer(Buffer.from(bytes?.subarray(5) ?? []))
    expect({ ...(record as object) }).toEqual({ DEVICE: 'gpu "0"', TEMPERATURE: 71.5, COUNT: null })
  })

  test('the registered schema has the names ksqlDB gives', () => {
    const columns = [
      { name: 'S', type: structType([{ name: 'F', type: INTEGER }]) },
      { name: 'M', type: mapType(STRING, DOUBLE) },
      { name: 'P', type: decimalType(4, 2) },
      { name: 'T', type: TIMESTAMP },
    ]
    const schema = JSON.parse(AVRO.schemaFor(columns, options(new MemorySchemaRegistry())) ?? '') as {
      name: string
      fields: { type: [string, { name: string; items: { name: string } }] }[]
    }
    expect(schema.name).toBe('KsqlDataSourceSchema')
    expect(schema.fields[0]?.type[1].name).toBe('KsqlDataSourceSchema_S')
    expect(schema.fields[1]?.type[1].items.name).toBe('KsqlDataSourceSchema_M')
    expect(schema.fields[2]?.type).toEqual(['null', { type: 'bytes', logicalType: 'decimal', precision: 4, scale: 2 }])
    expect(schema.fields[3]?.type).toEqual(['null', { type: 'long', logicalType: 'timestamp-millis' }])
    const renamed = AVRO.schemaFor(
      reading,
      options(new MemorySchemaRegistry(), { schemaFullName: 'com.example.Reading' }),
    )
    expect(renamed).toContain('"name":"Reading","namespace":"com.example"')
  })
})

describe('what other programs wrote', () => {
  const writer = {
    type: 'record',
    name: 'Reading',
    namespace: 'com.acme',
    fields: [
      { name: 'extra', type: 'int' },
      { name: 'temperature', type: 'float' },
      { name: 'device', type: { type: 'enum', name: 'Device', symbols: ['A', 'B'] } },
      { name: 'tags', type: { type: 'map', values: 'long' } },
    ],
  } as const

  test('fields match by name in any case, in any order, and are coerced', () => {
    const registry = new MemorySchemaRegistry()
    registry.register('t-value', JSON.stringify(writer), 'AVRO', 9)
    const data = avsc.Type.forSchema(writer as unknown as avsc.Schema).toBuffer({
      extra: 5,
      temperature: 0.5,
      device: 'B',
      tags: { a: 7 },
    })
    const columns = [...reading, { name: 'EXTRA', type: STRING }, { name: 'TAGS', type: mapType(STRING, STRING) }]
    const row = AVRO.create(columns, options(registry)).deserialize(wire(9, data))
    expect(row).toEqual(['B', 0.5, null, '5', new Map([['a', '7']])])
  })

  test('every record is read by its own schema', () => {
    const registry = new MemorySchemaRegistry()
    const old = [{ name: 'DEVICE', type: STRING }]
    const first = AVRO.create(old, options(registry)).serialize(['a'])
    const second = AVRO.create(reading, options(registry)).serialize(['b', 1, 2n])
    const serde = AVRO.create(reading, options(registry))
    expect([first, second].map((bytes) => serde.deserialize(bytes ?? new Uint8Array()))).toEqual([
      ['a', null, null],
      ['b', 1, 2n],
    ])
  })

  test('columns are inferred, upper case unless the schema is named by its id', () => {
    const schema = JSON.stringify({
      type: 'record',
      name: 'r',
      fields: [
        { name: 'id', type: 'int' },
        { name: 'when', type: ['null', { type: 'long', logicalType: 'timestamp-millis' }] },
        { name: 'micros', type: { type: 'long', logicalType: 'timestamp-micros' } },
        { name: 'day', type: { type: 'int', logicalType: 'date' } },
        { name: 'clock', type: { type: 'int', logicalType: 'time-millis' } },
        { name: 'price', type: { type: 'bytes', logicalType: 'decimal', scale: 2 } },
        { name: 'md5', type: { type: 'fixed', name: 'md5', size: 16 } },
        { name: 'either', type: ['null', 'int', 'string'] },
        { name: 'nested', type: { type: 'record', name: 'n', fields: [{ name: 'f1', type: 'float' }] } },
        { name: 'list', type: { type: 'array', items: ['null', 'boolean'] } },
        { name: 'self', type: ['null', 'r'] },
        { name: 'nothing', type: 'null' },
      ],
    })
    expect(AVRO.columnsOf(schema, 'ROWVAL', false)).toEqual([
      { name: 'ID', type: INTEGER },
      { name: 'WHEN', type: TIMESTAMP },
      { name: 'MICROS', type: BIGINT },
      { name: 'DAY', type: DATE },
      { name: 'CLOCK', type: TIME },
      { name: 'PRICE', type: decimalType(64, 2) },
      { name: 'MD5', type: BYTES },
      {
        name: 'EITHER',
        type: structType([
          { name: 'INT', type: INTEGER },
          { name: 'STRING', type: STRING },
        ]),
      },
      { name: 'NESTED', type: structType([{ name: 'F1', type: DOUBLE }]) },
      { name: 'LIST', type: arrayType({ base: 'BOOLEAN' }) },
    ])
    expect(AVRO.columnsOf(schema, 'ROWVAL', false, true)[0]).toEqual({ name: 'id', type: INTEGER })
    expect(AVRO.columnsOf('{"type":"int"}', 'ROWKEY', true)).toEqual([{ name: 'ROWKEY', type: INTEGER }])
    expect(AVRO.columnsOf('"string"', 'ROWVAL', false)).toEqual([{ name: 'ROWVAL', type: STRING }])
  })

  test('a record that holds itself is read over', () => {
    const schema = {
      type: 'record',
      name: 'node',
      fields: [
        { name: 'next', type: ['null', 'node'] },
        { name: 'v', type: 'int' },
      ],
    }
    const registry = new MemorySchemaRegistry()
    registry.register('t-value', JSON.stringify(schema), 'AVRO', 1)
    const data = avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: false }).toBuffer({
      v: 1,
      next: { v: 2, next: null },
    })
    const columns = AVRO.columnsOf(JSON.stringify(schema), 'ROWVAL', false)
    expect(AVRO.create(columns, options(registry)).deserialize(wire(1, data))).toEqual([1])
  })
})

test('writing by a given schema keeps its names and its not-null fields', () => {
  const registry = new MemorySchemaRegistry()
  const schema = {
    type: 'record',
    name: 'blah',
    fields: [
      { name: 'c1', type: 'int' },
      { name: 'c2', type: ['null', 'int'], default: null },
    ],
  }
  registry.register('OUT-value', JSON.stringify(schema), 'AVRO', 4)
  const serde = AVRO.create([{ name: 'c1', type: INTEGER }], options(registry, { schemaId: 4 }))
  const type = avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: false })
  expect({ ...(type.fromBuffer(Buffer.from(serde.serialize([3])?.subarray(5) ?? [])) as object) }).toEqual({
    c1: 3,
    c2: null,
  })
  expect(() => serde.serialize([null])).toThrow("'c1' is null")
})

test('names Avro does not take are refused', () => {
  const registry = new MemorySchemaRegistry()
  expect(() => AVRO.create([{ name: '1st', type: INTEGER }], options(registry))).toThrow(
    'Schema is not compatible with Avro: Illegal initial character: 1st',
  )
  expect(() => AVRO.create([{ name: 'M', type: mapType(INTEGER, INTEGER) }], options(registry))).toThrow(
    'Avro only supports MAPs with STRING keys',
  )
  expect(() => AVRO.create(reading, options(registry, { schemaFullName: ' ' }))).toThrow(
    'fullSchemaName cannot be empty',
  )
})

test('broken bytes say what is wrong', () => {
  const registry = new MemorySchemaRegistry()
  const serde = AVRO.create(reading, options(registry))
  const good = serde.serialize(['a', 1, 2n]) ?? new Uint8Array()
  expect(() => serde.deserialize(Buffer.from('{"DEVICE":"a"}'))).toThrow('magic byte')
  expect(() => serde.deserialize(wire(99, Buffer.alloc(3)))).toThrow('no schema 99')
  expect(() => serde.deserialize(good.slice(0, good.length - 1))).toThrow(RangeError)
})

test('decimals as two’s complement', () => {
  for (const value of [0n, 1n, -1n, 127n, 128n, -128n, -129n, 10n ** 30n, -(10n ** 30n)]) {
    expect(bytesToBigint(bigintToBytes(value))).toBe(value)
  }
  expect(bigintToBytes(-1n)).toEqual(Uint8Array.of(255))
  expect(bigintToBytes(128n)).toEqual(Uint8Array.of(0, 128))
  expect(Decimal.parse('1').unscaled).toBe(1n)
})
