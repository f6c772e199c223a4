import type { Position } from '../errors.ts'
import { KsqlError } from '../errors.ts'
import { nearest } from '../spelling.ts'
import type { Token } from './lexer.ts'
import { tokenize } from './lexer.ts'

/** Names in any case: a reference ${Name} finds a definition of NAME. */
export type Variables = ReadonlyMap<string, string>

export const NO_VARIABLES: Variables = new Map()

const REFERENCE = /(\$?)\$\{([A-Za-z_]\w*)\}/g

/**
 * Replaces ${name} by the variable's value, in strings, in quoted identifiers and where it stands for an identifier or a literal. It never becomes
 * a keyword or more than one token, so a value cannot change what a statement does.
 * $${name} in a string means ${name} itself, an undefined name in a string stays as it is. Elsewhere it is a syntax error.
 * https://docs.ksqldb.io/en/latest/how-to-guides/substitute-variables/
 */
export function substitute(tokens: readonly Token[], variables: Variables, statement: string): readonly Token[] {
  if (!tokens.some((token) => token.text.includes('${'))) return tokens
  return tokens.map((token) => {
    switch (token.kind) {
      case 'string':
      case 'quoted':
        return { ...token, value: expand(token.value, variables) }
      case 'variable':
        return { ...valueToken(token, variables, statement), at: token.at, end: token.end }
      default:
        return token
    }
  })
}

function expand(text: string, variables: Variables): string {
  return text.replace(REFERENCE, (written: string, dollar: string, name: string) =>
    dollar === '$' ? written.slice(1) : (lookup(variables, name) ?? written),
  )
}

function lookup(variables: Variables, name: string): string | undefined {
  const exact = variables.get(name)
  if (exact !== undefined) return exact
  const wanted = name.toUpperCase()
  for (const [key, value] of variables) {
    if (key.toUpperCase() === wanted) return value
  }
  return undefined
}

function valueToken(reference: Token, variables: Variables, statement: string): Token {
  const value = lookup(variables, reference.value)
  if (value === undefined) {
    const known = nearest(
      reference.value.toUpperCase(),
      [...variables.keys()].map((key) => key.toUpperCase()),
    )
    const fix = known ? `Did you mean \${${known}}?` : `Write DEFINE ${reference.value} = '…'; before this statement`
    throw variableError(`Undefined variable ${reference.text}`, reference.at, fix, statement)
  }
  const [first, second, third] = tokenize(value)
  if (first !== undefined && second === undefined) {
    switch (first.kind) {
      case 'word':
        return isLiteralWord(first.value) ? first : { ...first, kind: 'name' }
      case 'quoted':
      case 'string':
      case 'integer':
      case 'decimal':
      case 'double':
        return first
    }
  }
  if (first?.text === '-' && second !== undefined && third === undefined && isNumber(second)) {
    return { ...second, text: value, value: `-${second.value}` }
  }
  throw variableError(
    `The value of ${reference.text} is neither an identifier nor a literal: ${value}`,
    reference.at,
    `Put quotes around it: '${reference.text}', or define the value with triple quotes`,
    statement,
  )
}

function isLiteralWord(word: string): boolean {
  return word === 'TRUE' || word === 'FALSE' || word === 'NULL'
}

function isNumber(token: Token): boolean {
  return token.kind === 'integer' || token.kind === 'decimal' || token.kind === 'double'
}

function variableError(message: string, at: Position, fix: string, statement: string): KsqlError {
  return new KsqlError('syntax', `line ${at.line}:${at.column}: ${message}`, { position: at, fix, statement })
}
