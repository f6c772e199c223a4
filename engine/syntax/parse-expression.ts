import type { Arithmetic, Case, Expression, Lambda } from './ast.ts'
import type { Cursor } from './cursor.ts'
import { acceptLiteral } from './parse-literal.ts'
import { parseType } from './parse-type.ts'
import { timeUnit } from './time-unit.ts'

const COMPARISONS: ReadonlyMap<string, '=' | '<>' | '<' | '<=' | '>' | '>='> = new Map([
  ['=', '='],
  ['<>', '<>'],
  ['!=', '<>'],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
])

const ADDITIVE: ReadonlyMap<string, Arithmetic['op']> = new Map([
  ['+', '+'],
  ['-', '-'],
])

const MULTIPLICATIVE: ReadonlyMap<string, Arithmetic['op']> = new Map([
  ['*', '*'],
  ['/', '/'],
  ['%', '%'],
])

/** Their first argument is a unit in the singular too; elsewhere DAY, HOUR … are columns, only the plurals are reserved words. */
const UNIT_FUNCTIONS: ReadonlySet<string> = new Set(
  ['DATE', 'TIME', 'TIMESTAMP'].flatMap((type) => [`${type}ADD`, `${type}SUB`]),
)

/** Any expression: OR over AND over NOT over one predicate over a value. */
export function parseExpression(cursor: Cursor): Expression {
  let left = parseConjunction(cursor)
  while (cursor.isWord('OR')) {
    cursor.next()
    left = { kind: 'logical', op: 'OR', left, right: parseConjunction(cursor), at: left.at }
  }
  return left
}

function parseConjunction(cursor: Cursor): Expression {
  let left = parseNegation(cursor)
  while (cursor.isWord('AND')) {
    cursor.next()
    left = { kind: 'logical', op: 'AND', left, right: parseNegation(cursor), at: left.at }
  }
  return left
}

function parseNegation(cursor: Cursor): Expression {
  const { at } = cursor
  if (!cursor.acceptWords('NOT')) return parsePredicate(cursor)
  return { kind: 'not', operand: cursor.nested(() => parseNegation(cursor)), at }
}

/** A value and at most one predicate on it: a = b = c is no ksqlDB expression. */
function parsePredicate(cursor: Cursor): Expression {
  const left = parseValue(cursor)
  const { at } = left
  const token = cursor.peek()
  const comparison = token.kind === 'symbol' ? COMPARISONS.get(token.value) : undefined
  if (comparison !== undefined) {
    cursor.next()
    return { kind: 'comparison', op: comparison, left, right: parseValue(cursor), at }
  }
  if (cursor.acceptWords('IS')) {
    const negated = cursor.acceptWords('NOT')
    if (cursor.acceptWords('DISTINCT')) {
      cursor.expectWord('FROM')
      const op = negated ? 'IS NOT DISTINCT FROM' : 'IS DISTINCT FROM'
      return { kind: 'comparison', op, left, right: parseValue(cursor), at }
    }
    cursor.expectWord('NULL', ...(negated ? ['DISTINCT'] : ['NOT', 'DISTINCT']))
    return { kind: 'is-null', operand: left, negated, at }
  }
  const negated = cursor.acceptWords('NOT')
  if (cursor.acceptWords('BETWEEN')) {
    const low = parseValue(cursor)
    cursor.expectWord('AND')
    return { kind: 'between', operand: left, low, high: parseValue(cursor), negated, at }
  }
  if (cursor.acceptWords('IN')) {
    cursor.expectSymbol('(')
    const items = cursor.list(() => parseExpression(cursor))
    cursor.expectSymbol(')')
    return { kind: 'in', operand: left, items, negated, at }
  }
  if (cursor.acceptWords('LIKE')) {
    const pattern = parseValue(cursor)
    const escapedBy = cursor.acceptWords('ESCAPE') ? parseEscape(cursor) : null
    return { kind: 'like', operand: left, pattern, escape: escapedBy, negated, at }
  }
  if (negated) throw cursor.unexpected(['BETWEEN', 'IN', 'LIKE'])
  return left
}

function parseEscape(cursor: Cursor): string {
  const { at } = cursor
  const character = cursor.string()
  if (character.length === 1) return character
  throw cursor.error(`ESCAPE must be one character: '${character}'`, "Write ESCAPE '!'", at)
}

/** Arithmetic and `||`, without comparisons unless in brackets: what GROUP BY, PARTITION BY and a CASE operand take. */
export function parseValue(cursor: Cursor): Expression {
  let left = parseBinary(cursor, ADDITIVE, parseTerm)
  while (cursor.acceptSymbol('||')) {
    const right = parseBinary(cursor, ADDITIVE, parseTerm)
    left = { kind: 'call', name: 'CONCAT', args: [left, right], star: false, at: left.at }
  }
  return left
}

function parseTerm(cursor: Cursor): Expression {
  return parseBinary(cursor, MULTIPLICATIVE, parseUnary)
}

function parseBinary(
  cursor: Cursor,
  operators: ReadonlyMap<string, Arithmetic['op']>,
  operand: (cursor: Cursor) => Expression,
): Expression {
  let left = operand(cursor)
  for (;;) {
    const token = cursor.peek()
    const op = token.kind === 'symbol' ? operators.get(token.value) : undefined
    if (op === undefined) return left
    cursor.next()
    left = { kind: 'arithmetic', op, left, right: operand(cursor), at: left.at }
  }
}

function parseUnary(cursor: Cursor): Expression {
  const literal = acceptLiteral(cursor)
  if (literal !== null) return literal
  const { at } = cursor
  const op = cursor.acceptSymbol('-') ? '-' : cursor.acceptSymbol('+') ? '+' : null
  return cursor.nested(() =>
    op === null ? parsePostfix(cursor) : { kind: 'negate', op, operand: parseUnary(cursor), at },
  )
}

/** A primary followed by [index] and ->field; `->*` is left to the select list. */
function parsePostfix(cursor: Cursor): Expression {
  let base = parsePrimary(cursor)
  for (;;) {
    if (cursor.acceptSymbol('[')) {
      const index = parseValue(cursor)
      cursor.expectSymbol(']')
      base = { kind: 'subscript', base, index, at: base.at }
    } else if (cursor.isSymbol('->') && !cursor.isSymbol('*', 1)) {
      cursor.next()
      base = { kind: 'dereference', base, field: cursor.identifier(), at: base.at }
    } else {
      return base
    }
  }
}

function parsePrimary(cursor: Cursor): Expression {
  const { at } = cursor
  if (cursor.acceptSymbol('(')) {
    const inner = parseExpression(cursor)
    cursor.expectSymbol(')')
    return inner
  }
  const token = cursor.peek()
  if (token.kind === 'word') {
    if (token.value === 'CASE') return parseCase(cursor)
    if (token.value === 'CAST') return parseCast(cursor)
    if (token.value === 'ARRAY' && cursor.isSymbol('[', 1)) return parseArray(cursor)
    if (token.value === 'MAP' && cursor.isSymbol('(', 1)) return parseMap(cursor)
    if (token.value === 'STRUCT' && cursor.isSymbol('(', 1)) return parseStruct(cursor)
  }
  if (!cursor.isIdentifier()) throw cursor.unexpected(['an expression'])
  const name = cursor.identifier()
  if (cursor.acceptSymbol('(')) return { kind: 'call', name, ...parseArguments(cursor, name), at }
  if (cursor.isSymbol('.')) {
    cursor.next()
    return { kind: 'column', source: name, name: cursor.identifier(), at }
  }
  return cursor.bound.includes(name) ? { kind: 'lambda-param', name, at } : { kind: 'column', source: null, name, at }
}

function parseCase(cursor: Cursor): Case {
  const { at } = cursor
  cursor.expectWord('CASE')
  const operand = cursor.isWord('WHEN') ? null : parseValue(cursor)
  const branches: { when: Expression; then: Expression }[] = []
  do {
    cursor.expectWord('WHEN')
    const when = parseExpression(cursor)
    cursor.expectWord('THEN')
    branches.push({ when, then: parseExpression(cursor) })
  } while (cursor.isWord('WHEN'))
  const otherwise = cursor.acceptWords('ELSE') ? parseExpression(cursor) : null
  cursor.expectWord('END', ...(otherwise === null ? ['WHEN', 'ELSE'] : []))
  return { kind: 'case', operand, branches, otherwise, at }
}

function parseCast(cursor: Cursor): Expression {
  const { at } = cursor
  cursor.expectWord('CAST')
  cursor.expectSymbol('(')
  const operand = parseExpression(cursor)
  cursor.expectWord('AS')
  const type = parseType(cursor)
  cursor.expectSymbol(')')
  return { kind: 'cast', operand, type, at }
}

function parseArray(cursor: Cursor): Expression {
  const { at } = cursor
  cursor.next()
  cursor.next()
  return { kind: 'array', items: listUntil(cursor, ']', () => parseExpression(cursor)), at }
}

function parseMap(cursor: Cursor): Expression {
  const { at } = cursor
  cursor.next()
  cursor.next()
  const entries = listUntil(cursor, ')', () => {
    const key = parseExpression(cursor)
    cursor.expectSymbol(':=')
    return { key, value: parseExpression(cursor) }
  })
  return { kind: 'map', entries, at }
}

function parseStruct(cursor: Cursor): Expression {
  const { at } = cursor
  cursor.next()
  cursor.next()
  const fields = listUntil(cursor, ')', () => {
    const name = cursor.identifier()
    cursor.expectSymbol(':=')
    return { name, value: parseExpression(cursor) }
  })
  return { kind: 'struct', fields, at }
}

function parseArguments(cursor: Cursor, name: string): { args: readonly Expression[]; star: boolean } {
  if (cursor.isSymbol('*') && cursor.isSymbol(')', 1)) {
    cursor.next()
    cursor.next()
    return { args: [], star: true }
  }
  let first = true
  const args = listUntil(cursor, ')', () => {
    const arg = parseArgument(cursor, first && UNIT_FUNCTIONS.has(name))
    first = false
    return arg
  })
  return { args, star: false }
}

function parseArgument(cursor: Cursor, singularUnits: boolean): Expression {
  if (isLambda(cursor)) return parseLambda(cursor)
  const token = cursor.peek()
  const unit = token.kind === 'word' ? timeUnit(token.value) : null
  const alone = cursor.isSymbol(',', 1) || cursor.isSymbol(')', 1)
  if (unit !== null && alone && (singularUnits || unit === token.value)) {
    cursor.next()
    return { kind: 'unit', unit, at: token.at }
  }
  return parseExpression(cursor)
}

/** x => …  or  (x, y) => … */
function isLambda(cursor: Cursor): boolean {
  if (cursor.isIdentifier() && cursor.isSymbol('=>', 1)) return true
  if (!cursor.isSymbol('(')) return false
  let ahead = 1
  while (cursor.isIdentifier(ahead)) {
    if (cursor.isSymbol(')', ahead + 1)) return cursor.isSymbol('=>', ahead + 2)
    if (!cursor.isSymbol(',', ahead + 1)) return false
    ahead += 2
  }
  return false
}

function parseLambda(cursor: Cursor): Lambda {
  const { at } = cursor
  const bracketed = cursor.acceptSymbol('(')
  const params = bracketed ? cursor.list(() => cursor.identifier()) : [cursor.identifier()]
  if (bracketed) cursor.expectSymbol(')')
  cursor.expectSymbol('=>')
  cursor.bound.push(...params)
  const body = parseExpression(cursor)
  cursor.bound.length -= params.length
  return { kind: 'lambda', params, body, at }
}

function listUntil<T>(cursor: Cursor, closing: string, item: () => T): T[] {
  if (cursor.acceptSymbol(closing)) return []
  const items = cursor.list(item)
  cursor.expectSymbol(closing)
  return items
}
