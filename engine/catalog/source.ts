import type { SqlType } from '../types/sql-type.ts'

export interface SourceColumn {
  readonly name: string
  readonly type: SqlType
  readonly role: 'key' | 'value' | 'headers'
  /** HEADER('name'): one header's value; null: all of them */
  readonly headerKey: string | null
}

export type WindowType = 'TUMBLING' | 'HOPPING' | 'SESSION'

export interface KeyWindow {
  readonly type: WindowType
  /** ms; null for sessions */
  readonly size: number | null
}

/** How one side of a topic's records is written. */
export interface SideFormat {
  readonly name: string
  readonly delimiter: string | undefined
  /** undefined: the format's own default */
  readonly wrapSingle: boolean | undefined
  readonly schemaFullName: string | undefined
  readonly schemaId: number | undefined
}

export interface TimestampColumn {
  readonly column: string
  /** Java pattern for STRING columns */
  readonly format: string | null
}

/** A stream or table of the catalogue: a schema and formats over a topic. */
export interface Source {
  readonly name: string
  readonly kind: 'STREAM' | 'TABLE'
  /** in the order of declaration, key columns first */
  readonly columns: readonly SourceColumn[]
  readonly topic: string
  readonly keyFormat: SideFormat
  readonly valueFormat: SideFormat
  readonly window: KeyWindow | null
  readonly timestamp: TimestampColumn | null
  readonly readOnly: boolean
  /** written by CREATE … AS SELECT */
  readonly derived: boolean
  readonly statement: string
}

export function keyColumns(source: Pick<Source, 'columns'>): readonly SourceColumn[] {
  return source.columns.filter((c) => c.role === 'key')
}

export function valueColumns(source: Pick<Source, 'columns'>): readonly SourceColumn[] {
  return source.columns.filter((c) => c.role === 'value')
}
