import { Decimal } from '../../types/decimal.ts'
import type { SqlValue } from '../../types/values.ts'
import type { ScalarFunction, ScalarVariant } from '../definition.ts'
import { type JsonNode, JsonNumber, jsonText, parseJson, printJson } from './json-node.ts'
import { followJsonPath, type JsonPath, parseJsonPath } from './json-path.ts'
import { typed } from './typed.ts'

export const JSON_CATEGORY = 'JSON'

/** A path is parsed once as long as it repeats, which the usual literal does. */
function bindExtract() {
  let last: string | undefined
  let path: JsonPath = []
  return typed((json: string, text: string): SqlValue => {
    if (text !== last) {
      path = parseJsonPath(text)
      last = text
    }
    return jsonText(followJsonPath(parseJson(json), path) ?? null)
  })
}

/** Text is equal to strings, numbers to numbers of the same value, NULL to null. Throws when the text is no JSON. */
function arrayContains(json: string | null, wanted: SqlValue): boolean {
  const node = json === null ? null : parseJson(json)
  if (!Array.isArray(node)) return false
  if (typeof wanted !== 'number' && typeof wanted !== 'bigint' && !(wanted instanceof Decimal)) {
    return node.includes(wanted)
  }
  const number = wanted instanceof Decimal ? wanted : Decimal.parse(String(wanted))
  return node.some((element) => element instanceof JsonNumber && Decimal.parse(element.text).compare(number) === 0)
}

function arrayOf(json: string): readonly JsonNode[] | null {
  const node = parseJson(json)
  return Array.isArray(node) ? node : null
}

function membersOf(json: string): ReadonlyMap<string, JsonNode> | null {
  const node = parseJson(json)
  return node instanceof Map ? node : null
}

function keys(json: string): SqlValue {
  const members = membersOf(json)
  return members && [...members.keys()]
}

function records(json: string): SqlValue {
  const members = membersOf(json)
  return members && new Map(Array.from(members, ([key, value]) => [key, jsonText(value)]))
}

function ofJson(name: string, returns: string, description: string, bind: ScalarVariant['bind']): ScalarFunction {
  const variant: ScalarVariant = { parameters: ['VARCHAR'], returns, nulls: 'propagate', bind }
  return { name, description, category: JSON_CATEGORY, variants: [variant] }
}

export const jsonExtractFunctions: readonly ScalarFunction[] = [
  {
    name: 'EXTRACTJSONFIELD',
    description: 'The value at a path ($.a.b[0]) in a JSON text, as text; NULL when there is none.',
    category: JSON_CATEGORY,
    variants: [{ parameters: ['VARCHAR', 'VARCHAR'], returns: 'VARCHAR', nulls: 'propagate', bind: bindExtract }],
  },
  {
    name: 'JSON_ARRAY_CONTAINS',
    description: 'Whether a JSON array contains a value; false when the text is no array.',
    category: JSON_CATEGORY,
    variants: [{ parameters: ['VARCHAR', 'T'], returns: 'BOOLEAN', nulls: 'pass', bind: () => typed(arrayContains) }],
  },
  ofJson('JSON_ARRAY_LENGTH', 'INT', 'The number of elements of a JSON array; NULL when the text is none.', () =>
    typed((json: string) => arrayOf(json)?.length ?? null),
  ),
  ofJson('JSON_ITEMS', 'ARRAY<VARCHAR>', 'The elements of a JSON array as JSON texts; NULL when it is none.', () =>
    typed((json: string) => arrayOf(json)?.map(printJson) ?? null),
  ),
  ofJson('JSON_KEYS', 'ARRAY<VARCHAR>', 'The names of the members of a JSON object; NULL when the text is none.', () =>
    typed(keys),
  ),
  ofJson(
    'JSON_RECORDS',
    'MAP<VARCHAR, VARCHAR>',
    'The members of a JSON object: strings as they are, other values as JSON texts; NULL when the text is none.',
    () => typed(records),
  ),
]
