import type { SourceColumn } from './catalog/source.ts'
import type { Column } from './runtime/batch.ts'
import type { RawRecord } from './runtime/codec.ts'
import type { Subscriber } from './runtime/topic.ts'
import type { Statement } from './syntax/ast.ts'

/** What a statement did. */
export interface StatementResult {
  readonly statement: string
  readonly kind: Statement['kind']
  readonly message: string
  readonly queryId?: string
}

/** What SET and DEFINE have set. */
export interface Settings {
  readonly properties: ReadonlyMap<string, string>
  readonly variables: ReadonlyMap<string, string>
}

/** A query of the engine as its caller sees it. */
export interface QueryHandle {
  readonly id: string
  readonly statement: string
  readonly sourceTopics: readonly string[]
  readonly sourceNames: readonly string[]
  /** a push query: it ends with its reader */
  readonly isTransient: boolean
  readonly sinkTopic: string
  readonly sinkName: string
  /** rows dropped because their window had closed */
  readonly lateRows: number
  /** manual wiring: the records the query produces from these, in order */
  pipe(topic: string, records: readonly RawRecord[]): RawRecord[]
}

export interface SourceInfo {
  readonly name: string
  readonly type: 'stream' | 'table'
  readonly columns: readonly SourceColumn[]
  readonly topic: string
  readonly keyFormat: { readonly name: string; readonly wrapSingle: boolean | undefined }
  readonly valueFormat: { readonly name: string; readonly wrapSingle: boolean | undefined }
  readonly windowType: 'TUMBLING' | 'HOPPING' | 'SESSION' | null
  readonly windowSize: number | null
  readonly isReadOnly: boolean
  readonly timestampColumn: string | null
}

export interface TopicHandle {
  append(records: readonly RawRecord[]): void
  appendRecord(record: RawRecord): void
  /** gives records to some queries (by id) alone: such as others have had before these started */
  feed(records: readonly RawRecord[], queries: ReadonlySet<string>): void
  /** what the topic keeps for readers still to come; with manual wiring, all it has */
  records(): readonly RawRecord[]
  /** gives the function that ends the subscription */
  subscribe(subscriber: Subscriber): () => void
}

/** Rows for `append`: columns by name, each with at least `count` entries. */
export interface RowsInColumns {
  readonly count: number
  readonly columns: ReadonlyMap<string, Column>
  readonly rowtime: Float64Array
}
