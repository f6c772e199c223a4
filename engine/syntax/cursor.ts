import type { Position } from '../errors.ts'
import { KsqlError } from '../errors.ts'
import { nearest } from '../spelling.ts'
import { isReserved } from './keywords.ts'
import type { Token } from './lexer.ts'
import { tokenize } from './lexer.ts'
import type { StatementSource } from './split.ts'
import { substitute, type Variables } from './variables.ts'

/** Deeper nesting is refused before it can overflow the stack, here or in a later stage. */
const MAX_DEPTH = 300

/** Where a parser stands in the tokens of one statement. Its errors carry position, statement and fix, in ksqlDB's wording where that is known. */
export class Cursor {
  readonly source: StatementSource
  /** names bound by the lambdas around the current place, innermost last */
  readonly bound: string[] = []
  private readonly tokens: readonly Token[]
  private readonly end: Token
  private index = 0
  private depth = 0

  constructor(source: StatementSource, variables: Variables) {
    this.source = source
    this.tokens = substitute(tokenize(source.text, source.at), variables, source.text)
    const text = source.terminated ? ';' : '<EOF>'
    this.end = { kind: 'end', text, value: text, at: source.end, end: source.end.offset }
  }

  peek(ahead = 0): Token {
    return this.tokens[this.index + ahead] ?? this.end
  }

  next(): Token {
    const token = this.peek()
    this.index++
    return token
  }

  get at(): Position {
    return this.peek().at
  }

  atEnd(): boolean {
    return this.index >= this.tokens.length
  }

  isWord(word: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'word' && token.value === word
  }

  isSymbol(symbol: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'symbol' && token.value === symbol
  }

  /** Takes the words if all of them come next, else none. */
  acceptWords(...words: readonly string[]): boolean {
    if (!words.every((word, i) => this.isWord(word, i))) return false
    this.index += words.length
    return true
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false
    this.index++
    return true
  }

  expectWord(...alternatives: readonly string[]): string {
    const token = this.peek()
    if (token.kind !== 'word' || !alternatives.includes(token.value)) throw this.unexpected(alternatives)
    this.index++
    return token.value
  }

  expectSymbol(symbol: string): void {
    if (this.acceptSymbol(symbol)) return
    throw this.error(`missing '${symbol}' at '${this.peek().text}'`, this.fixFor([], `Write '${symbol}' here`))
  }

  isIdentifier(ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'quoted' || token.kind === 'name' || (token.kind === 'word' && !isReserved(token.value))
  }

  /** An identifier, folded to upper case unless quoted. */
  identifier(): string {
    return this.identifierToken().value
  }

  identifierToken(): Token {
    const token = this.peek()
    if (this.isIdentifier()) return this.next()
    if (token.kind === 'word') {
      throw this.error(
        `"${token.text}" is a reserved keyword and it can't be used as an identifier. You can use it as an identifier by escaping it as '${token.text}' `,
        `Write it in backticks (\`${token.text}\`), or the missing name before it`,
      )
    }
    throw this.unexpected(['an identifier'])
  }

  /** An identifier whose case counts even unquoted: a topic, a variable. */
  verbatimIdentifier(): string {
    const { kind, text, value } = this.identifierToken()
    return kind === 'quoted' ? value : text
  }

  string(): string {
    if (this.peek().kind !== 'string') throw this.unexpected(['a string in single quotes'])
    return this.next().value
  }

  /** A whole number that a double holds exactly. */
  integer(): number {
    const token = this.peek()
    if (token.kind !== 'integer' || token.value.startsWith('-')) throw this.unexpected(['a whole number'])
    const value = Number(token.value)
    if (!Number.isSafeInteger(value)) throw this.error(`Invalid numeric literal: ${token.text}`)
    this.index++
    return value
  }

  /** Parses something that can contain itself. */
  nested<T>(parse: () => T): T {
    if (++this.depth > MAX_DEPTH) {
      throw this.error(`Nested more than ${MAX_DEPTH} deep`, 'Split the expression over several statements')
    }
    const result = parse()
    this.depth--
    return result
  }

  list<T>(item: () => T): T[] {
    const items = [item()]
    while (this.acceptSymbol(',')) items.push(item())
    return items
  }

  /** The text from a position to the last token taken. */
  textFrom(at: Position): string {
    const last = this.tokens[this.index - 1]
    const { offset } = this.source.at
    return last === undefined ? '' : this.source.text.slice(at.offset - offset, last.end - offset)
  }

  /** An error at the next token; what could stand there makes the fix. */
  unexpected(expected: readonly string[]): KsqlError {
    const token = this.peek()
    if (token.text === '<EOF>' && expected.includes(';')) return this.error(`missing ';' at '<EOF>'`, 'End it with ;')
    const { line, column } = token.at
    return this.error(
      `Syntax error at or near '${token.text}' at line ${line}:${column}`,
      this.fixFor(expected, `Expected ${expected.join(', ')}`),
    )
  }

  error(detail: string, fix?: string, at: Position = this.at): KsqlError {
    const { text, terminated } = this.source
    const statement = terminated ? `${text};` : text
    return new KsqlError('syntax', `line ${at.line}:${at.column}: Syntax Error\n${detail}\nStatement: ${statement}`, {
      position: at,
      fix,
      statement: text,
    })
  }

  /** A misspelt keyword is often taken for an alias, so that the parser stumbles only over the word after it: look at both. */
  private fixFor(expected: readonly string[], otherwise: string): string {
    for (const token of [this.peek(), this.tokens[this.index - 1]]) {
      if (token?.kind !== 'word' || isReserved(token.value)) continue
      const known = nearest(token.value, expected)
      if (known !== null && known !== token.value) return `Did you mean '${known}' instead of '${token.text}'?`
    }
    return otherwise
  }
}
