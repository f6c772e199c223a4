import type { SensorColumn } from '../gpuz/batch.ts'
import type { OutboxEntry } from './outbox.ts'

/** Rows of one life of a log, in columns, as its reader gave them. */
export interface StoredRows {
  readonly device: string
  readonly host: string
  readonly log: string
  readonly generation: number
  readonly count: number
  readonly ts: Float64Array
  readonly row: Float64Array
  readonly sensors: ReadonlyMap<string, SensorColumn>
  readonly other: readonly (ReadonlyMap<string, number> | null)[] | null
}

/** What a cell of a row holds; times are ms since 1970 UTC. */
export type Cell = string | number | boolean | null

/** Rows of a table, column by name in `columns`. With `key`, a row takes the place of the one with the same values there. */
export interface TableRows {
  readonly table: string
  readonly columns: readonly string[]
  readonly key: readonly string[]
  readonly rows: readonly (readonly Cell[])[]
  /** values of `key` of rows that are no more */
  readonly removed?: readonly (readonly Cell[])[]
}

/** Rows to be appended to a table that has no key, in its columns: numbers and times with NaN for NULL, or texts. Longer arrays than `count` may come. */
export interface TableColumns {
  readonly table: string
  /** all columns of the table, in its order */
  readonly columns: readonly (Float64Array | readonly string[])[]
  readonly count: number
}

export interface StoredReject {
  readonly device: string
  readonly host: string
  readonly log: string
  readonly generation: number
  readonly line: number
  readonly reason: string
  readonly detail: string
  readonly firstBytes: string
}

/** A pipeline after its last row. */
export interface SavedPipeline {
  readonly log: string
  readonly device: string
  /** how far the log is read; JSON */
  readonly position: string
  /** what the engine ran, to tell whether it is still what is wanted */
  readonly statements: string
  readonly snapshot: Uint8Array
}

/** Everything that changes together with the rows appended since the checkpoint before. */
export interface Checkpoint {
  readonly tables: readonly TableRows[]
  readonly appended?: readonly TableColumns[]
  readonly rejects: readonly StoredReject[]
  /** those that have changed */
  readonly pipelines: readonly SavedPipeline[]
  /** what receivers by name are to be told of */
  readonly notifications?: { readonly targets: readonly string[]; readonly entries: readonly OutboxEntry[] }
  /** devices whose open episodes and sessions nothing goes on with: they are over, before the rest */
  readonly closeOpen?: readonly string[]
  /** logs whose rows and all that was derived of them are to be removed, before the rest */
  readonly forget?: readonly { readonly log: string; readonly device: string }[]
}
