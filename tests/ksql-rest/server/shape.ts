type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json }

/** What kind of thing a value is: types of scalars, fields of objects, and of an array the kinds of its items. */
export function shapeOf(value: Json): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return typeof value
  if (isArray(value)) return `[${[...new Set(value.map(shapeOf))].sort().join('|')}]`
  const fields = Object.keys(value).sort()
  return `{${fields.map((field) => `${field}:${shapeOf(value[field])}`).join(',')}}`
}

/** All scalars by their paths. Items that have names are taken in the order of these: ksqlDB lists them as its hash maps do. */
export function scalarsOf(value: Json, path = ''): Map<string, Json> {
  if (value === null || typeof value !== 'object') return new Map([[path, value]])
  const entries: (readonly [string, Json])[] = isArray(value)
    ? byName(value).map((item, i) => [`${path}[${i}]`, item])
    : Object.entries(value).map(([field, item]) => [`${path}.${field}`, item])
  return new Map(entries.flatMap(([at, item]) => [...scalarsOf(item, at)]))
}

function byName(items: readonly Json[]): readonly Json[] {
  return [...items].sort((a, b) => nameOf(a).localeCompare(nameOf(b)))
}

function nameOf(item: Json): string {
  if (item === null || typeof item !== 'object' || isArray(item)) return ''
  const name = item['name'] ?? item['queryString']
  return typeof name === 'string' ? name.toLowerCase() : ''
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

/** Lines of JSON as an array; other texts as they are. */
export function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    try {
      return text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Json)
    } catch {
      return text
    }
  }
}
export type { Json }
