import type { Source } from '../catalog/source.ts'
import { compileMap } from '../compile/map.ts'
import { semanticError } from '../errors.ts'
import type { LayoutColumn } from '../plan/nodes.ts'
import { notQueryable, planPull } from '../plan/pull-query.ts'
import { dataColumns } from '../plan/scope.ts'
import { type Batch, gatherBatch, readValue, withoutTombstones } from '../runtime/batch.ts'
import { rowsIn } from '../runtime/joined-rows.ts'
import type { SelectStatement } from '../syntax/ast.ts'
import type { SqlValue } from '../types/values.ts'
import { planEnvironment } from './plan-into.ts'
import type { Session } from './session.ts'

/** The answer to a pull query. */
export interface PullResult {
  readonly columns: readonly LayoutColumn[]
  /** one value a column */
  readonly rows: readonly (readonly SqlValue[])[]
}

/**
 * SELECT … without EMIT: what a table made by a query holds at this moment, in the order of its keys' bytes and then of its windows, as a store
 * of Kafka Streams has them; of a stream the records its topic still keeps, in their order.
 * Throws KsqlError 'semantic' for a SELECT with EMIT, a table that is merely declared, and clauses that pull queries do not have.
 */
export function pullQuery(session: Session, statement: SelectStatement): PullResult {
  const { query, at } = statement
  if (query.emit !== null) {
    throw semanticError(
      `A SELECT with EMIT ${query.emit} is no pull query: it goes on giving rows.`,
      at,
      `Remove EMIT ${query.emit} for the rows there are now, or subscribe to it with select().`,
    )
  }
  const { source, map } = planPull(query, planEnvironment(session))
  const all = source.kind === 'TABLE' ? presentRows(session, source) : session.dataflow.keptRows(source)
  if (all === null) throw notQueryable(source, query.from.at)
  const { properties, now, errors } = session
  const select = compileMap(map, false, { label: 'pull', properties, now }, (column, error) =>
    errors.count('pull query', column, error),
  )
  const selected = withoutTombstones(select(all))
  const order = source.kind === 'TABLE' ? keyOrder(session, source, all, selected) : [...selected.rowtime.keys()]
  const chosen = order.slice(0, query.limit ?? selected.count)
  return { columns: map.layout, rows: rowsIn(gatherBatch(selected, Int32Array.from(chosen)), map.layout) }
}

/** The rows of the table as the query that writes it has them; null: there is no such query. */
function presentRows(session: Session, table: Source): Batch | null {
  const writer = [...session.dataflow.queries.values()].find((q) => q.sink.name === table.name && !q.transient)
  return writer?.pipeline.view?.() ?? null
}

/** Rows of `selected` in the order of the keys that they have in `all`. */
function keyOrder(session: Session, table: Source, all: Batch, selected: Batch): number[] {
  const codec = session.dataflow.codec(table)
  const keyColumns = dataColumns(table).filter((c) => c.role === 'key')
  const { cause } = selected
  const rows = Array.from({ length: selected.count }, (_, row) => {
    const origin = cause?.[row] ?? row
    // keys come first in every layout
    const key = keyColumns.map(({ type }, k) => readValue(all.columns[k] ?? missing(k), origin, type))
    return { row, key: codec.serializeKey(key), start: all.windowStart?.[origin] ?? 0 }
  })
  return rows.sort((a, b) => Buffer.compare(a.key, b.key) || a.start - b.start).map(({ row }) => row)
}

function missing(column: number): never {
  throw new Error(`the table's rows have no column ${column}`)
}
