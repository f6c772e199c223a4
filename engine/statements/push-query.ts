import type { Source } from '../catalog/source.ts'
import { semanticError } from '../errors.ts'
import { type LayoutColumn, leftSource, sourcesOf } from '../plan/nodes.ts'
import { planQuery } from '../plan/query.ts'
import { type Batch, sliceBatch } from '../runtime/batch.ts'
import { PersistentQuery } from '../runtime/persistent-query.ts'
import type { SelectStatement } from '../syntax/ast.ts'
import { planEnvironment } from './plan-into.ts'
import type { Session } from './session.ts'
import { compileFor } from './start-query.ts'

export interface PushQuery {
  readonly id: string
  readonly columns: readonly LayoutColumn[]
  /** ends the query; it has ended by itself once LIMIT rows were given */
  close(): void
}

/** How ids of push queries begin. */
export const TRANSIENT = 'transient_'

/** Push queries of this process: several engines may answer side by side, and what one is asked changes no id of a query that lasts. */
let transientCount = 0

/**
 * SELECT … EMIT CHANGES: `onRows` gets the result as records arrive, beginning with those the topics still keep. Columns of the batches are
 * those of the result. Throws KsqlError for a SELECT without EMIT: that is a pull query (pull-query.ts).
 */
export function pushQuery(
  session: Session,
  statement: SelectStatement,
  onRows: (batch: Batch, columns: readonly LayoutColumn[]) => void,
): PushQuery {
  const { query } = statement
  if (query.emit === null) {
    throw semanticError(
      'A SELECT without EMIT is a pull query: it gives the rows there are, and ends.',
      statement.at,
      'Add EMIT CHANGES for the rows as they come, or ask with pull() for those there are.',
    )
  }
  const plan = planQuery(query, { name: null, statement: 'SELECT' }, planEnvironment(session))
  const id = `${TRANSIENT}${transientCount++}`
  let left = query.limit ?? Number.POSITIVE_INFINITY
  const close = () => session.dataflow.stop(id)
  const pipeline = compileFor(session, id, plan, false, (batch) => {
    if (left <= 0) return
    const rows = sliceBatch(batch, 0, Math.min(left, batch.count))
    left -= rows.count
    onRows(rows, plan.layout)
    if (left <= 0) close()
  })
  const sources = sourcesOf(plan.root).map((s) => s.source)
  const started = new PersistentQuery({
    id,
    statement: statement.text,
    sources,
    sink: clientOf(id, leftSource(plan)),
    pipeline,
    plan,
    transient: true,
  })
  session.dataflow.start(started, true)
  return { id, columns: plan.layout, close }
}

/** Stands where a persistent query has its sink: nothing is written, nobody reads it. */
function clientOf(id: string, left: Source): Source {
  return { ...left, name: id, topic: id, columns: [] }
}
