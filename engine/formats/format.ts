import type { SqlType } from '../types/sql-type.ts'
import type { SqlValue } from '../types/values.ts'

export interface FormatColumn {
  readonly name: string
  readonly type: SqlType
}

/** What decides how columns become bytes, besides the columns: the WITH options of the source. */
export interface FormatOptions {
  /** DELIMITED: one character, or SPACE / TAB by name (VALUE_DELIMITER) */
  readonly delimiter?: string | undefined
  /** whether a single column is written inside a record/object (WRAP_SINGLE_VALUE); undefined: the format's default for this side */
  readonly wrapSingle?: boolean | undefined
  /** AVRO: full name of the record (VALUE_AVRO_SCHEMA_FULL_NAME, VALUE_SCHEMA_FULL_NAME, KEY_SCHEMA_FULL_NAME) */
  readonly schemaFullName?: string | undefined
  /** AVRO: write with (and read the shape of) this registered schema */
  readonly schemaId?: number | undefined
  readonly isKey: boolean
  readonly topic: string
  readonly registry: SchemaRegistry
}

/** One side (key or value) of a topic's records: values in the order of the columns. */
export interface Serde {
  /** null bytes never come here. Throws an Error saying what is wrong when the bytes cannot be read: the record is then counted and skipped. */
  deserialize(bytes: Uint8Array): SqlValue[]
  /** null for what the format writes as no bytes (KAFKA of a null column, NONE) */
  serialize(values: readonly SqlValue[]): Uint8Array | null
}

/** A key or value format by name. Columns it cannot carry are refused in `create` with ksqlDB's wording (KsqlError 'semantic'). */
export interface Format {
  readonly name: string
  /** can columns be read from the schema registry when a CREATE statement has none? */
  readonly inference: boolean
  /** may wrap or unwrap single columns? */
  readonly wrapping: 'wrap' | 'unwrap' | 'both' | 'none'
  create(columns: readonly FormatColumn[], options: FormatOptions): Serde
  /** the schema to register for these columns; null where the format has none */
  schemaFor(columns: readonly FormatColumn[], options: FormatOptions): string | null
  /**
   * Columns of a registered schema (inference); a primitive or other unwrapped schema gives one column named by `singleName` (ROWKEY / ROWVAL).
   * Names become upper case, unless `keepCase` (KEY_SCHEMA_ID, VALUE_SCHEMA_ID).
   */
  columnsOf(schema: string, singleName: string, unwrap: boolean, keepCase?: boolean): FormatColumn[]
}

/** Confluent's Schema Registry seen from the engine. Synchronous: a real registry is read before the engine plans. */
export interface SchemaRegistry {
  /** registers under a subject (`<topic>-key`, `<topic>-value`) and gives the id; the same schema gives the same id */
  register(subject: string, schema: string, type: 'AVRO' | 'JSON' | 'PROTOBUF', id?: number): number
  latest(subject: string): RegisteredSchema | null
  byId(id: number): RegisteredSchema | null
  subjects(): string[]
}

export interface RegisteredSchema {
  readonly id: number
  readonly version: number
  readonly schema: string
  readonly type: 'AVRO' | 'JSON' | 'PROTOBUF'
}
