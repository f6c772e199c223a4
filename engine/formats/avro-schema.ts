/** An Avro schema, names resolved. https://avro.apache.org/docs/1.11.1/specification/ */
export type AvroSchema = AvroPrimitive | AvroFixed | AvroEnum | AvroArray | AvroMap | AvroRecord | AvroUnion

export interface Logical {
  readonly name: string
  readonly precision: number
  readonly scale: number
}
export interface AvroPrimitive {
  readonly kind: 'null' | 'boolean' | 'int' | 'long' | 'float' | 'double' | 'bytes' | 'string'
  readonly logical: Logical | null
}
export interface AvroFixed {
  readonly kind: 'fixed'
  readonly name: string
  readonly size: number
  readonly logical: Logical | null
}
export interface AvroEnum {
  readonly kind: 'enum'
  readonly name: string
  readonly symbols: readonly string[]
}
export interface AvroArray {
  readonly kind: 'array'
  readonly items: AvroSchema
}
export interface AvroMap {
  readonly kind: 'map'
  readonly values: AvroSchema
}
export interface AvroField {
  readonly name: string
  readonly type: AvroSchema
  /** the default as JSON; undefined: none */
  readonly default: unknown
}
export interface AvroRecord {
  readonly kind: 'record'
  readonly name: string
  /** filled after the record is known by name, so that it may hold itself */
  readonly fields: readonly AvroField[]
  /** Kafka Connect writes maps whose keys are not plain strings as arrays of such records of a key and a value */
  readonly mapEntry: boolean
}
export interface AvroUnion {
  readonly kind: 'union'
  readonly branches: readonly AvroSchema[]
}

/** Connect's precision of a decimal that states none. */
const DEFAULT_PRECISION = 64

const PRIMITIVES = new Set(['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'])

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json | undefined }

/** Reads schema JSON; a bare name such as `string` is a schema too. Throws on what is none. */
export function parseAvroSchema(text: string): AvroSchema {
  let json: Json
  try {
    json = JSON.parse(text) as Json
  } catch {
    json = text.trim()
  }
  return resolve(json, '', new Map())
}

function resolve(json: Json | undefined, namespace: string, named: Map<string, AvroSchema>): AvroSchema {
  if (typeof json === 'string') {
    if (PRIMITIVES.has(json)) return { kind: json as AvroPrimitive['kind'], logical: null }
    const known = named.get(json.includes('.') || namespace === '' ? json : `${namespace}.${json}`) ?? named.get(json)
    if (known === undefined) throw new Error(`unknown Avro type '${json}'`)
    return known
  }
  if (Array.isArray(json)) return { kind: 'union', branches: json.map((branch) => resolve(branch, namespace, named)) }
  if (typeof json !== 'object' || json === null) throw new Error(`no Avro schema: ${JSON.stringify(json)}`)
  return resolveObject(json as { readonly [name: string]: Json | undefined }, namespace, named)
}

function resolveObject(
  json: { readonly [name: string]: Json | undefined },
  namespace: string,
  named: Map<string, AvroSchema>,
): AvroSchema {
  const type = json['type']
  switch (type) {
    case 'array':
      return { kind: 'array', items: resolve(json['items'], namespace, named) }
    case 'map':
      return { kind: 'map', values: resolve(json['values'], namespace, named) }
    case 'record':
    case 'error': {
      const [name, inner] = fullName(json, namespace)
      const fields: AvroField[] = []
      const record: AvroRecord = {
        kind: 'record',
        name,
        fields,
        mapEntry: json['connect.internal.type'] === 'MapEntry' || name.endsWith('.MapEntry') || name === 'MapEntry',
      }
      named.set(name, record)
      for (const field of asArray(json['fields'])) {
        const { name: fieldName, type: fieldType, default: value } = field as { [name: string]: Json | undefined }
        fields.push({ name: String(fieldName), type: resolve(fieldType, inner, named), default: value })
      }
      return record
    }
    case 'enum': {
      const [name] = fullName(json, namespace)
      const schema: AvroEnum = { kind: 'enum', name, symbols: asArray(json['symbols']).map(String) }
      named.set(name, schema)
      return schema
    }
    case 'fixed': {
      const [name] = fullName(json, namespace)
      const schema: AvroFixed = { kind: 'fixed', name, size: Number(json['size']), logical: logicalOf(json) }
      named.set(name, schema)
      return schema
    }
    default: {
      const schema = resolve(type, namespace, named)
      return 'logical' in schema ? { ...schema, logical: logicalOf(json) ?? schema.logical } : schema
    }
  }
}

function logicalOf(json: { readonly [name: string]: Json | undefined }): Logical | null {
  const name = json['logicalType']
  if (typeof name !== 'string') return null
  return { name, precision: Number(json['precision'] ?? DEFAULT_PRECISION), scale: Number(json['scale'] ?? 0) }
}

function fullName(
  json: { readonly [name: string]: Json | undefined },
  namespace: string,
): [name: string, namespace: string] {
  const name = String(json['name'])
  const inner = typeof json['namespace'] === 'string' ? json['namespace'] : namespace
  if (name.includes('.')) return [name, name.slice(0, name.lastIndexOf('.'))]
  return [inner === '' ? name : `${inner}.${name}`, inner]
}

function asArray(json: Json | undefined): readonly Json[] {
  if (!Array.isArray(json)) throw new Error(`an Avro schema lacks a list: ${JSON.stringify(json)}`)
  return json as readonly Json[]
}

/** The other branch of a union with null; null for every other schema. */
export function nullableOf(schema: AvroSchema): AvroSchema | null {
  if (schema.kind !== 'union' || schema.branches.length !== 2) return null
  const [a, b] = schema.branches
  return a?.kind === 'null' ? (b ?? null) : b?.kind === 'null' ? (a ?? null) : null
}
