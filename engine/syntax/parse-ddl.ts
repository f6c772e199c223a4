import { KsqlError, semanticError } from '../errors.ts'
import type { AlterSource, ColumnDefinition, CreateSource, DropSource, Properties, Statement } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { parseBracketedColumns, parseColumn, parseProperties } from './parse-columns.ts'
import { parseExpression } from './parse-expression.ts'
import { parseQuery } from './parse-query.ts'
import { parseAlterSystem } from './parse-session.ts'
import { parseType } from './parse-type.ts'

type SourceKind = 'STREAM' | 'TABLE'

/** CREATE [OR REPLACE] [SOURCE] STREAM | TABLE …, CREATE TYPE … */
export function parseCreate(cursor: Cursor): Statement {
  const { at } = cursor
  cursor.expectWord('CREATE')
  if (cursor.acceptWords('TYPE')) {
    const ifNotExists = cursor.acceptWords('IF', 'NOT', 'EXISTS')
    const name = cursor.identifier()
    cursor.expectWord('AS')
    const type = parseType(cursor)
    return { kind: 'create-type', name, type, ifNotExists, text: cursor.textFrom(at), at }
  }
  const orReplace = cursor.acceptWords('OR', 'REPLACE')
  if (cursor.acceptWords('SINK', 'CONNECTOR') || cursor.acceptWords('SOURCE', 'CONNECTOR')) throw noConnectors(cursor)
  const readOnly = cursor.acceptWords('SOURCE')
  const source = sourceKind(cursor, orReplace || readOnly ? [] : ['TYPE', 'OR', 'SOURCE'])
  const ifNotExists = cursor.acceptWords('IF', 'NOT', 'EXISTS')
  const name = cursor.identifier()
  const head = { source, name, orReplace, ifNotExists, at }
  const hasColumns = cursor.isSymbol('(')
  const columns = hasColumns ? parseBracketedColumns(cursor) : []
  const properties = parseProperties(cursor)
  if (!hasColumns && !readOnly && cursor.acceptWords('AS')) {
    const query = parseQuery(cursor)
    return { kind: 'create-as-select', ...head, properties, query, text: cursor.textFrom(at) }
  }
  if (!cursor.atEnd()) {
    throw cursor.unexpected(
      properties.size > 0 ? [';', ...(hasColumns || readOnly ? [] : ['AS'])] : ['WITH', 'AS', ';'],
    )
  }
  const create: CreateSource = {
    kind: 'create-source',
    ...head,
    readOnly,
    columns,
    properties,
    text: cursor.textFrom(at),
  }
  checkKeys(create)
  checkSessionSize(create)
  return create
}

function sourceKind(cursor: Cursor, others: readonly string[]): SourceKind {
  const token = cursor.peek()
  if (token.value === 'CONNECTOR' && token.kind === 'word') throw noConnectors(cursor)
  if (!cursor.isWord('STREAM') && !cursor.isWord('TABLE')) throw cursor.unexpected(['STREAM', 'TABLE', ...others])
  return cursor.next().value === 'STREAM' ? 'STREAM' : 'TABLE'
}

/** Connectors run in Kafka Connect, which an engine inside one process has not. */
function noConnectors(cursor: Cursor): KsqlError {
  return new KsqlError('semantic', 'Connectors are not supported by the embedded engine', {
    position: cursor.source.at,
    statement: cursor.source.text,
    fix: 'Run this statement on a ksqlDB server with Kafka Connect',
  })
}

function checkKeys(create: CreateSource): void {
  for (const column of create.columns) {
    if (create.source === 'TABLE' && column.role === 'key')
      throw wrongKey(create, column, 'KEY', 'PRIMARY KEY', 'tables')
    if (create.source === 'STREAM' && column.role === 'primary-key') {
      throw wrongKey(create, column, 'PRIMARY KEY', 'KEY', 'streams')
    }
  }
}

function wrongKey(
  create: CreateSource,
  column: ColumnDefinition,
  got: string,
  wanted: string,
  sources: string,
): KsqlError {
  const { line, column: col } = column.at
  return new KsqlError(
    'syntax',
    `Line: ${line}, Col: ${col}: Column \`${column.name}\` is a '${got}' column: please use '${wanted}' for ${sources}.`,
    { position: column.at, statement: create.text, fix: `Write ${wanted} instead of ${got}` },
  )
}

function checkSessionSize({ properties, text }: CreateSource): void {
  const type = properties.get('WINDOW_TYPE')?.value
  const size = properties.get('WINDOW_SIZE')
  if (size !== undefined && type?.kind === 'string' && type.value.toUpperCase() === 'SESSION') {
    throw new KsqlError('syntax', "'WINDOW_SIZE' should not be set for SESSION windows.", {
      position: size.at,
      statement: text,
      fix: 'Remove WINDOW_SIZE: a session has no fixed size',
    })
  }
}

/** INSERT INTO target [WITH (…)] SELECT …, INSERT INTO target [(columns)] VALUES (…) */
export function parseInsert(cursor: Cursor): Statement {
  const { at } = cursor
  cursor.expectWord('INSERT')
  cursor.expectWord('INTO')
  const target = cursor.identifier()
  if (cursor.isWord('WITH') || cursor.isWord('SELECT')) {
    const properties: Properties = parseProperties(cursor)
    const query = parseQuery(cursor)
    return { kind: 'insert-select', target, properties, query, text: cursor.textFrom(at), at }
  }
  let columns: string[] = []
  if (cursor.acceptSymbol('(')) {
    columns = cursor.list(() => cursor.identifier())
    cursor.expectSymbol(')')
  }
  cursor.expectWord('VALUES', ...(columns.length > 0 ? [] : ['SELECT', 'WITH']))
  cursor.expectSymbol('(')
  const values = cursor.list(() => parseExpression(cursor))
  cursor.expectSymbol(')')
  return { kind: 'insert-values', target, columns, values, text: cursor.textFrom(at), at }
}

/** DROP STREAM | TABLE [IF EXISTS] name [DELETE TOPIC], DROP TYPE [IF EXISTS] name */
export function parseDrop(cursor: Cursor): Statement {
  const { at } = cursor
  cursor.expectWord('DROP')
  if (cursor.acceptWords('TYPE')) {
    const ifExists = cursor.acceptWords('IF', 'EXISTS')
    return { kind: 'drop-type', name: cursor.identifier(), ifExists, text: cursor.textFrom(at), at }
  }
  const source = sourceKind(cursor, ['TYPE'])
  const ifExists = cursor.acceptWords('IF', 'EXISTS')
  const name = cursor.identifier()
  const deleteTopic = cursor.acceptWords('DELETE', 'TOPIC')
  const drop: DropSource = { kind: 'drop-source', source, name, ifExists, deleteTopic, text: cursor.textFrom(at), at }
  return drop
}

/** ALTER STREAM | TABLE name ADD [COLUMN] column type, …; ALTER SYSTEM 'name' = 'value' */
export function parseAlter(cursor: Cursor): Statement {
  const { at } = cursor
  cursor.expectWord('ALTER')
  if (cursor.acceptWords('SYSTEM')) return parseAlterSystem(cursor, at)
  const source = sourceKind(cursor, ['SYSTEM'])
  const name = cursor.identifier()
  const columns = cursor.list(() => {
    cursor.expectWord('ADD')
    if (cursor.isWord('COLUMN') && cursor.isIdentifier(1) && cursor.isIdentifier(2)) cursor.acceptWords('COLUMN')
    return addedColumn(cursor)
  })
  const alter: AlterSource = { kind: 'alter-source', source, name, columns, text: cursor.textFrom(at), at }
  return alter
}

function addedColumn(cursor: Cursor): ColumnDefinition {
  const column = parseColumn(cursor)
  if (column.role === 'value') return column
  throw semanticError(`Cannot add key or header column ${column.name}`, column.at, 'Only value columns can be added')
}
