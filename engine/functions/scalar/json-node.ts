import { Decimal } from '../../types/decimal.ts'

/** A JSON value that keeps its numbers as they are written. */
export type JsonNode = string | boolean | null | JsonNumber | readonly JsonNode[] | JsonObject
export type JsonObject = ReadonlyMap<string, JsonNode>

export class JsonNumber {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** Integers as written, others as java.math.BigDecimal writes them: digits are kept, exponents normalised. */
  toString(): string {
    return /[.eE]/.test(this.text) ? Decimal.parse(this.text).toString() : this.text
  }
}

/**
 * Reads the first JSON value of a text. What follows it is not looked at, as in ksqlDB's JSON functions.
 * Throws Error for anything else, an empty text included.
 */
export function parseJson(text: string): JsonNode {
  return new JsonReader(text).value()
}

/** Compact JSON text. */
export function printJson(node: JsonNode): string {
  if (node instanceof JsonNumber) return node.toString()
  if (node instanceof Map) {
    return `{${Array.from(node, ([key, value]) => `${JSON.stringify(key)}:${printJson(value)}`).join(',')}}`
  }
  if (Array.isArray(node)) return `[${node.map(printJson).join(',')}]`
  return JSON.stringify(node)
}

/** How a node looks as a column: strings without quotes, all else as JSON, null as NULL. */
export function jsonText(node: JsonNode): string | null {
  return node === null || typeof node === 'string' ? node : printJson(node)
}

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(): JsonNode {
    this.#blanks()
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object()
      case '[':
        return this.#array()
      case '"':
        return this.#string()
      default:
        return this.#scalar()
    }
  }

  #object(): JsonObject {
    const members = new Map<string, JsonNode>()
    this.#sequence('}', () => {
      this.#blanks()
      const key = this.#string()
      this.#blanks()
      if (this.#text[this.#at++] !== ':') throw this.#error()
      members.set(key, this.value())
    })
    return members
  }

  #array(): readonly JsonNode[] {
    const elements: JsonNode[] = []
    this.#sequence(']', () => elements.push(this.value()))
    return elements
  }

  #sequence(close: string, item: () => void): void {
    this.#at++
    this.#blanks()
    if (this.#text[this.#at] === close) {
      this.#at++
      return
    }
    for (;;) {
      item()
      this.#blanks()
      const char = this.#text[this.#at++]
      if (char === close) return
      if (char !== ',') throw this.#error()
    }
  }

  #string(): string {
    const literal = this.#match(/"(?:[^"\\]|\\.)*"/sy)
    if (literal === undefined) throw this.#error()
    return JSON.parse(literal)
  }

  #scalar(): JsonNode {
    const number = this.#match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y)
    if (number !== undefined) return new JsonNumber(number)
    const word = this.#match(/(?:true|false|null)(?!\w)/y)
    if (word === undefined) throw this.#error()
    return JSON.parse(word)
  }

  #blanks(): void {
    this.#match(/[ \t\r\n]*/y)
  }

  #match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at
    const text = sticky.exec(this.#text)?.[0]
    this.#at += text?.length ?? 0
    return text
  }

  #error(): Error {
    const start = this.#text.slice(0, 80)
    return new Error(`Invalid JSON at offset ${this.#at} of '${start}${start.length < this.#text.length ? '…' : ''}'.`)
  }
}
