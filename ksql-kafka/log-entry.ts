import type { RegisteredSchema, Settings } from '../engine/index.ts'

/** Says that all transactions before it have ended: the broker does not begin one of a sender before. */
export interface Mark {
  readonly kind: 'mark'
  /** tells it from all others */
  readonly id: string
}

/** A topic that the broker had. */
export interface TopicFact {
  readonly name: string
  readonly partitions: number
  readonly replicas: number
}

/** A schema that the registry had. */
export interface SchemaFact {
  /** null: only its id matters */
  readonly subject: string | null
  readonly schema: string
  readonly type: RegisteredSchema['type']
  readonly id: number
}

export type OffsetReset = 'earliest' | 'latest'

/** The statements of a request were executed, with all from outside that they depend on. */
export interface ExecutedRequest {
  readonly kind: 'request'
  readonly text: string
  readonly settings: Settings
  /** the wall clock, ms since 1970-01-01 UTC */
  readonly now: number
  readonly topics: readonly TopicFact[]
  readonly schemas: readonly SchemaFact[]
  /** auto.offset.reset: where new queries begin */
  readonly reset: OffsetReset
  /** of topics that are read from then on: the offset of each partition's first record */
  readonly starts: ReadonlyMap<string, readonly number[]>
  /** of topics whose earlier records new queries are given before they go on with the others: what each partition had */
  readonly history: ReadonlyMap<string, readonly OffsetRange[]>
}

/** Offsets [from, until) of a partition. */
export interface OffsetRange {
  readonly from: number
  readonly until: number
}

/** Records of one partition: offsets [from, until), in which there were `count`; 0: all of them were gone before they could be processed. */
export interface RecordRange extends OffsetRange {
  readonly topic: string
  readonly partition: number
  readonly count: number
}

/** Records were processed, in the order that `merge.ts` gives them. */
export interface ProcessedRows {
  readonly kind: 'rows'
  /** the wall clock, ms since 1970-01-01 UTC */
  readonly now: number
  readonly ranges: readonly RecordRange[]
}

/** Queries that have started were given records that others had before. */
export interface CaughtUpRows {
  readonly kind: 'history'
  /** the wall clock, ms since 1970-01-01 UTC */
  readonly now: number
  readonly ranges: readonly RecordRange[]
  /** they have had all of them */
  readonly isLast: boolean
}

/** Topics that are read have more partitions than before, which are read from then on. */
export interface Growth {
  readonly kind: 'growth'
  /** of each topic the offset of the first record of each new partition */
  readonly starts: ReadonlyMap<string, readonly number[]>
}

/** What has happened to the engine, or around it. */
export type LogEntry = Mark | ExecutedRequest | ProcessedRows | CaughtUpRows | Growth

/** An entry as JSON. */
export function entryToBytes(entry: LogEntry): Buffer {
  return Buffer.from(JSON.stringify(entry, (_key, value) => (value instanceof Map ? { $map: [...value] } : value)))
}

/** Throws SyntaxError for bytes that are no JSON. */
export function entryFromBytes(bytes: Buffer): LogEntry {
  return JSON.parse(bytes.toString('utf8'), (_key, value) =>
    typeof value === 'object' && value !== null && '$map' in value ? new Map(value.$map) : value,
  ) as LogEntry
}
