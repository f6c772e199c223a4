import { type JsonNode, JsonNumber } from './json-node.ts'

/** Member names and array indexes on the way to a value. */
export type JsonPath = readonly (string | number)[]

/**
 * Parses `$.name`, `$["name"]`, `$[0]` and their chains. Throws Error for anything else: paths to many values are not supported.
 * https://docs.ksqldb.io/en/latest/developer-guide/ksqldb-reference/scalar-functions/#extractjsonfield
 */
export function parseJsonPath(text: string): JsonPath {
  if (!text.startsWith('$')) throw new Error(`A JSON path begins with '$': '${text}'.`)
  const step = /\.([^.[\]*]+)|\[\s*(-?\d+)\s*\]|\["((?:[^"\\]|\\.)*)"\]|\['((?:[^'\\]|\\.)*)'\]/y
  const path: (string | number)[] = []
  step.lastIndex = 1
  while (step.lastIndex < text.length) {
    const at = step.lastIndex
    const match = step.exec(text)
    if (match === null) throw new Error(`Unsupported JSON path '${text}' at offset ${at}.`)
    const [, name, index, ...quoted] = match
    const unquoted = quoted.find((part) => part !== undefined)?.replace(/\\(.)/gs, '$1')
    path.push(index === undefined ? (name ?? unquoted ?? '') : Number(index))
  }
  return path
}

/** The value a path leads to; undefined when a step is missing. */
export function followJsonPath(node: JsonNode, path: JsonPath): JsonNode | undefined {
  let current: JsonNode | undefined = node
  for (const step of path) {
    if (current === null || current === undefined || current instanceof JsonNumber) return undefined
    if (typeof step === 'number') current = Array.isArray(current) ? (current[step] as JsonNode | undefined) : undefined
    else current = current instanceof Map ? (current.get(step) as JsonNode | undefined) : undefined
  }
  return current
}
