import { type DateWriters, jsonWriter } from '../../formats/json-write.ts'
import type { ScalarFunction } from '../definition.ts'
import { JSON_CATEGORY } from './json-extract.ts'
import { type JsonNode, parseJson, printJson } from './json-node.ts'
import { typed } from './typed.ts'

/** PostgreSQL's `||` for JSON: objects merge, all else becomes one array. NULL when any text is NULL; throws when one is no JSON. */
function concat(...texts: (string | null)[]): string | null {
  const nodes: JsonNode[] = []
  for (const text of texts) {
    if (text === null) return null
    nodes.push(parseJson(text))
  }
  const objects = nodes.filter((node) => node instanceof Map)
  if (objects.length === nodes.length) return printJson(new Map(objects.flatMap((object) => [...object])))
  return printJson(nodes.flatMap((node) => (Array.isArray(node) ? node : [node])))
}

function isJson(text: string | null): boolean {
  if (text === null) return false
  try {
    parseJson(text)
    return true
  } catch {
    return false
  }
}

/** java.time's shortest ISO form: the seconds are left out when they and the fraction are zero. */
function isoTime(millis: number): string {
  const text = new Date(millis).toISOString().slice(11, 23)
  return text.replace(/(?::00\.000|\.000)$/, '')
}

function isoDate(millis: number): string {
  return new Date(millis).toISOString().replace(/T.*$/, '')
}

const MS_PER_DAY = 86_400_000

const ISO: DateWriters = {
  DATE: (value) => `"${isoDate((value as number) * MS_PER_DAY)}"`,
  TIME: (value) => `"${isoTime(value as number)}"`,
  TIMESTAMP: (value) => `"${isoDate(value as number)}T${isoTime(value as number)}"`,
}

export const jsonBuildFunctions: readonly ScalarFunction[] = [
  {
    name: 'JSON_CONCAT',
    description: 'JSON objects merged into one, or other JSON values and arrays joined into one array.',
    category: JSON_CATEGORY,
    variants: [{ parameters: ['VARCHAR'], variadic: 0, returns: 'VARCHAR', nulls: 'pass', bind: () => typed(concat) }],
  },
  {
    name: 'IS_JSON_STRING',
    description: 'Whether a text is JSON.',
    category: JSON_CATEGORY,
    variants: [{ parameters: ['VARCHAR'], returns: 'BOOLEAN', nulls: 'pass', bind: () => typed(isJson) }],
  },
  {
    name: 'TO_JSON_STRING',
    description: 'A value of any type as JSON text.',
    category: JSON_CATEGORY,
    variants: [
      {
        parameters: ['T'],
        returns: 'VARCHAR',
        nulls: 'pass',
        bind: ({ argTypes }) => typed(jsonWriter(argTypes[0], ISO)),
      },
    ],
  },
]
