import { semanticError } from '../errors.ts'
import type { Expression, Join, Query, Relation, SelectItem, SourceRelation, Window, Within } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { parseExpression, parseValue } from './parse-expression.ts'
import { parseDuration, parsePositiveDuration } from './time-unit.ts'

/** What may follow the sources of a query; a misspelt one is recognised by them. */
const CLAUSES: readonly string[] = [
  ...['WINDOW', 'WHERE', 'GROUP', 'PARTITION', 'HAVING', 'EMIT', 'LIMIT'],
  ...['JOIN', 'INNER', 'LEFT', 'RIGHT', 'FULL', 'WITHIN', ';'],
]

/** SELECT … FROM … [WINDOW …] [WHERE …] [GROUP BY …] [PARTITION BY …] [HAVING …] [EMIT …] [LIMIT n] */
export function parseQuery(cursor: Cursor): Query {
  const { at } = cursor
  cursor.expectWord('SELECT')
  const select = cursor.list(() => parseSelectItem(cursor))
  cursor.expectWord('FROM')
  const from = parseRelation(cursor)
  const window = cursor.acceptWords('WINDOW') ? parseWindow(cursor) : null
  const where = cursor.acceptWords('WHERE') ? parseExpression(cursor) : null
  let groupBy: readonly Expression[] = []
  let partitionBy: readonly Expression[] = []
  if (cursor.isWord('GROUP')) groupBy = parseBy(cursor, 'GROUP')
  if (cursor.isWord('PARTITION')) partitionBy = parseBy(cursor, 'PARTITION')
  if (cursor.isWord('GROUP') && groupBy.length === 0) groupBy = parseBy(cursor, 'GROUP')
  const having = cursor.acceptWords('HAVING') ? parseExpression(cursor) : null
  const emit = cursor.acceptWords('EMIT') ? parseEmit(cursor) : null
  const limit = cursor.acceptWords('LIMIT') ? cursor.integer() : null
  if (!cursor.atEnd()) throw cursor.unexpected(CLAUSES)
  return { select, from, window, where, groupBy, partitionBy, having, emit, limit, at }
}

function parseEmit(cursor: Cursor): 'CHANGES' | 'FINAL' {
  return cursor.expectWord('CHANGES', 'FINAL') === 'FINAL' ? 'FINAL' : 'CHANGES'
}

function parseSelectItem(cursor: Cursor): SelectItem {
  const { at } = cursor
  if (cursor.acceptSymbol('*')) return { kind: 'all', source: null, at }
  if (cursor.isIdentifier() && cursor.isSymbol('.', 1) && cursor.isSymbol('*', 2)) {
    const source = cursor.identifier()
    cursor.next()
    cursor.next()
    return { kind: 'all', source, at }
  }
  const expression = parseExpression(cursor)
  if (cursor.isSymbol('->') && cursor.isSymbol('*', 1) && mayHaveFields(expression)) {
    cursor.next()
    cursor.next()
    return { kind: 'all-fields', base: expression, at }
  }
  return { kind: 'expression', expression, alias: parseAlias(cursor), at }
}

function mayHaveFields(expression: Expression): boolean {
  switch (expression.kind) {
    case 'column':
    case 'call':
    case 'subscript':
    case 'dereference':
    case 'struct':
    case 'cast':
    case 'case':
      return true
    default:
      return false
  }
}

/** [AS] name. EMIT and PARTITION can be names, but not where they begin a clause. */
function parseAlias(cursor: Cursor): string | null {
  if (cursor.acceptWords('AS')) return cursor.identifier()
  if (!cursor.isIdentifier()) return null
  if (cursor.isWord('EMIT') && cursor.isIdentifier(1) && !cursor.isWord('PARTITION', 1)) return null
  if (cursor.isWord('PARTITION') && cursor.isWord('BY', 1)) return null
  return cursor.identifier()
}

function parseRelation(cursor: Cursor): Relation {
  let left: Relation = parseSource(cursor)
  for (;;) {
    const type = acceptJoin(cursor)
    if (type === null) return left
    const right = parseSource(cursor)
    const within = cursor.acceptWords('WITHIN') ? parseWithin(cursor) : null
    cursor.expectWord('ON', ...(within === null ? ['WITHIN'] : []))
    left = { kind: 'join', type, left, right, within, on: parseExpression(cursor), at: left.at }
  }
}

function parseSource(cursor: Cursor): SourceRelation {
  const { at } = cursor
  const name = cursor.identifier()
  return { kind: 'source', name, alias: parseAlias(cursor), at }
}

function acceptJoin(cursor: Cursor): Join['type'] | null {
  if (cursor.acceptWords('JOIN') || cursor.acceptWords('INNER', 'JOIN')) return 'INNER'
  for (const [word, type] of [
    ['LEFT', 'LEFT'],
    ['RIGHT', 'RIGHT'],
    ['FULL', 'OUTER'],
  ] as const) {
    if (cursor.acceptWords(word)) {
      cursor.acceptWords('OUTER')
      cursor.expectWord('JOIN')
      return type
    }
  }
  return null
}

/** 1 HOUR  or  (1 HOUR, 2 HOURS), then perhaps GRACE PERIOD 1 MINUTE */
function parseWithin(cursor: Cursor): Within {
  const { at } = cursor
  const bracketed = cursor.acceptSymbol('(')
  const before = parseDuration(cursor)
  let after = before
  if (bracketed) {
    cursor.expectSymbol(',')
    after = parseDuration(cursor)
    cursor.expectSymbol(')')
  }
  const grace = cursor.acceptWords('GRACE', 'PERIOD') ? parseDuration(cursor) : null
  return { before, after, grace, at }
}

/** TUMBLING (SIZE …), HOPPING (SIZE …, ADVANCE BY …), SESSION (gap), each with RETENTION and GRACE PERIOD at will */
function parseWindow(cursor: Cursor): Window {
  const { at } = cursor
  const kind = cursor.expectWord('TUMBLING', 'HOPPING', 'SESSION') as Window['kind']
  cursor.expectSymbol('(')
  if (kind !== 'SESSION') cursor.expectWord('SIZE')
  const size = parsePositiveDuration(cursor, kind === 'SESSION' ? 'The gap of a session' : 'The size of a window')
  let advance: number | null = null
  if (kind === 'HOPPING') {
    cursor.expectSymbol(',')
    cursor.expectWord('ADVANCE')
    cursor.expectWord('BY')
    advance = parsePositiveDuration(cursor, 'The advance of a window')
  }
  let retention: number | null = null
  let grace: number | null = null
  while (cursor.acceptSymbol(',')) {
    if (retention === null && cursor.acceptWords('RETENTION')) retention = parseDuration(cursor)
    else if (grace === null && cursor.acceptWords('GRACE', 'PERIOD')) grace = parseDuration(cursor)
    else throw cursor.unexpected(['RETENTION', 'GRACE PERIOD'].filter((_, i) => (i === 0 ? retention : grace) === null))
  }
  cursor.expectSymbol(')')
  return { kind, size, advance, grace, retention, at }
}

/** GROUP BY a, b  or  GROUP BY (a, b); the empty list is a list to the grammar, but says nothing to a plan. */
function parseBy(cursor: Cursor, clause: 'GROUP' | 'PARTITION'): readonly Expression[] {
  const { at } = cursor
  cursor.expectWord(clause)
  cursor.expectWord('BY')
  if (cursor.isSymbol('(') && cursor.isSymbol(')', 1)) {
    throw semanticError(`${clause} BY requires at least one expression`, at, `Name a column after ${clause} BY`)
  }
  if (!isBracketedList(cursor)) return cursor.list(() => parseValue(cursor))
  cursor.expectSymbol('(')
  const expressions = cursor.list(() => parseValue(cursor))
  cursor.expectSymbol(')')
  return expressions
}

/** Whether the bracket that comes next holds a comma of its own: (a, b), but not (f(a, b)) or (a + b) * c. */
function isBracketedList(cursor: Cursor): boolean {
  if (!cursor.isSymbol('(')) return false
  let depth = 0
  for (let ahead = 0; cursor.peek(ahead).kind !== 'end'; ahead++) {
    if (cursor.isSymbol('(', ahead) || cursor.isSymbol('[', ahead)) depth++
    else if (cursor.isSymbol(')', ahead) || cursor.isSymbol(']', ahead)) depth--
    else if (depth === 1 && cursor.isSymbol(',', ahead)) return true
    if (depth === 0) return false
  }
  return false
}
