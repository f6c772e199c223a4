import type { SchemaRegistry } from '../../engine/formats/format.ts'
import type { JsonNode } from '../../engine/formats/json-parse.ts'
import { parseColumns, type TypeName } from '../../engine/syntax/index.ts'
import { formatType, type SqlType } from '../../engine/types/sql-type.ts'
import type { PostSource, PostSpec, PostTopic } from './case.ts'
import type { ConformanceEngine, SideInfo, SourceInfo } from './contract.ts'
import { jsonText } from './feed.ts'
import { toNumber } from './topics.ts'

const INTERNAL_TOPIC = '_confluent-ksql-'

/** Checks a case's post-conditions (QTT-FORMAT.md 1.5); null when all hold. Internal topics are not checked: the engine has none. */
export function checkPost(post: PostSpec, engine: ConformanceEngine, registry: SchemaRegistry): string | null {
  for (const wanted of post.sources ?? []) {
    const problems = engine
      .sources()
      .filter((source) => source.name === wanted.name)
      .map((source) => sourceProblem(wanted, source))
    if (problems.length === 0) return `no source ${wanted.name} exists`
    if (!problems.includes(null)) return `source ${wanted.name}: ${problems.join('; ')}`
  }
  const repartitions = engine.queries().some((query) => query.repartitions === true)
  if (post.topics?.blacklist !== undefined) {
    const forbidden = new RegExp(post.topics.blacklist)
    const topic = engine.topics().find(({ name }) => forbidden.test(name))
    if (topic !== undefined) return `topic ${topic.name} must not exist`
    if (repartitions && forbidden.test('x-repartition')) return 'a query repartitions its input'
  }
  for (const topic of post.topics?.topics ?? []) {
    const problem = topic.name.startsWith(INTERNAL_TOPIC) ? null : topicProblem(topic, engine, registry)
    if (problem !== null) return problem
  }
  return null
}

function sourceProblem(wanted: PostSource, source: SourceInfo): string | null {
  if (wanted.type.toLowerCase() !== source.type) return `is a ${source.type}`
  if (wanted.schema !== undefined) {
    const expected = parseColumns(wanted.schema).map(
      (column) => `${column.name} ${typeText(column.type)}${column.role === 'value' ? '' : ' KEY'}`,
    )
    const actual = source.columns
      .filter((column) => column.role !== 'headers')
      .map((column) => `${column.name} ${formatType(column.type)}${column.role === 'key' ? ' KEY' : ''}`)
    if (expected.join(', ') !== actual.join(', '))
      return `has the schema ${actual.join(', ')}, not ${expected.join(', ')}`
  }
  const key = wanted.keyFormat
  if (key !== undefined) {
    if (key.format !== undefined && key.format !== source.keyFormat.name)
      return `has key format ${source.keyFormat.name}`
    if ((key.windowType ?? null) !== source.windowType) return `has window type ${source.windowType}`
    if ((toNumber(key.windowSize) ?? null) !== source.windowSize) return `has window size ${source.windowSize}`
  }
  const value = typeof wanted.valueFormat === 'string' ? wanted.valueFormat : wanted.valueFormat?.format
  if (value !== undefined && value !== source.valueFormat.name) return `has value format ${source.valueFormat.name}`
  if (wanted.isSource !== undefined && wanted.isSource !== source.isReadOnly)
    return `is ${source.isReadOnly ? '' : 'not '}read-only`
  return (
    featureProblem('key', wanted.keyFeatures, featuresOf(source, true)) ??
    featureProblem('value', wanted.valueFeatures, featuresOf(source, false))
  )
}

/** ksqlDB's serde features: keys of one column are unwrapped where the format can do both, values only when told. */
function featuresOf(source: SourceInfo, isKey: boolean): string[] {
  const side: SideInfo = isKey ? source.keyFormat : source.valueFormat
  if (side.wrapSingle !== undefined) return [side.wrapSingle ? 'WRAP_SINGLES' : 'UNWRAP_SINGLES']
  const single = source.columns.filter((column) => column.role === (isKey ? 'key' : 'value')).length === 1
  return isKey && single && ['JSON', 'AVRO'].includes(side.name) ? ['UNWRAP_SINGLES'] : []
}

function featureProblem(side: string, wanted: readonly string[] | undefined, actual: readonly string[]): string | null {
  if (wanted === undefined || [...wanted].sort().join() === [...actual].sort().join()) return null
  return `has ${side} features [${actual.join()}], not [${wanted.join()}]`
}

function typeText(type: TypeName): string {
  return type.kind === 'type' ? formatType(type.type) : formatType(structural(type))
}

function structural(type: TypeName): SqlType {
  switch (type.kind) {
    case 'type':
      return type.type
    case 'array':
      return { base: 'ARRAY', element: structural(type.element) }
    case 'map':
      return { base: 'MAP', key: structural(type.key), value: structural(type.value) }
    case 'struct':
      return {
        base: 'STRUCT',
        fields: type.fields.map((field) => ({ name: field.name, type: structural(field.type) })),
      }
    case 'named':
      throw new Error(`a post-condition names the custom type ${type.name}`)
  }
}

function topicProblem(wanted: PostTopic, engine: ConformanceEngine, registry: SchemaRegistry): string | null {
  const topic = engine.topics().find(({ name }) => name === wanted.name)
  if (topic === undefined) return `topic ${wanted.name} does not exist`
  const partitions = toNumber(wanted.partitions)
  if (partitions !== undefined && partitions !== topic.partitions) {
    return `topic ${wanted.name} has ${topic.partitions} partitions, not ${partitions}`
  }
  for (const side of ['key', 'value'] as const) {
    const schema = side === 'key' ? wanted.keySchema : wanted.valueSchema
    if (schema === undefined || schema === null) continue
    const registered = registry.latest(`${wanted.name}-${side}`)
    if (registered === null) return `no schema is registered under ${wanted.name}-${side}`
    const [expected, actual] = [canonical(JSON.parse(jsonText(schema)) as JsonNode), canonicalText(registered.schema)]
    if (expected !== actual) return `${wanted.name}-${side} has the schema ${actual}, not ${expected}`
  }
  return null
}

function canonicalText(schema: string): string {
  try {
    return canonical(JSON.parse(schema) as JsonNode)
  } catch {
    return schema
  }
}

/** A schema without Connect's notes, names in order: two that mean the same are equal as text. */
function canonical(node: JsonNode): string {
  if (Array.isArray(node)) return `[${node.map(canonical).join(',')}]`
  if (typeof node !== 'object' || node === null) return JSON.stringify(node)
  const entries = Object.entries(node).filter(([name]) => !name.startsWith('connect.'))
  if (entries.length === 1 && entries[0]?.[0] === 'type') return canonical(entries[0][1])
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${JSON.stringify(name)}:${canonical(value)}`)
    .join(',')}}`
}
