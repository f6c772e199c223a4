import type { SchemaRegistry } from '../../engine/formats/format.ts'
import type { SqlType } from '../../engine/types/sql-type.ts'

/** What the runner needs of the engine. */
export interface ConformanceEngine {
  createTopic(name: string, options?: { partitions?: number; replicas?: number }): void
  /** one statement after the other; throws KsqlError */
  parse(text: string): readonly ParsedStatement[]
  executeStatement(statement: ParsedStatement): unknown
  queries(): readonly RunningQuery[]
  topic(name: string): { records(): readonly RawRecord[] }
  sources(): readonly SourceInfo[]
  topics(): readonly { readonly name: string; readonly partitions: number; readonly replicas: number }[]
}

export interface ParsedStatement {
  readonly kind: string
}

export interface RunningQuery {
  readonly id: string
  readonly sourceTopics: readonly string[]
  readonly sinkTopic: string
  /** did the planner put a repartition step in? */
  readonly repartitions?: boolean
  pipe(topic: string, records: readonly RawRecord[]): readonly RawRecord[]
}

export interface RawRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  readonly timestamp: number
  readonly headers: readonly { readonly key: string; readonly value: Uint8Array | null }[]
  readonly window?: RecordWindow | undefined
}

export interface RecordWindow {
  readonly start: number
  readonly end: number
  readonly type: 'time' | 'session'
}

export interface SideInfo {
  readonly name: string
  readonly wrapSingle: boolean | undefined
}

export interface SourceInfo {
  readonly name: string
  readonly type: 'stream' | 'table'
  readonly columns: readonly {
    readonly name: string
    readonly type: SqlType
    readonly role: 'key' | 'value' | 'headers'
  }[]
  readonly topic: string
  readonly keyFormat: SideInfo
  readonly valueFormat: SideInfo
  readonly windowType: 'TUMBLING' | 'HOPPING' | 'SESSION' | null
  readonly windowSize: number | null
  readonly isReadOnly: boolean
}

export interface EngineOptions {
  readonly registry: SchemaRegistry
  readonly properties: ReadonlyMap<string, string>
  readonly now: () => number
  readonly wiring: 'manual'
}

export type EngineFactory = (options: EngineOptions) => ConformanceEngine
