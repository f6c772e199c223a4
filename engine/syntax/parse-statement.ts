import { nearest } from '../spelling.ts'
import type { Statement } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { parseAlter, parseCreate, parseDrop, parseInsert } from './parse-ddl.ts'
import { parseAssert, parseDescribe, parseExplain, parsePrint, parseShow } from './parse-inspect.ts'
import { parseQuery } from './parse-query.ts'
import { parseDefine, parsePauseResume, parseSet, parseTerminate, parseUndefine, parseUnset } from './parse-session.ts'

const PARSERS: ReadonlyMap<string, (cursor: Cursor) => Statement> = new Map<string, (cursor: Cursor) => Statement>([
  ['SELECT', parseSelect],
  ['CREATE', parseCreate],
  ['INSERT', parseInsert],
  ['DROP', parseDrop],
  ['ALTER', parseAlter],
  ['SET', parseSet],
  ['UNSET', parseUnset],
  ['DEFINE', parseDefine],
  ['UNDEFINE', parseUndefine],
  ['TERMINATE', parseTerminate],
  ['PAUSE', parsePauseResume],
  ['RESUME', parsePauseResume],
  ['SHOW', parseShow],
  ['LIST', parseShow],
  ['DESCRIBE', parseDescribe],
  ['EXPLAIN', (cursor) => parseExplain(cursor, parseStatementAt)],
  ['PRINT', parsePrint],
  ['ASSERT', parseAssert],
])

/** The statement at the cursor, which must be all that is left. */
export function parseStatementAt(cursor: Cursor): Statement {
  const first = cursor.peek()
  if (first.kind === 'end') throw cursor.unexpected(['a statement'])
  const parse = first.kind === 'word' ? PARSERS.get(first.value) : undefined
  if (parse === undefined) throw unknownStatement(cursor)
  const statement = parse(cursor)
  if (!cursor.atEnd()) throw strayToken(cursor)
  if (!cursor.source.terminated) throw cursor.unexpected([';'])
  return statement
}

function parseSelect(cursor: Cursor): Statement {
  const { at } = cursor
  const query = parseQuery(cursor)
  return { kind: 'select', query, text: cursor.textFrom(at), at }
}

function unknownStatement(cursor: Cursor): Error {
  const { text } = cursor.peek()
  const known = nearest(text.toUpperCase(), PARSERS.keys())
  const detail = `Unknown statement '${text}'`
  if (known === null) return cursor.error(detail, `A statement starts with ${[...PARSERS.keys()].join(', ')}`)
  return cursor.error(`${detail}\nDid you mean '${known}'?`, `Did you mean '${known}' instead of '${text}'?`)
}

function strayToken(cursor: Cursor): Error {
  const token = cursor.peek()
  if (token.kind === 'word' && PARSERS.has(token.value)) {
    return cursor.error(`missing ';' at '${token.text}'`, `Put a ; before ${token.text}`)
  }
  return cursor.unexpected([';'])
}
