import { LosslessNumber, parse } from 'lossless-json'
import type { SqlType } from '../types/sql-type.ts'
import { someType } from './refusal.ts'

/** A JSON value; numbers are plain where that loses nothing, else LosslessNumber with the text as written. */
export type JsonNode = null | boolean | number | string | LosslessNumber | JsonNode[] | JsonObject
export interface JsonObject {
  readonly [name: string]: JsonNode
}

/** Thrown by a reader that needs a number as it was written (a STRING column): the text is parsed again without loss. */
export class NumberTextNeeded extends Error {}

/**
 * Which texts JSON.parse may not be exact for, by what the columns hold: null for none. Up to fifteen digits are exact in a double, and a DOUBLE
 * column loses nothing anyway.
 */
export function lossyTexts(types: readonly SqlType[]): RegExp | null {
  const has = (base: SqlType['base']) => types.some((type) => someType(type, (part) => part.base === base))
  if (has('DECIMAL')) return /[\d.]{16}/
  return has('BIGINT') ? /(?<![\d.])\d{16}|\d[eE]/ : null
}

/**
 * Parses and reads JSON text. JSON.parse is ten times faster than a lossless parser: the lossless one is used where the text is `lossy`,
 * or where the reader asks for a number's text.
 */
export function parseJson<T>(text: string, lossy: RegExp | null, read: (node: JsonNode) => T): T {
  if (lossy === null || !lossy.test(text)) {
    try {
      return read(JSON.parse(text) as JsonNode)
    } catch (error) {
      if (!(error instanceof NumberTextNeeded)) throw error
    }
  }
  return read(parseLossless(text))
}

/** All numbers as LosslessNumber. Of two equal names the last counts, as in JSON.parse and Jackson. */
export function parseLossless(text: string): JsonNode {
  return parse(text, null, {
    parseNumber: (value) => new LosslessNumber(value),
    onDuplicateKey: ({ newValue }) => newValue,
  }) as JsonNode
}

export { LosslessNumber }
