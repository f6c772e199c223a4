import { Decimal } from '../types/decimal.ts'
import type { SqlValue } from '../types/values.ts'
import { bytesToBigint } from './avro-binary.ts'
import { type AvroSchema, nullableOf } from './avro-schema.ts'

/**
 * The value of a field's default, which schemas write as JSON: bytes as a text of one character a byte, a union's by its first branch.
 * Throws where the default does not fit its schema. https://avro.apache.org/docs/1.11.1/specification/#schema-record
 */
export function defaultValue(schema: AvroSchema, json: unknown): SqlValue {
  switch (schema.kind) {
    case 'null':
      return null
    case 'boolean':
      if (typeof json === 'boolean') return json
      break
    case 'int':
    case 'float':
    case 'double':
      if (typeof json === 'number') return json
      break
    case 'long':
      if (typeof json !== 'number') break
      return schema.logical?.name === 'timestamp-millis' ? json : BigInt(json)
    case 'string':
    case 'enum':
      if (typeof json === 'string') return json
      break
    case 'bytes':
    case 'fixed': {
      if (typeof json !== 'string') break
      const bytes = Buffer.from(json, 'latin1')
      return schema.logical?.name === 'decimal' ? new Decimal(bytesToBigint(bytes), schema.logical.scale) : bytes
    }
    case 'array':
      if (Array.isArray(json)) return json.map((item) => defaultValue(schema.items, item))
      break
    case 'map':
      if (!isObject(json)) break
      return new Map(Object.entries(json).map(([key, item]) => [key, defaultValue(schema.values, item)]))
    case 'record':
      if (!isObject(json)) break
      return schema.fields.map((field) => defaultValue(field.type, json[field.name] ?? field.default))
    case 'union': {
      // a union of several types is a STRUCT of a field a branch
      const [first] = schema.branches
      if (first !== undefined && nullableOf(schema) !== null) return defaultValue(first, json)
    }
  }
  throw new Error(`the default ${JSON.stringify(json)} is no ${schema.kind}`)
}

function isObject(json: unknown): json is { readonly [name: string]: unknown } {
  return typeof json === 'object' && json !== null && !Array.isArray(json)
}
