import type { Position } from '../errors.ts'
import { KsqlError } from '../errors.ts'
import type { Token } from './lexer.ts'
import { START, tokenize } from './lexer.ts'

/** One statement of a script. */
export interface StatementSource {
  /** without the semicolon and without comments around it */
  readonly text: string
  /** where the text starts in the script */
  readonly at: Position
  /** where its semicolon stands, or where the script ends */
  readonly end: Position
  /** false: the script ends without a semicolon after this statement, which ksqlDB refuses */
  readonly terminated: boolean
}

/**
 * Cuts a script into statements at the semicolons outside quotes and comments.
 * Nothing is parsed yet: DEFINE changes what the next statement says. Throws a syntax error for a quote or comment that does not end.
 */
export function splitStatements(script: string): StatementSource[] {
  const sources: StatementSource[] = []
  let first: Token | null = null
  let last: Token | null = null
  const close = (end: Position, terminated: boolean): void => {
    const at = first?.at ?? end
    const text = last === null ? '' : script.slice(at.offset, last.end)
    sources.push({ text, at, end, terminated })
    first = null
    last = null
  }
  for (const token of tokenize(script)) {
    if (token.kind === 'symbol' && token.text === ';') {
      close(token.at, true)
    } else {
      first ??= token
      last = token
    }
  }
  if (first !== null) close(positionAfter(script, START), false)
  return sources
}

/** A lone statement, its semicolon optional. Throws a syntax error when there are several. */
export function singleStatement(text: string): StatementSource {
  const sources = splitStatements(text)
  const source = sources[0]
  const second = sources[1]
  if (source !== undefined && second === undefined) return { ...source, terminated: true }
  if (second === undefined) {
    throw new KsqlError('syntax', 'line 1:1: Syntax Error\nNo statement given', { position: START, statement: text })
  }
  throw new KsqlError(
    'syntax',
    `line ${second.at.line}:${second.at.column}: Syntax Error\nExpected one statement, found ${sources.length}`,
    { position: second.at, statement: second.text, fix: 'Give one statement at a time here' },
  )
}

export function positionAfter(text: string, base: Position): Position {
  const lines = text.split('\n')
  const lastLine = lines[lines.length - 1] ?? ''
  return {
    line: base.line + lines.length - 1,
    column: lines.length === 1 ? base.column + text.length : lastLine.length + 1,
    offset: base.offset + text.length,
  }
}
