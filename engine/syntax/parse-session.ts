import type {
  AlterSystem,
  Define,
  PauseQuery,
  ResumeQuery,
  SetProperty,
  TerminateQuery,
  Undefine,
  UnsetProperty,
} from './ast.ts'
import type { Cursor } from './cursor.ts'

/** SET 'name' = 'value' */
export function parseSet(cursor: Cursor): SetProperty {
  const { at } = cursor
  cursor.expectWord('SET')
  const { name, value } = parseAssignment(cursor)
  return { kind: 'set', name, value, text: cursor.textFrom(at), at }
}

export function parseUnset(cursor: Cursor): UnsetProperty {
  const { at } = cursor
  cursor.expectWord('UNSET')
  return { kind: 'unset', name: cursor.string(), text: cursor.textFrom(at), at }
}

/** ALTER SYSTEM 'name' = 'value', after ALTER SYSTEM */
export function parseAlterSystem(cursor: Cursor, at: AlterSystem['at']): AlterSystem {
  const { name, value } = parseAssignment(cursor)
  return { kind: 'alter-system', name, value, text: cursor.textFrom(at), at }
}

function parseAssignment(cursor: Cursor): { name: string; value: string } {
  const name = cursor.string()
  cursor.expectSymbol('=')
  return { name, value: cursor.string() }
}

/** DEFINE name = 'value': the name as written, for SHOW VARIABLES; references fold case */
export function parseDefine(cursor: Cursor): Define {
  const { at } = cursor
  cursor.expectWord('DEFINE')
  const name = cursor.verbatimIdentifier()
  cursor.expectSymbol('=')
  return { kind: 'define', name, value: cursor.string(), text: cursor.textFrom(at), at }
}

export function parseUndefine(cursor: Cursor): Undefine {
  const { at } = cursor
  cursor.expectWord('UNDEFINE')
  return { kind: 'undefine', name: cursor.verbatimIdentifier(), text: cursor.textFrom(at), at }
}

/** TERMINATE id | TERMINATE ALL */
export function parseTerminate(cursor: Cursor): TerminateQuery {
  const { at } = cursor
  cursor.expectWord('TERMINATE')
  return { kind: 'terminate', query: queryOrAll(cursor), text: cursor.textFrom(at), at }
}

/** PAUSE id | PAUSE ALL | RESUME id | RESUME ALL */
export function parsePauseResume(cursor: Cursor): PauseQuery | ResumeQuery {
  const { at } = cursor
  const kind = cursor.expectWord('PAUSE', 'RESUME') === 'PAUSE' ? 'pause' : 'resume'
  return { kind, query: queryOrAll(cursor), text: cursor.textFrom(at), at }
}

function queryOrAll(cursor: Cursor): string | null {
  return cursor.acceptWords('ALL') ? null : cursor.identifier()
}
