import { describe, expect, test } from 'vitest'
import { formatTypeName, parseColumns } from '../../../engine/syntax/index.ts'
import { withoutPositions } from './without-positions.ts'

function formatted(type: string): string {
  const [column] = parseColumns(`c ${type}`)
  if (column === undefined) throw new Error('no column')
  return formatTypeName(column.type)
}

describe('types', () => {
  test.each([
    ['int', 'INTEGER'],
    ['Integer', 'INTEGER'],
    ['VARCHAR', 'STRING'],
    ['VARCHAR(STRING)', 'STRING'],
    ['DECIMAL(21,19)', 'DECIMAL(21, 19)'],
    ['BYTES', 'BYTES'],
    ['DATE', 'DATE'],
    ['TIME', 'TIME'],
    ['TIMESTAMP', 'TIMESTAMP'],
    ['ARRAY<ARRAY<INT>>', 'ARRAY<ARRAY<INTEGER>>'],
    ['MAP<STRING, MAP<STRING,DOUBLE>>', 'MAP<STRING, MAP<STRING, DOUBLE>>'],
    ['STRUCT<a INT, `b` STRUCT<c BOOLEAN>>', 'STRUCT<`A` INTEGER, `b` STRUCT<`C` BOOLEAN>>'],
    ['STRUCT<>', 'STRUCT< >'],
    ['STRUCT< >', 'STRUCT< >'],
    ['address', 'ADDRESS'],
    ['ARRAY<`my type`>', 'ARRAY<`my type`>'],
  ])('%s', (written, expected) => {
    expect(formatted(written)).toBe(expected)
  })

  test.each([
    ['DECIMAL', 'DECIMAL needs a precision and a scale'],
    ['DECIMAL(5)', 'DECIMAL needs a precision and a scale'],
    ['DECIMAL(2, 3)', 'DECIMAL precision must be >= 1 and scale <= precision: DECIMAL(2, 3)'],
    ['INT(5)', 'Type INTEGER takes no parameters'],
    ['ARRAY<INT', "missing '>' at"],
    ['MAP<STRING>', "missing ',' at '>'"],
    ['NULL', 'Syntax Error'],
  ])('%s is refused', (written, message) => {
    expect(() => formatted(written)).toThrow(message.replace('INTEGER takes', 'INT takes'))
  })
})

describe('columns', () => {
  test('roles', () => {
    const columns = parseColumns(
      "ID STRING KEY, key INT PRIMARY KEY, h ARRAY<INT> HEADERS, x BYTES HEADER('k'), headers INT",
    )
    expect(columns.map(({ name, role, headerKey }) => [name, role, headerKey])).toEqual([
      ['ID', 'key', null],
      ['KEY', 'primary-key', null],
      ['H', 'headers', null],
      ['X', 'headers', 'k'],
      ['HEADERS', 'value', null],
    ])
  })

  test('a type of the user is kept by name', () => {
    expect(withoutPositions(parseColumns('a ADDRESS KEY'))).toEqual([
      { name: 'A', type: { kind: 'named', name: 'ADDRESS' }, role: 'key', headerKey: null },
    ])
  })
})
