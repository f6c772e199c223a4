import { semanticError } from '../errors.ts'
import type { Assert, Describe, Explain, Print, Show, Statement } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { parseProperties } from './parse-columns.ts'
import { parseDuration } from './time-unit.ts'

const LISTED = ['STREAMS', 'TABLES', 'TOPICS', 'QUERIES', 'FUNCTIONS', 'PROPERTIES', 'TYPES', 'VARIABLES'] as const
const EXTENDABLE: ReadonlySet<string> = new Set(['STREAMS', 'TABLES', 'TOPICS', 'QUERIES'])

/** SHOW | LIST [ALL] what [EXTENDED] */
export function parseShow(cursor: Cursor): Show {
  const { at } = cursor
  cursor.expectWord('SHOW', 'LIST')
  if (cursor.acceptWords('CONNECTOR', 'PLUGINS')) return show(cursor, at, 'PLUGINS', false, false)
  const connectors = [['CONNECTORS'], ['SOURCE', 'CONNECTORS'], ['SINK', 'CONNECTORS']]
  if (connectors.some((words) => cursor.acceptWords(...words))) return show(cursor, at, 'CONNECTORS', false, false)
  const all = cursor.acceptWords('ALL')
  const what = LISTED.find((word) => cursor.isWord(word))
  if (what === undefined || (all && what !== 'TOPICS'))
    throw cursor.unexpected(all ? ['TOPICS'] : [...LISTED, 'CONNECTORS'])
  cursor.next()
  const extended = EXTENDABLE.has(what) && cursor.acceptWords('EXTENDED')
  return show(cursor, at, what, all, extended)
}

function show(cursor: Cursor, at: Show['at'], what: Show['what'], all: boolean, extended: boolean): Show {
  return { kind: 'show', what, all, extended, text: cursor.textFrom(at), at }
}

/** DESCRIBE name [EXTENDED], DESCRIBE EXTENDED name, DESCRIBE FUNCTION | CONNECTOR name, DESCRIBE STREAMS | TABLES [EXTENDED] */
export function parseDescribe(cursor: Cursor): Describe {
  const { at } = cursor
  cursor.expectWord('DESCRIBE')
  const first = cursor.acceptWords('EXTENDED')
  let what: Describe['what'] = 'source'
  let name: string | null = null
  if (cursor.acceptWords('STREAMS')) what = 'streams'
  else if (cursor.acceptWords('TABLES')) what = 'tables'
  else {
    if (cursor.isWord('FUNCTION') && cursor.isIdentifier(1)) what = 'function'
    else if (cursor.isWord('CONNECTOR')) what = 'connector'
    if (what !== 'source') cursor.next()
    name = cursor.identifier()
  }
  const extended = first || cursor.acceptWords('EXTENDED')
  return { kind: 'describe', what, name, extended, text: cursor.textFrom(at), at }
}

/** EXPLAIN query-id, EXPLAIN statement */
export function parseExplain(cursor: Cursor, parseStatement: (cursor: Cursor) => Statement): Explain {
  const { at } = cursor
  cursor.expectWord('EXPLAIN')
  const isId = cursor.isIdentifier() && cursor.peek(1).kind === 'end'
  const query = isId ? cursor.identifier() : null
  const statement = isId ? null : parseStatement(cursor)
  return { kind: 'explain', query, statement, text: cursor.textFrom(at), at }
}

/** PRINT topic [FROM BEGINNING] [INTERVAL n] [LIMIT n] */
export function parsePrint(cursor: Cursor): Print {
  const { at } = cursor
  cursor.expectWord('PRINT')
  const topic = topicName(cursor)
  const fromBeginning = cursor.acceptWords('FROM', 'BEGINNING')
  const interval = cursor.acceptWords('INTERVAL') ? cursor.integer() : null
  const limit = cursor.acceptWords('LIMIT') ? cursor.integer() : null
  return { kind: 'print', topic, fromBeginning, interval, limit, text: cursor.textFrom(at), at }
}

/** Topics are case-sensitive: an unquoted name is kept as written. */
function topicName(cursor: Cursor): string {
  return cursor.peek().kind === 'string' ? cursor.string() : cursor.verbatimIdentifier()
}

/** ASSERT [NOT EXISTS] TOPIC name [WITH (…)] [TIMEOUT …], ASSERT [NOT EXISTS] SCHEMA [SUBJECT s] [ID n] [TIMEOUT …] */
export function parseAssert(cursor: Cursor): Assert {
  const { at } = cursor
  cursor.expectWord('ASSERT')
  for (const word of ['STREAM', 'TABLE', 'VALUES', 'NULL']) {
    if (cursor.isWord(word)) {
      throw semanticError(
        `ASSERT ${word} exists only in ksqlDB's test tool`,
        cursor.at,
        'Use ASSERT TOPIC or ASSERT SCHEMA',
      )
    }
  }
  const exists = !cursor.acceptWords('NOT', 'EXISTS')
  const what = cursor.expectWord('TOPIC', 'SCHEMA') === 'TOPIC' ? 'topic' : 'schema'
  const topic = what === 'topic' ? topicName(cursor) : null
  const properties = what === 'topic' ? parseProperties(cursor) : new Map()
  const subject = what === 'schema' && cursor.acceptWords('SUBJECT') ? topicName(cursor) : null
  const id = what === 'schema' && cursor.acceptWords('ID') ? cursor.integer() : null
  if (what === 'schema' && subject === null && id === null) throw cursor.unexpected(['SUBJECT', 'ID'])
  const timeout = cursor.acceptWords('TIMEOUT') ? parseDuration(cursor) : null
  return { kind: 'assert', exists, what, topic, subject, id, properties, timeout, text: cursor.textFrom(at), at }
}
