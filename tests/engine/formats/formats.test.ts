import { describe, expect, test } from 'vitest'
import { KsqlError } from '../../../engine/errors.ts'
import { parseCsv, printCsv } from '../../../engine/formats/csv.ts'
import { DELIMITED, parseDelimiter } from '../../../engine/formats/delimited.ts'
import { checkWrapSingleValue, formatByName } from '../../../engine/formats/index.ts'
import { MemorySchemaRegistry } from '../../../engine/formats/registry.ts'
import { arrayType, BOOLEAN, DOUBLE, decimalType, INTEGER, STRING } from '../../../engine/types/sql-type.ts'

const options = { isKey: true, topic: 't', registry: new MemorySchemaRegistry() }

describe('names', () => {
  test('are found in any case', () => {
    expect(formatByName('AvRo').name).toBe('AVRO')
  })

  test('that ksqlDB has not, and that the engine has not yet, are refused', () => {
    expect(() => formatByName('FOO')).toThrow('Unknown format: FOO')
    expect(() => formatByName('protobuf')).toThrow('Format PROTOBUF is not supported yet')
    expect(() => formatByName('JSON_SR')).toThrow(KsqlError)
  })
})

describe('refusals in ksqlDB’s words', () => {
  test.each([
    [
      'KAFKA',
      [{ name: 'K', type: decimalType(21, 19) }],
      "Key format does not support schema.\nformat: KAFKA\nschema: Persistence{columns=[`K` DECIMAL(21, 19) KEY], features=[]}\nreason: The 'KAFKA' format does not support type 'DECIMAL'",
    ],
    [
      'KAFKA',
      [
        { name: 'K1', type: INTEGER },
        { name: 'K2', type: INTEGER },
      ],
      "The 'KAFKA' format only supports a single field. Got: [`K1` INTEGER KEY, `K2` INTEGER KEY]",
    ],
    [
      'NONE',
      [{ name: 'K', type: STRING }],
      "The 'NONE' format can only be used when no columns are defined. Got: [`K` STRING KEY]",
    ],
    [
      'DELIMITED',
      [{ name: 'K', type: arrayType(DOUBLE) }],
      "Key format does not support schema.\nformat: DELIMITED\nschema: Persistence{columns=[`K` ARRAY<DOUBLE> KEY], features=[]}\nreason: The 'DELIMITED' format does not support type 'ARRAY', column: `K`",
    ],
    ['KAFKA', [{ name: 'K', type: BOOLEAN }], "The 'KAFKA' format does not support type 'BOOLEAN'"],
  ] as const)('%s', (format, columns, message) => {
    expect(() => formatByName(format).create(columns, options)).toThrow(message)
  })

  test('WRAP_SINGLE_VALUE', () => {
    expect(() => checkWrapSingleValue(formatByName('KAFKA'), 1, true)).toThrow(
      "Format 'KAFKA' does not support 'WRAP_SINGLE_VALUE' set to 'true'.",
    )
    expect(() => checkWrapSingleValue(formatByName('JSON'), 2, true)).toThrow(
      'only valid for single-field value schemas',
    )
    expect(() => checkWrapSingleValue(formatByName('KAFKA'), 1, false)).not.toThrow()
  })

  test('delimiters', () => {
    expect(parseDelimiter('TAB', 'VALUE_DELIMITER')).toBe('\t')
    expect(() => parseDelimiter('', 'VALUE_DELIMITER')).toThrow(
      "Failed to prepare statement: Configuration VALUE_DELIMITER is invalid: Delimiter cannot be empty, if you meant to have a tab or space for delimiter, please use the special values 'TAB' or 'SPACE'\nExample valid value: ';'",
    )
    expect(() => parseDelimiter('||', 'VALUE_DELIMITER')).toThrow('Invalid delimiter value')
  })
})

describe('CSV', () => {
  test('quotes only where Commons CSV does', () => {
    expect(printCsv('-1', ',', true)).toBe('"-1"')
    expect(printCsv('-1', ',', false)).toBe('-1')
    expect(printCsv('#', ',', false)).toBe('"#"')
    expect(printCsv('', ',', true)).toBe('""')
    expect(printCsv('', ',', false)).toBe('')
    expect(printCsv(null, ',', true)).toBe('')
    expect(printCsv('say "x"', ',', false)).toBe('"say ""x"""')
    expect(printCsv('a ', ',', false)).toBe('"a "')
  })

  test('reads quoted and empty fields', () => {
    expect(parseCsv('"a ""b"", c",,d', ',')).toEqual(['a "b", c', '', 'd'])
    expect(parseCsv('a\tb', '\t')).toEqual(['a', 'b'])
    expect(parseCsv('"x" ,y\nz', ',')).toEqual(['x', 'y'])
    expect(() => parseCsv('"open', ',')).toThrow('EOF')
    expect(() => parseCsv('"a"b', ',')).toThrow('invalid char')
  })

  test('a line with too many or too few fields is unreadable', () => {
    const serde = DELIMITED.create([{ name: 'A', type: INTEGER }], options)
    expect(() => serde.deserialize(Buffer.from('1,2'))).toThrow(
      'Unexpected field count, csvFields: 2 schemaFields: 1 line: 1,2',
    )
    expect(() => serde.deserialize(Buffer.from('x'))).toThrow("'x' is no INTEGER")
    expect(serde.deserialize(Buffer.from('"10"'))).toEqual([10])
  })
})

test('the registry gives one id to one schema and numbers versions by subject', () => {
  const registry = new MemorySchemaRegistry()
  expect(registry.register('a-value', '"int"', 'AVRO')).toBe(1)
  expect(registry.register('b-value', '"int"', 'AVRO')).toBe(1)
  expect(registry.register('a-value', '"long"', 'AVRO', 7)).toBe(7)
  expect(registry.register('a-value', '"string"', 'AVRO')).toBe(3)
  expect(registry.latest('a-value')).toMatchObject({ id: 3, version: 3 })
  expect(registry.byId(7)?.schema).toBe('"long"')
  expect(registry.subjects()).toEqual(['a-value', 'b-value'])
  expect(() => registry.register('c-value', '"bytes"', 'AVRO', 7)).toThrow('7')
})
