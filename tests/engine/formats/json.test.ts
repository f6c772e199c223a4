import { describe, expect, test } from 'vitest'
import type { FormatColumn } from '../../../engine/formats/format.ts'
import { JSON_FORMAT } from '../../../engine/formats/json.ts'
import { MemorySchemaRegistry } from '../../../engine/formats/registry.ts'
import { Decimal } from '../../../engine/types/decimal.ts'
import {
  arrayType,
  BIGINT,
  BOOLEAN,
  BYTES,
  DOUBLE,
  decimalType,
  INTEGER,
  mapType,
  type SqlType,
  STRING,
  structType,
  TIMESTAMP,
} from '../../../engine/types/sql-type.ts'

const registry = new MemorySchemaRegistry()
const serde = (columns: FormatColumn[], wrapSingle?: boolean) =>
  JSON_FORMAT.create(columns, { isKey: false, topic: 't', registry, wrapSingle })
const read = (type: SqlType, json: string) => serde([{ name: 'V', type }]).deserialize(Buffer.from(`{"V":${json}}`))[0]
const written = (columns: FormatColumn[], values: Parameters<ReturnType<typeof serde>['serialize']>[0]) =>
  Buffer.from(serde(columns).serialize(values) ?? []).toString()

describe('reading', () => {
  test('numbers are exact beyond what a double holds', () => {
    expect(read(BIGINT, '9007199254740993')).toBe(9_007_199_254_740_993n)
    expect(read(decimalType(21, 19), '10.1234512345123451234')).toEqual(Decimal.parse('10.1234512345123451234'))
    expect(read(decimalType(6, 4), '10')).toEqual(Decimal.parse('10.0000'))
  })

  test('texts become numbers, everything becomes text', () => {
    expect(read(INTEGER, '"12"')).toBe(12)
    expect(read(DOUBLE, '"NaN"')).toBeNaN()
    expect(read(DOUBLE, '1e3')).toBe(1000)
    expect(read(TIMESTAMP, '"5"')).toBe(5)
    expect(read(STRING, '1.50')).toBe('1.50')
    expect(read(STRING, '{"a": [1, null, "x"], "b": true}')).toBe('{"a":[1,null,"x"],"b":true}')
    expect(read(arrayType(STRING), '[1, 2.0, null]')).toEqual(['1', '2.0', null])
  })

  test('a number with a fraction loses it in a whole column', () => {
    expect(read(INTEGER, '1.7')).toBe(1)
    expect(read(BIGINT, '12345678901234567.9')).toBe(12_345_678_901_234_567n)
  })

  test.each<[SqlType, string]>([
    [INTEGER, '"x"'],
    [BOOLEAN, '"true"'],
    [BYTES, '"###"'],
    [arrayType(INTEGER), '{}'],
    [mapType(STRING, INTEGER), '[]'],
    [structType([{ name: 'A', type: INTEGER }]), '1'],
    [decimalType(3, 1), '123.4'],
    [decimalType(3, 1), '1.25'],
    [TIMESTAMP, 'true'],
  ])('%o is not read from %s', (type, json) => {
    expect(() => read(type, json)).toThrow()
  })

  test('names match in any case, the equal one first; fields may be absent or unknown', () => {
    const columns = [
      { name: 'A', type: INTEGER },
      { name: 'a', type: INTEGER },
      { name: 'B', type: structType([{ name: 'F1', type: STRING }]) },
      { name: 'C', type: INTEGER },
    ]
    const row = serde(columns).deserialize(Buffer.from('{"x":0,"a":2,"A":1,"b":{"f1":"v","F2":2}}'))
    expect(row).toEqual([1, 2, ['v'], null])
  })

  test('a schema id in front is read over, as JSON_SR writes it', () => {
    const bytes = Buffer.concat([Buffer.from([0, 0, 0, 0, 7]), Buffer.from('{"V":1}')])
    expect(serde([{ name: 'V', type: INTEGER }]).deserialize(bytes)).toEqual([1])
  })
})

describe('writing', () => {
  test('all columns, doubles as Java prints them, decimals with their scale', () => {
    const columns = [
      { name: 'D', type: DOUBLE },
      { name: 'E', type: DOUBLE },
      { name: 'N', type: DOUBLE },
      { name: 'P', type: decimalType(6, 4) },
      { name: 'S', type: STRING },
      { name: 'L', type: BIGINT },
      { name: 'M', type: mapType(STRING, INTEGER) },
      { name: 'X', type: BYTES },
    ]
    const map = new Map([
      ['a', 1],
      [null, 2],
    ])
    expect(
      written(columns, [10, 1e10, Number.NaN, Decimal.parse('10.0000'), null, 2n ** 60n, map, Uint8Array.of(1)]),
    ).toBe(
      '{"D":10.0,"E":1.0E10,"N":"NaN","P":10.0000,"S":null,"L":1152921504606846976,"M":{"a":1,"null":2},"X":"AQ=="}',
    )
  })

  test('no columns are an empty object', () => {
    expect(written([], [])).toBe('{}')
  })
})

test('maps need text keys; a delimiter has no meaning', () => {
  expect(() => serde([{ name: 'FOO', type: mapType(INTEGER, DOUBLE) }])).toThrow(
    'Value format does not support schema.\nformat: JSON\nschema: Persistence{columns=[`FOO` MAP<INTEGER, DOUBLE>], features=[]}\nreason: JSON only supports MAP types with STRING keys',
  )
  expect(() => JSON_FORMAT.create([], { isKey: false, topic: 't', registry, delimiter: '|' })).toThrow(
    'JSON does not support the following configs: [delimiter]',
  )
})
