import type { ColumnDefinition, Expression, Statement } from './ast.ts'
import { Cursor } from './cursor.ts'
import { START } from './lexer.ts'
import { parseColumn } from './parse-columns.ts'
import { parseExpression as parseExpressionAt } from './parse-expression.ts'
import { parseStatementAt } from './parse-statement.ts'
import { positionAfter, type StatementSource, singleStatement, splitStatements } from './split.ts'
import { NO_VARIABLES, type Variables } from './variables.ts'

export type * from './ast.ts'
export { formatExpression, formatTypeName } from './format.ts'
export { formatSelectStatement } from './format-statement.ts'
export { formatIdentifier, hint } from './keywords.ts'
export { TYPE_NAMES } from './parse-type.ts'
export type { StatementSource, Variables }
export { splitStatements }

/**
 * One statement: a piece of splitStatements, or text that holds one statement with or without its semicolon.
 * Throws KsqlError: `syntax` with position, statement and fix; `semantic` for what ksqlDB has and the embedded engine has not.
 */
export function parseStatement(source: StatementSource | string, variables: Variables = NO_VARIABLES): Statement {
  return parseStatementAt(new Cursor(typeof source === 'string' ? singleStatement(source) : source, variables))
}

/**
 * All statements of a script. DEFINE and UNDEFINE in it hold for what follows them, as on a server; the map given is not changed.
 * Throws KsqlError as parseStatement does, positions counted from the start of the script.
 */
export function parseScript(script: string, options: { readonly variables?: Variables } = {}): Statement[] {
  const variables = new Map(
    [...(options.variables ?? NO_VARIABLES)].map(([name, value]) => [name.toUpperCase(), value]),
  )
  return splitStatements(script).map((source) => {
    const statement = parseStatement(source, variables)
    if (statement.kind === 'define') variables.set(statement.name.toUpperCase(), statement.value)
    if (statement.kind === 'undefine') variables.delete(statement.name.toUpperCase())
    return statement
  })
}

/** A lone expression, such as `a + 1`. Throws a syntax error. */
export function parseExpression(text: string): Expression {
  return parseAll(text, parseExpressionAt)
}

/** A column list without brackets, such as `ID STRING KEY, A STRUCT<B INT>`. Throws a syntax error. */
export function parseColumns(text: string): ColumnDefinition[] {
  return parseAll(text, (cursor) => cursor.list(() => parseColumn(cursor)))
}

function parseAll<T>(text: string, parse: (cursor: Cursor) => T): T {
  const cursor = new Cursor({ text, at: START, end: positionAfter(text, START), terminated: false }, NO_VARIABLES)
  const result = parse(cursor)
  if (!cursor.atEnd()) throw cursor.unexpected(['the end of the text'])
  return result
}
