import type { Source } from '../catalog/source.ts'
import type { Pipeline, PipelineInput } from '../compile/pipeline.ts'
import { KsqlError } from '../errors.ts'
import type { QueryPlan } from '../plan/nodes.ts'
import type { Batch } from './batch.ts'
import { mergeByCause, type Waiting } from './merge-by-cause.ts'

interface Pending extends Waiting {
  readonly input: PipelineInput
}

/** A running query: batches wait here until every query that feeds it has finished with the record that caused them. */
export class PersistentQuery {
  readonly id: string
  readonly statement: string
  readonly sources: readonly Source[]
  readonly sink: Source
  readonly pipeline: Pipeline
  readonly plan: QueryPlan
  /** a push query: it ends with its client */
  readonly transient: boolean
  /** distance from the topics appended from outside: queries run in this order */
  rank = 0
  private pending: Pending[] = []
  private sequence = 0

  constructor(
    parts: Pick<PersistentQuery, 'id' | 'statement' | 'sources' | 'sink' | 'pipeline' | 'plan' | 'transient'>,
  ) {
    this.id = parts.id
    this.statement = parts.statement
    this.sources = parts.sources
    this.sink = parts.sink
    this.pipeline = parts.pipeline
    this.plan = parts.plan
    this.transient = parts.transient
  }

  get waiting(): boolean {
    return this.pending.length > 0
  }

  enqueue(input: PipelineInput, batch: Batch): void {
    if (batch.count > 0) this.pending.push({ input, batch, sequence: this.sequence++ })
  }

  /** Processes what waits, in the order of the outside records that caused it: a table's row before a stream's. */
  run(): void {
    const { pending } = this
    this.pending = []
    mergeByCause(pending, ({ input }, rows) => this.process(input, rows), tablesFirst)
  }

  /** Rows of one input. A record that the query cannot survive gives a KsqlError 'runtime' with Kafka Streams' words, the reason as its cause. */
  process(input: PipelineInput, rows: Batch): void {
    try {
      input.process(rows)
    } catch (error) {
      if (!(error instanceof KsqlError) || error.kind !== 'runtime') throw error
      throw new KsqlError('runtime', `Exception caught in process. ${error.message}`, { cause: error, fix: error.fix })
    }
  }
}

function tablesFirst(a: Pending, b: Pending): number {
  return Number(b.input.kind === 'table') - Number(a.input.kind === 'table')
}
