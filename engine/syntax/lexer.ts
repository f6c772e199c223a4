import type { Position } from '../errors.ts'
import { KsqlError } from '../errors.ts'

/** `name`: an identifier that a variable stood for; it is never a keyword. */
export type TokenKind =
  | 'word'
  | 'name'
  | 'quoted'
  | 'string'
  | 'double'
  | 'decimal'
  | 'integer'
  | 'variable'
  | 'symbol'
  | 'unknown'
  | 'end'

export interface Token {
  readonly kind: TokenKind
  /** as written */
  readonly text: string
  /** what it means: a word in upper case, a quoted identifier or string without its quotes, a variable's name, else the text */
  readonly value: string
  readonly at: Position
  /** the offset after its last character */
  readonly end: number
}

export const START: Position = { line: 1, column: 1, offset: 0 }

/** The kinds by capture group of TOKEN; group 0 is space or a comment. */
const KINDS: readonly (TokenKind | null)[] = [
  null,
  'string',
  'quoted',
  'double',
  'decimal',
  'integer',
  'word',
  'variable',
  'symbol',
  'unknown',
]

// Numbers: https://docs.ksqldb.io/en/latest/reference/sql/lexical-structure/
// The last alternative takes whatever is left: a quote or comment that never ends, a character that SQL does not know.
const TOKEN = new RegExp(
  [
    String.raw`[ \t\r\n\f\uFEFF]+|--[^\r\n]*|/\*[^]*?\*/`,
    "('[^']*(?:''[^']*)*')",
    '(`[^`]*(?:``[^`]*)*`|"[^"]*(?:""[^"]*)*")',
    String.raw`((?:\d+\.?\d*|\.\d+)[eE][+-]?\d+(?!\w))`,
    String.raw`(\d+\.\d*(?!\w)|\.\d+(?!\w))`,
    String.raw`(\d+(?!\w))`,
    String.raw`(\w+)`,
    String.raw`(\$\{[A-Za-z_]\w*\})`,
    String.raw`(->|=>|:=|<>|!=|<=|>=|\|\||(?!/\*)[-+*/%=<>()[\],.;])`,
    String.raw`(/\*|[^])`,
  ].join('|'),
  'y',
)

const UNTERMINATED: Readonly<Record<string, string>> = {
  "'": 'string literal',
  '"': 'quoted identifier',
  '`': 'quoted identifier',
  '/*': 'comment',
}

/**
 * Cuts SQL text into tokens; comments and space are left out.
 * `base` is where `text` starts in the script, so that positions are those of the script. Lines end with \n or \r\n.
 * Throws a syntax error for a string, quoted identifier or comment that does not end.
 */
export function tokenize(text: string, base: Position = START): Token[] {
  const tokens: Token[] = []
  let { line } = base
  let lineStart = 1 - base.column
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const start = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (match === null) break
    const group = match.findIndex((part, i) => i > 0 && part !== undefined)
    const kind = KINDS[group]
    const written = match[0]
    if (kind) {
      const at = { line, column: start - lineStart + 1, offset: base.offset + start }
      if (kind === 'unknown' && UNTERMINATED[written] !== undefined) throw unterminated(written, at, text.slice(start))
      tokens.push({ kind, text: written, value: meaning(kind, written), at, end: at.offset + written.length })
    }
    for (let end = written.indexOf('\n'); end >= 0; end = written.indexOf('\n', end + 1)) {
      line++
      lineStart = start + end + 1
    }
  }
  return tokens
}

function meaning(kind: TokenKind, written: string): string {
  switch (kind) {
    case 'word':
      return written.toUpperCase()
    case 'string':
      return written.slice(1, -1).replaceAll("''", "'")
    case 'quoted': {
      const quote = written.charAt(0)
      return written.slice(1, -1).replaceAll(quote + quote, quote)
    }
    case 'variable':
      return written.slice(2, -1)
    default:
      return written
  }
}

function unterminated(opening: string, at: Position, rest: string): KsqlError {
  const what = UNTERMINATED[opening]
  return new KsqlError(
    'syntax',
    `line ${at.line}:${at.column}: Syntax Error\nThe ${what} that starts here has no end: ${rest.slice(0, 30).trimEnd()}`,
    { position: at, fix: `Close the ${what} with ${opening === '/*' ? '*/' : opening}` },
  )
}
