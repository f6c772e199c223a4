import type { ParameterPattern } from './definition.ts'

/** A parameter or return type of a signature, parsed. Type variables are single capital letters. */
export type Pattern =
  | { readonly kind: 'primitive'; readonly name: PrimitivePatternName }
  | { readonly kind: 'decimal' | 'any' | 'unit' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'array'; readonly element: Pattern }
  | { readonly kind: 'map'; readonly key: Pattern; readonly value: Pattern }
  /** fields absent: any struct */
  | { readonly kind: 'struct'; readonly fields?: readonly { readonly name: string; readonly type: Pattern }[] }
  | { readonly kind: 'lambda'; readonly parameters: readonly Pattern[]; readonly returns: Pattern }

const PRIMITIVES = ['BOOLEAN', 'INT', 'BIGINT', 'DOUBLE', 'VARCHAR', 'BYTES', 'DATE', 'TIME', 'TIMESTAMP'] as const
export type PrimitivePatternName = (typeof PRIMITIVES)[number]

const parsed = new Map<ParameterPattern, Pattern>()

/** Parses a pattern; throws Error for a text that is none (a mistake in a function table). */
export function parsePattern(text: ParameterPattern): Pattern {
  let pattern = parsed.get(text)
  if (pattern === undefined) {
    const tokens = text.replace('INTERVAL UNIT', 'INTERVALUNIT').match(/\w+|=>|[<>(),]|\S/g) ?? []
    const parser = new PatternParser(text, tokens)
    pattern = parser.type()
    parser.expectEnd()
    parsed.set(text, pattern)
  }
  return pattern
}

class PatternParser {
  readonly #text: string
  readonly #tokens: readonly string[]
  #next = 0

  constructor(text: string, tokens: readonly string[]) {
    this.#text = text
    this.#tokens = tokens
  }

  type(): Pattern {
    const name = this.#take()
    const primitive = PRIMITIVES.find((p) => p === name)
    if (primitive !== undefined) return { kind: 'primitive', name: primitive }
    switch (name) {
      case 'DECIMAL':
        return { kind: 'decimal' }
      case 'ANY':
        return { kind: 'any' }
      case 'INTERVALUNIT':
        return { kind: 'unit' }
      case 'ARRAY': {
        const [element] = this.#list('<', '>', () => this.type())
        return { kind: 'array', element }
      }
      case 'MAP': {
        const [key, value] = this.#list('<', '>', () => this.type())
        return { kind: 'map', key, value }
      }
      case 'STRUCT': {
        if (this.#tokens[this.#next] !== '<') return { kind: 'struct' }
        return { kind: 'struct', fields: this.#list('<', '>', () => ({ name: this.#take(), type: this.type() })) }
      }
      case 'LAMBDA': {
        const parameters = this.#list('(', ')', () => this.type())
        this.#expect('=>')
        return { kind: 'lambda', parameters, returns: this.type() }
      }
      default:
        if (/^[A-Z]$/.test(name)) return { kind: 'variable', name }
        throw this.#error(`'${name}' is no type`)
    }
  }

  expectEnd(): void {
    if (this.#next < this.#tokens.length) throw this.#error(`unexpected '${this.#tokens[this.#next]}'`)
  }

  #list<T>(open: string, close: string, item: () => T): T[] {
    this.#expect(open)
    const items = [item()]
    while (this.#tokens[this.#next] === ',') {
      this.#next++
      items.push(item())
    }
    this.#expect(close)
    return items
  }

  #take(): string {
    const token = this.#tokens[this.#next++]
    if (token === undefined) throw this.#error('it ends too early')
    return token
  }

  #expect(token: string): void {
    const found = this.#take()
    if (found !== token) throw this.#error(`'${token}' expected, not '${found}'`)
  }

  #error(reason: string): Error {
    return new Error(`Malformed parameter pattern "${this.#text}": ${reason}.`)
  }
}

/** The way SHOW FUNCTIONS writes a pattern. */
export function printPattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'primitive':
    case 'variable':
      return pattern.name
    case 'decimal':
      return 'DECIMAL'
    case 'any':
      return 'ANY'
    case 'unit':
      return 'INTERVAL UNIT'
    case 'array':
      return `ARRAY<${printPattern(pattern.element)}>`
    case 'map':
      return `MAP<${printPattern(pattern.key)}, ${printPattern(pattern.value)}>`
    case 'struct':
      if (pattern.fields === undefined) return 'STRUCT'
      return `STRUCT<${pattern.fields.map((f) => `${f.name} ${printPattern(f.type)}`).join(', ')}>`
    case 'lambda':
      return `LAMBDA (${pattern.parameters.map(printPattern).join(', ')}) => ${printPattern(pattern.returns)}`
  }
}

/** Number of type variables and ANYs in a pattern: the fewer, the more specific it is. */
export function genericity(pattern: Pattern): number {
  switch (pattern.kind) {
    case 'variable':
    case 'any':
      return 1
    case 'array':
      return genericity(pattern.element)
    case 'map':
      return genericity(pattern.key) + genericity(pattern.value)
    case 'lambda':
      return pattern.parameters.reduce((sum, p) => sum + genericity(p), genericity(pattern.returns))
    default:
      return 0
  }
}
