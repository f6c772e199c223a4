import type { Format, FormatColumn, SchemaRegistry } from '../../engine/formats/format.ts'
import { formatByName } from '../../engine/formats/index.ts'
import { type JsonNode, LosslessNumber } from '../../engine/formats/json-parse.ts'
import { type CreateSource, parseStatement, type Statement, type TypeName } from '../../engine/syntax/index.ts'
import { arrayType, mapType, type SqlType, structType } from '../../engine/types/sql-type.ts'
import type { Scenario, TopicSpec } from './case.ts'
import type { ConformanceEngine } from './contract.ts'
import { jsonText } from './feed.ts'

/**
 * Partitions of a topic of which a case does not say how many. QTT-FORMAT.md says 1, but what cases expect of such topics shows 4: protobuf.json,
 * fk-join.json, and the join of a topic of 4 with one of these in joins.json.
 */
const PARTITIONS = 4

/** Makes the topics a case needs and registers their schemas, as QTT-FORMAT.md 1.2 says. */
export function prepareTopics(test: Scenario, engine: ConformanceEngine, registry: SchemaRegistry): void {
  const listed = new Map((test.topics ?? []).map((topic) => [topic.name, topic]))
  const declared = declaredSources(test)
  for (const source of declared) registerDeclared(source, listed.get(source.topic), registry)
  for (const topic of listed.values()) registerListed(topic, registry)
  const created = new Set<string>()
  const create = (name: string, partitions?: number, replicas?: number) => {
    if (created.has(name)) return
    created.add(name)
    engine.createTopic(name, { ...(partitions && { partitions }), ...(replicas && { replicas }) })
  }
  for (const topic of listed.values()) create(topic.name, toNumber(topic.partitions), toNumber(topic.replicas))
  for (const source of declared) create(source.topic, source.partitions ?? PARTITIONS, source.replicas)
  for (const record of [...(test.inputs ?? []), ...(test.outputs ?? [])]) create(record.topic, PARTITIONS)
}

interface Declared {
  readonly topic: string
  readonly partitions: number | undefined
  readonly replicas: number | undefined
  readonly key: DeclaredSide
  readonly value: DeclaredSide
}

interface DeclaredSide {
  readonly columns: readonly FormatColumn[]
  readonly format: Format | null
  readonly wrapSingle: boolean | undefined
  readonly schemaFullName: string | undefined
}

/** What the CREATE statements with columns say of their topics. Statements that do not parse are the engine's matter. */
function declaredSources(test: Scenario): Declared[] {
  const types = new Map<string, SqlType>()
  return test.statements.flatMap((text) => {
    let statement: Statement
    try {
      statement = parseStatement(text)
    } catch {
      return []
    }
    if (statement.kind === 'create-type') types.set(statement.name.toUpperCase(), typeOf(statement.type, types))
    return statement.kind === 'create-source' && statement.columns.length > 0
      ? [declaredOf(statement, types, test)]
      : []
  })
}

function declaredOf(statement: CreateSource, types: ReadonlyMap<string, SqlType>, test: Scenario): Declared {
  const both = option(statement, 'FORMAT')
  const wrap = option(statement, 'WRAP_SINGLE_VALUE') ?? scalar(test.properties['ksql.persistence.wrap.single.values'])
  const side = (isKey: boolean): DeclaredSide => {
    const name =
      both ??
      option(statement, isKey ? 'KEY_FORMAT' : 'VALUE_FORMAT') ??
      scalar(test.properties[`ksql.persistence.default.format.${isKey ? 'key' : 'value'}`]) ??
      (isKey ? 'KAFKA' : '')
    const columns = statement.columns.filter(
      (c) => (c.role === 'key' || c.role === 'primary-key') === isKey && c.role !== 'headers',
    )
    return {
      columns: columns.map((c) => ({ name: c.name, type: typeOf(c.type, types) })),
      format: knownFormat(name),
      wrapSingle: isKey || wrap === undefined || columns.length !== 1 ? undefined : wrap.toLowerCase() === 'true',
      schemaFullName: isKey
        ? option(statement, 'KEY_SCHEMA_FULL_NAME')
        : (option(statement, 'VALUE_SCHEMA_FULL_NAME') ?? option(statement, 'VALUE_AVRO_SCHEMA_FULL_NAME')),
    }
  }
  return {
    topic: option(statement, 'KAFKA_TOPIC') ?? statement.name,
    partitions: toNumber(option(statement, 'PARTITIONS')),
    replicas: toNumber(option(statement, 'REPLICAS')),
    key: side(true),
    value: side(false),
  }
}

function option(statement: CreateSource, name: string): string | undefined {
  const value = statement.properties.get(name)?.value
  return value !== undefined && 'value' in value ? String(value.value) : undefined
}

function knownFormat(name: string): Format | null {
  try {
    return formatByName(name)
  } catch {
    return null
  }
}

function typeOf(name: TypeName, types: ReadonlyMap<string, SqlType>): SqlType {
  switch (name.kind) {
    case 'type':
      return name.type
    case 'named':
      return types.get(name.name.toUpperCase()) ?? structType([])
    case 'array':
      return arrayType(typeOf(name.element, types))
    case 'map':
      return mapType(typeOf(name.key, types), typeOf(name.value, types))
    case 'struct':
      return structType(name.fields.map((field) => ({ name: field.name, type: typeOf(field.type, types) })))
  }
}

function registerDeclared(source: Declared, listed: TopicSpec | undefined, registry: SchemaRegistry): void {
  for (const isKey of [true, false]) {
    const side = isKey ? source.key : source.value
    const given = isKey ? listed?.keySchema : listed?.valueSchema
    const subject = `${source.topic}-${isKey ? 'key' : 'value'}`
    if (registry.latest(subject) !== null) continue
    if (given !== undefined || side.columns.length === 0 || side.format === null || !side.format.inference) continue
    const { wrapSingle, schemaFullName } = side
    let schema: string | null
    try {
      schema = side.format.schemaFor(side.columns, { isKey, topic: source.topic, registry, wrapSingle, schemaFullName })
    } catch {
      // Columns the format cannot carry: the engine is to refuse the statement.
      continue
    }
    if (schema !== null) registry.register(subject, schema, 'AVRO')
  }
}

function registerListed(topic: TopicSpec, registry: SchemaRegistry): void {
  const register = (
    side: 'key' | 'value',
    schema: JsonNode | undefined,
    format: string | undefined,
    id: JsonNode | undefined,
  ) => {
    if (schema === undefined || schema === null) return
    const name = format?.toUpperCase() ?? 'AVRO'
    const type = name.startsWith('PROTOBUF') ? 'PROTOBUF' : name.startsWith('JSON') ? 'JSON' : 'AVRO'
    const text = type === 'PROTOBUF' && typeof schema === 'string' ? schema : jsonText(schema)
    registry.register(`${topic.name}-${side}`, text, type, toNumber(id))
  }
  register('key', topic.keySchema, topic.keyFormat, topic.keySchemaId)
  register('value', topic.valueSchema, topic.valueFormat, topic.valueSchemaId)
}

export function toNumber(node: JsonNode | undefined): number | undefined {
  if (node === undefined || node === null) return undefined
  return Number(node instanceof LosslessNumber ? node.value : node)
}

function scalar(node: JsonNode | undefined): string | undefined {
  return node === undefined || node === null ? undefined : String(node instanceof LosslessNumber ? node.value : node)
}
