import type { Source } from '../catalog/source.ts'
import type { Pipeline, PipelineInput } from '../compile/pipeline.ts'
import type { QueryPlan } from '../plan/nodes.ts'
import { type Batch, sliceBatch } from './batch.ts'

interface Pending {
  readonly input: PipelineInput
  readonly batch: Batch
  /** order of arrival */
  readonly sequence: number
  position: number
}

/** A running query: batches wait here until every query that feeds it has finished with the record that caused them. */
export class PersistentQuery {
  readonly id: string
  readonly statement: string
  readonly sources: readonly Source[]
  readonly sink: Source
  readonly pipeline: Pipeline
  readonly plan: QueryPlan
  /** distance from the topics appended from outside: queries run in this order */
  rank = 0
  private pending: Pending[] = []
  private sequence = 0

  constructor(parts: Pick<PersistentQuery, 'id' | 'statement' | 'sources' | 'sink' | 'pipeline' | 'plan'>) {
    this.id = parts.id
    this.statement = parts.statement
    this.sources = parts.sources
    this.sink = parts.sink
    this.pipeline = parts.pipeline
    this.plan = parts.plan
  }

  get waiting(): boolean {
    return this.pending.length > 0
  }

  enqueue(input: PipelineInput, batch: Batch): void {
    if (batch.count > 0) this.pending.push({ input, batch, sequence: this.sequence++, position: 0 })
  }

  /**
   * Processes what waits. Batches of several inputs are merged by the outside record that caused each row, a table's row before a stream's,
   * so that the result is the same as if records had been appended one by one.
   */
  run(): void {
    const { pending } = this
    this.pending = []
    if (pending.length === 1 && pending[0] !== undefined) {
      pending[0].input.process(pending[0].batch)
      return
    }
    for (;;) {
      const open = pending.filter((p) => p.position < p.batch.count)
      const first = open.reduce<Pending | null>((best, p) => (best === null || before(p, best) ? p : best), null)
      if (first === null) return
      const others = open.filter((p) => p !== first)
      let end = first.position + 1
      while (end < first.batch.count && others.every((p) => before({ ...first, position: end }, p))) end++
      const from = first.position
      first.position = end
      first.input.process(sliceBatch(first.batch, from, end))
    }
  }
}

function before(a: Pending, b: Pending): boolean {
  const [x, y] = [causeAt(a), causeAt(b)]
  if (x !== y) return x < y
  if (a.input.kind !== b.input.kind) return a.input.kind === 'table'
  return a.sequence < b.sequence
}

function causeAt({ batch, position }: Pending): number {
  return batch.cause === null ? position : (batch.cause[position] ?? 0)
}
