import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseJson, printJson } from '../../../../engine/functions/scalar/json-node.ts'
import { Decimal } from '../../../../engine/types/decimal.ts'
import {
  arrayType,
  DATE,
  DOUBLE,
  INTEGER,
  mapType,
  STRING,
  structType,
  TIME,
  TIMESTAMP,
} from '../../../../engine/types/sql-type.ts'
import { bytes, call, typedArgument } from '../call.ts'

describe('JSON texts', () => {
  it('are read and printed as JSON.parse and JSON.stringify do, for any value without floating numbers', () => {
    const value = fc.jsonValue({ depthSize: 'medium', noUnicodeString: false }).map((json) => {
      return JSON.parse(
        JSON.stringify(json, (key, v) =>
          key === '__proto__' || (typeof v === 'number' && !Number.isSafeInteger(v)) ? 0 : v,
        ),
      )
    })
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 2 }), (json, indent) => {
        // objects with numbers as names are reordered by JavaScript, not by us
        expect(JSON.parse(printJson(parseJson(JSON.stringify(json, null, indent))))).toEqual(json)
      }),
    )
  })

  it('keep the digits of numbers', () => {
    expect(printJson(parseJson('[1.50, 12345678901234567890, -0, 1e3, 1E-2]'))).toBe(
      '[1.50,12345678901234567890,-0,1E+3,0.01]',
    )
  })

  it.each([
    '',
    ' ',
    'abc',
    '{',
    '{"a"}',
    '[1,]',
    '[1 2]',
    '"a',
    '01',
    '1.',
    '+1',
    '.5',
    'nul',
    'nulls',
    '"\n"',
    "{'a':1}",
  ])('refuse %j', (text) => {
    expect(() => parseJson(text)).toThrow(/Invalid JSON|JSON/)
    expect(call('IS_JSON_STRING', text)).toBe(false)
  })

  it('end with the first value', () => {
    expect(call('IS_JSON_STRING', '{"a":1}}')).toBe(true)
    expect(call('EXTRACTJSONFIELD', '{"a":1} trailing', '$.a')).toBe('1')
  })

  it('of NULL are none', () => {
    expect(call('IS_JSON_STRING', null)).toBe(false)
    expect(call('IS_JSON_STRING', 'null')).toBe(true)
  })
})

describe('EXTRACTJSONFIELD', () => {
  const json = '{"gpu": {"name": "RTX \\"3080\\"", "temps": [55, 60.50, {"hot spot": null}]}, "@id": true, "a.b": 7}'

  it.each([
    ['$.gpu.name', 'RTX "3080"'],
    ['$.gpu.temps[1]', '60.50'],
    ['$.gpu.temps', '[55,60.50,{"hot spot":null}]'],
    ['$["gpu"]["temps"][0]', '55'],
    ["$['a.b']", '7'],
    ['$.@id', 'true'],
    ['$.gpu.temps[2]["hot spot"]', null],
    ['$.gpu.temps[9]', null],
    ['$.gpu.temps[-1]', null],
    ['$.gpu.name.first', null],
    ['$.gpu[0]', null],
    ['$.nothing', null],
  ])('%s', (path, expected) => {
    expect(call('EXTRACTJSONFIELD', json, path)).toBe(expected)
  })

  it('gives the whole text for $', () => {
    expect(call('EXTRACTJSONFIELD', '[1, 2]', '$')).toBe('[1,2]')
  })

  it('is NULL for a path to many values and for a text that is no JSON', () => {
    expect(call('EXTRACTJSONFIELD', json, '$.gpu.*')).toBeNull()
    expect(call('EXTRACTJSONFIELD', json, '$..name')).toBeNull()
    expect(call('EXTRACTJSONFIELD', json, 'gpu')).toBeNull()
    expect(call('EXTRACTJSONFIELD', 'GPU', '$')).toBeNull()
  })
})

describe('JSON arrays', () => {
  it('contain values of their own type', () => {
    const json = '["1", 2, 3.50, null, true, [4]]'
    expect(call('JSON_ARRAY_CONTAINS', json, '1')).toBe(true)
    expect(call('JSON_ARRAY_CONTAINS', json, 1)).toBe(false)
    expect(call('JSON_ARRAY_CONTAINS', json, 2)).toBe(true)
    expect(call('JSON_ARRAY_CONTAINS', json, 2n)).toBe(true)
    expect(call('JSON_ARRAY_CONTAINS', json, 3.5)).toBe(true)
    expect(call('JSON_ARRAY_CONTAINS', json, Decimal.parse('3.5'))).toBe(true)
    expect(call('JSON_ARRAY_CONTAINS', json, 4)).toBe(false)
    expect(call('JSON_ARRAY_CONTAINS', json, true)).toBe(true)
    expect(call('JSON_ARRAY_CONTAINS', json, null)).toBe(true)
  })

  it('are needed to contain anything', () => {
    expect(call('JSON_ARRAY_CONTAINS', '{"a":1}', 1)).toBe(false)
    expect(call('JSON_ARRAY_CONTAINS', null, 1)).toBe(false)
  })

  it('have a length and items', () => {
    expect(call('JSON_ARRAY_LENGTH', '[1, [2, 3]]')).toBe(2)
    expect(call('JSON_ARRAY_LENGTH', '{}')).toBeNull()
    expect(call('JSON_ITEMS', '[{"a": 1}, [2, 3]]')).toEqual(['{"a":1}', '[2,3]'])
    expect(call('JSON_ITEMS', '7')).toBeNull()
  })
})

describe('JSON objects', () => {
  it('have keys and records', () => {
    const json = '{"b": "x", "a": {"c": 1}, "n": null}'
    expect(call('JSON_KEYS', json)).toEqual(['b', 'a', 'n'])
    expect(call('JSON_RECORDS', json)).toEqual(
      new Map([
        ['b', 'x'],
        ['a', '{"c":1}'],
        ['n', null],
      ]),
    )
    for (const name of ['JSON_KEYS', 'JSON_RECORDS']) {
      for (const other of ['[]', '1', 'abc', '']) expect(call(name, other)).toBeNull()
    }
  })
})

describe('JSON_CONCAT', () => {
  it('merges objects, the last one winning', () => {
    expect(call('JSON_CONCAT', '{"a": 1, "b": 2}', '{"a": {"c": 3}}')).toBe('{"a":{"c":3},"b":2}')
  })

  it('makes one array of all else', () => {
    expect(call('JSON_CONCAT', '[1, [2]]', '{"a": 3}', 'null')).toBe('[1,[2],{"a":3},null]')
  })

  it('is NULL when one of them is NULL or no JSON', () => {
    expect(call('JSON_CONCAT', '[1]', null)).toBeNull()
    expect(call('JSON_CONCAT', '[1]', '')).toBeNull()
  })
})

describe('TO_JSON_STRING', () => {
  it.each([
    [null, 'null'],
    [42, '42'],
    [9007199254740993n, '9007199254740993'],
    [typedArgument(DOUBLE, 100), '100.0'],
    [typedArgument(DOUBLE, 1e-7), '1.0E-7'],
    [typedArgument(DOUBLE, Number.NaN), '"NaN"'],
    [Decimal.parse('1.50'), '1.50'],
    [true, 'true'],
    ['say "GPU"', '"say \\"GPU\\""'],
    [bytes(71, 80), '"R1A="'],
    [typedArgument(DATE, 19000), '"2022-01-08"'],
    [typedArgument(TIME, 45_000_000), '"12:30"'],
    [typedArgument(TIME, 45_001_000), '"12:30:01"'],
    [typedArgument(TIMESTAMP, 1_641_600_000_250), '"2022-01-08T00:00:00.250"'],
    [typedArgument(TIMESTAMP, 1_641_600_000_000), '"2022-01-08T00:00"'],
    [typedArgument(arrayType(INTEGER), [1, null]), '[1,null]'],
    [typedArgument(mapType(STRING, DOUBLE), new Map([['a', 1]])), '{"a":1.0}'],
    [
      typedArgument(
        structType([
          { name: 'ID', type: INTEGER },
          { name: 'TAGS', type: arrayType(STRING) },
        ]),
        [1, ['x']],
      ),
      '{"ID":1,"TAGS":["x"]}',
    ],
  ])('%#: gives the JSON of a value', (value, json) => {
    expect(call('TO_JSON_STRING', value)).toBe(json)
  })
})
