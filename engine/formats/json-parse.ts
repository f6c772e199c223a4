import { LosslessNumber, parse } from 'lossless-json'

/** A JSON value; numbers are plain where that loses nothing, else LosslessNumber with the text as written. */
export type JsonNode = null | boolean | number | string | LosslessNumber | JsonNode[] | JsonObject
export interface JsonObject {
  readonly [name: string]: JsonNode
}

/** Thrown by a reader that needs a number as it was written (a STRING column): the text is parsed again without loss. */
export class NumberTextNeeded extends Error {}

/** Sixteen digits and points in a row may hold more than a double does; up to fifteen digits are exact in one. */
const MAY_LOSE_DIGITS = /[\d.]{16}/

/**
 * Parses and reads JSON text. JSON.parse is ten times faster than a lossless parser, and as exact for most texts: the lossless one is used
 * where a number is long, or where the reader asks for a number's text.
 */
export function parseJson<T>(text: string, read: (node: JsonNode) => T): T {
  if (!MAY_LOSE_DIGITS.test(text)) {
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
