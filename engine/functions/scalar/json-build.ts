import type { Decimal } from '../../types/decimal.ts'
import { javaDoubleToString } from '../../types/java-number.ts'
import type { SqlType } from '../../types/sql-type.ts'
import type { SqlValue } from '../../types/values.ts'
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

/** How values of a type are written as JSON. */
function jsonWriter(type: SqlType): (value: SqlValue) => string {
  const write = presentWriter(type)
  return (value) => (value === null ? 'null' : write(value))
}

function presentWriter(type: SqlType): (value: SqlValue) => string {
  switch (type.base) {
    case 'STRING':
      return (value) => JSON.stringify(value)
    case 'DOUBLE':
      return (value) => {
        const text = javaDoubleToString(value as number)
        return Number.isFinite(value) ? text : `"${text}"`
      }
    case 'DECIMAL':
      return (value) => (value as Decimal).toPlainString()
    case 'BYTES':
      return (value) => `"${Buffer.from(value as Uint8Array).toString('base64')}"`
    case 'DATE':
      return (value) => `"${isoDate((value as number) * MS_PER_DAY)}"`
    case 'TIME':
      return (value) => `"${isoTime(value as number)}"`
    case 'TIMESTAMP':
      return (value) => `"${isoDate(value as number)}T${isoTime(value as number)}"`
    case 'ARRAY': {
      const element = jsonWriter(type.element)
      return (value) => `[${(value as readonly SqlValue[]).map(element).join(',')}]`
    }
    case 'MAP': {
      const write = jsonWriter(type.value)
      return (value) => {
        const entries = Array.from(value as ReadonlyMap<SqlValue, SqlValue>)
        return `{${entries.map(([key, item]) => `${JSON.stringify(String(key))}:${write(item)}`).join(',')}}`
      }
    }
    case 'STRUCT': {
      const fields = type.fields.map((field) => ({ name: JSON.stringify(field.name), write: jsonWriter(field.type) }))
      return (value) => {
        const values = value as readonly SqlValue[]
        return `{${fields.map(({ name, write }, i) => `${name}:${write(values[i])}`).join(',')}}`
      }
    }
    default:
      return String
  }
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
        bind: ({ argTypes }) => typed(jsonWriter(argTypes[0])),
      },
    ],
  },
]
