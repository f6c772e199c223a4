import type { JsonNode } from '../../engine/formats/json-parse.ts'

/** A query-validation case as it stands in a file; numbers keep their text (LosslessNumber). */
export interface TestCase {
  readonly name: string
  readonly statements: readonly string[]
  readonly format?: readonly string[]
  readonly config?: readonly JsonNode[]
  readonly properties?: { readonly [name: string]: JsonNode }
  readonly topics?: readonly TopicSpec[]
  readonly inputs?: readonly RecordSpec[]
  readonly outputs?: readonly RecordSpec[]
  readonly expectedException?: ExceptionSpec
  readonly post?: PostSpec
  readonly enabled?: boolean
}

export interface TopicSpec {
  readonly name: string
  readonly partitions?: JsonNode
  readonly replicas?: JsonNode
  readonly keyFormat?: string
  readonly valueFormat?: string
  readonly keySchema?: JsonNode
  readonly valueSchema?: JsonNode
  readonly keySchemaId?: JsonNode
  readonly valueSchemaId?: JsonNode
}

export interface RecordSpec {
  readonly topic: string
  readonly key?: JsonNode
  readonly value: JsonNode
  readonly timestamp?: JsonNode
  readonly window?: { readonly start: JsonNode; readonly end: JsonNode; readonly type: string }
  readonly headers?: readonly { readonly KEY: string; readonly VALUE: string | null }[]
}

export interface ExceptionSpec {
  readonly type?: string
  readonly message?: string
  readonly causeMessage?: string
}

export interface PostSpec {
  readonly sources?: readonly PostSource[]
  readonly topics?: { readonly blacklist?: string; readonly topics?: readonly PostTopic[] }
}

export interface PostSource {
  readonly name: string
  readonly type: string
  readonly schema?: string
  readonly keyFormat?: { readonly format?: string; readonly windowType?: string; readonly windowSize?: JsonNode }
  readonly valueFormat?: string | { readonly format?: string }
  readonly keyFeatures?: readonly string[]
  readonly valueFeatures?: readonly string[]
  readonly isSource?: boolean
}

export interface PostTopic {
  readonly name: string
  readonly partitions?: JsonNode
  readonly keySchema?: JsonNode
  readonly valueSchema?: JsonNode
}

/** One run: a case with one of its formats and one of its config values. */
export interface ExpandedCase extends Omit<TestCase, 'format' | 'config'> {
  /** file, case, format, config: `<file> - <name> - <format> - <property>=<value>` */
  readonly fullName: string
  readonly file: string
  /** null where qtt-cases.csv does not know the case */
  readonly tier: number | null
  readonly properties: { readonly [name: string]: JsonNode }
}

/** What a run needs to know of a case. */
export type Scenario = Pick<ExpandedCase, 'statements' | 'properties' | 'topics' | 'inputs' | 'outputs'>

export type Status = 'passed' | 'failed' | 'refused'

export interface CaseResult {
  readonly name: string
  readonly file: string
  readonly tier: number | null
  readonly kind: 'output' | 'exception' | 'no-output'
  readonly status: Status
  /** why it did not pass; for exception cases that failed, how far they came */
  readonly reason: string
  /** exception cases: 0 not rejected where expected, 1 at the right statement, 2 right class, 3 message too */
  readonly level?: number
}
