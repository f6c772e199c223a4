import type { Position } from '../errors.ts'
import type { ColumnDefinition, Expression, Properties } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { parseLiteral } from './parse-literal.ts'
import { parseType } from './parse-type.ts'

/** (name type [KEY | PRIMARY KEY | HEADERS | HEADER('key')], …) */
export function parseBracketedColumns(cursor: Cursor): ColumnDefinition[] {
  cursor.expectSymbol('(')
  if (cursor.acceptSymbol(')')) return []
  const columns = cursor.list(() => parseColumn(cursor))
  if (!cursor.acceptSymbol(')')) {
    throw cursor.error("Expecting {',', ')'}", "Separate columns with ',' and close the list with ')'")
  }
  return columns
}

export function parseColumn(cursor: Cursor): ColumnDefinition {
  const { at } = cursor
  const name = cursor.identifier()
  const type = parseType(cursor)
  if (cursor.acceptWords('PRIMARY', 'KEY')) return { name, type, role: 'primary-key', headerKey: null, at }
  if (cursor.acceptWords('KEY')) return { name, type, role: 'key', headerKey: null, at }
  if (cursor.acceptWords('HEADERS')) return { name, type, role: 'headers', headerKey: null, at }
  if (cursor.acceptWords('HEADER')) {
    cursor.expectSymbol('(')
    const headerKey = cursor.string()
    cursor.expectSymbol(')')
    return { name, type, role: 'headers', headerKey, at }
  }
  return { name, type, role: 'value', headerKey: null, at }
}

/** WITH (NAME = literal, …), or nothing. */
export function parseProperties(cursor: Cursor): Properties {
  const properties = new Map<string, { value: Expression; at: Position }>()
  if (!cursor.acceptWords('WITH')) return properties
  cursor.expectSymbol('(')
  if (cursor.acceptSymbol(')')) return properties
  cursor.list(() => {
    const { at } = cursor
    const name = (cursor.peek().kind === 'string' ? cursor.string() : cursor.identifier()).toUpperCase()
    if (properties.has(name)) throw cursor.error(`Property ${name} is given twice`, 'Keep one of the two', at)
    cursor.expectSymbol('=')
    properties.set(name, { value: parseLiteral(cursor), at })
  })
  cursor.expectSymbol(')')
  return properties
}
