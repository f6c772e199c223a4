import type { SqlType } from '../types/sql-type.ts'
import {
  BIGINT,
  BOOLEAN,
  BYTES,
  DATE,
  DOUBLE,
  decimalType,
  INTEGER,
  STRING,
  TIME,
  TIMESTAMP,
} from '../types/sql-type.ts'
import type { TypeName } from './ast.ts'
import type { Cursor } from './cursor.ts'

/** https://docs.ksqldb.io/en/latest/reference/sql/data-types/ */
const BUILT_IN: ReadonlyMap<string, SqlType> = new Map<string, SqlType>([
  ['BOOLEAN', BOOLEAN],
  ['INT', INTEGER],
  ['INTEGER', INTEGER],
  ['BIGINT', BIGINT],
  ['DOUBLE', DOUBLE],
  ['VARCHAR', STRING],
  ['STRING', STRING],
  ['BYTES', BYTES],
  ['DATE', DATE],
  ['TIME', TIME],
  ['TIMESTAMP', TIMESTAMP],
])

/** The names of types that need no CREATE TYPE. */
export const TYPE_NAMES: readonly string[] = [...BUILT_IN.keys(), 'DECIMAL', 'ARRAY', 'MAP', 'STRUCT']

export function parseType(cursor: Cursor): TypeName {
  return cursor.nested(() => parseTypeName(cursor))
}

function parseTypeName(cursor: Cursor): TypeName {
  const { at } = cursor
  if (isGeneric(cursor, 'ARRAY')) {
    open(cursor)
    const element = parseType(cursor)
    cursor.expectSymbol('>')
    return { kind: 'array', element, at }
  }
  if (isGeneric(cursor, 'MAP')) {
    open(cursor)
    const key = parseType(cursor)
    cursor.expectSymbol(',')
    const value = parseType(cursor)
    cursor.expectSymbol('>')
    return { kind: 'map', key, value, at }
  }
  if (cursor.isWord('STRUCT') && cursor.isSymbol('<>', 1)) {
    open(cursor)
    return { kind: 'struct', fields: [], at }
  }
  if (isGeneric(cursor, 'STRUCT')) {
    open(cursor)
    if (cursor.acceptSymbol('>')) return { kind: 'struct', fields: [], at }
    const fields = cursor.list(() => ({ name: cursor.identifier(), type: parseType(cursor) }))
    cursor.expectSymbol('>')
    return { kind: 'struct', fields, at }
  }
  return parseNamedType(cursor)
}

function isGeneric(cursor: Cursor, word: string): boolean {
  return cursor.isWord(word) && cursor.isSymbol('<', 1)
}

function open(cursor: Cursor): void {
  cursor.next()
  cursor.next()
}

function parseNamedType(cursor: Cursor): TypeName {
  const { at } = cursor
  const name = cursor.identifier()
  const params = parseTypeParameters(cursor)
  if (name === 'DECIMAL') {
    const [precision, scale] = params
    if (params.length !== 2 || typeof precision !== 'number' || typeof scale !== 'number') {
      throw cursor.error(
        'DECIMAL needs a precision and a scale',
        'Write DECIMAL(precision, scale), as in DECIMAL(10, 2)',
        at,
      )
    }
    if (precision < 1 || scale > precision) {
      throw cursor.error(
        `DECIMAL precision must be >= 1 and scale <= precision: DECIMAL(${precision}, ${scale})`,
        'Write DECIMAL(precision, scale), as in DECIMAL(10, 2)',
        at,
      )
    }
    return { kind: 'type', type: decimalType(precision, scale), at }
  }
  // VARCHAR(STRING) is what older ksqlDB versions print for a string column.
  if (params.length > 0 && !(name === 'VARCHAR' && params.length === 1 && params[0] === 'STRING')) {
    throw cursor.error(`Type ${name} takes no parameters`, `Write ${name}`, at)
  }
  const builtIn = BUILT_IN.get(name)
  return builtIn === undefined ? { kind: 'named', name, at } : { kind: 'type', type: builtIn, at }
}

function parseTypeParameters(cursor: Cursor): (number | 'STRING')[] {
  if (!cursor.acceptSymbol('(')) return []
  const params = cursor.list((): number | 'STRING' => {
    if (cursor.acceptWords('STRING')) return 'STRING'
    if (cursor.peek().kind === 'integer') return cursor.integer()
    throw cursor.error(
      "Expecting {'STRING', INTEGER_VALUE}",
      'Give whole numbers, as in DECIMAL(10, 2), or leave the brackets out',
    )
  })
  cursor.expectSymbol(')')
  return params
}
