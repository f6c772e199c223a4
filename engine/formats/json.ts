import type { Format, FormatColumn, FormatOptions, Serde } from './format.ts'
import { lossyTexts, parseJson } from './json-parse.ts'
import { fieldReader, jsonReader } from './json-read.ts'
import { jsonWriter, objectWriter } from './json-write.ts'
import { checkOptions, hasNonStringMapKey, isUnwrapped, unsupportedSchema } from './refusal.ts'
import { decodeUtf8, encodeUtf8 } from './utf8.ts'

/**
 * JSON text. Field names match columns in any case; numbers are exact; DECIMAL is a number, BYTES base64, DATE, TIME and TIMESTAMP whole numbers.
 * https://docs.ksqldb.io/en/latest/reference/serialization/#json
 */
export const JSON_FORMAT: Format = {
  name: 'JSON',
  inference: false,
  wrapping: 'both',
  create,
  schemaFor: () => null,
  columnsOf: () => [],
}

function create(columns: readonly FormatColumn[], options: FormatOptions): Serde {
  checkOptions('JSON', options)
  if (columns.some((column) => hasNonStringMapKey(column.type))) {
    throw unsupportedSchema('JSON', columns, options, 'JSON only supports MAP types with STRING keys')
  }
  const lossy = lossyTexts(columns.map((column) => column.type))
  const [single] = columns
  if (single !== undefined && isUnwrapped(columns, options)) {
    const read = jsonReader(single.type)
    const write = jsonWriter(single.type)
    return {
      deserialize: (bytes) => parseJson(jsonText(bytes), lossy, (node) => [read(node)]),
      serialize: ([value]) => (value === null || value === undefined ? null : encodeUtf8(write(value))),
    }
  }
  const read = fieldReader(columns)
  const write = objectWriter(columns)
  return {
    deserialize: (bytes) =>
      parseJson(jsonText(bytes), lossy, (node) => (node === null ? columns.map(() => null) : read(node))),
    serialize: (values) => encodeUtf8(write(values)),
  }
}

/** JSON_SR puts a zero byte and a schema id of four bytes before the text, which JSON reads over. */
function jsonText(bytes: Uint8Array): string {
  return decodeUtf8(bytes[0] === 0 ? bytes.subarray(5) : bytes)
}
