import { type Position, semanticError } from '../errors.ts'
import { formatType } from '../types/sql-type.ts'
import type { PlanNode, QueryPlan } from './nodes.ts'
import { splitLatest } from './split-latest.ts'

/**
 * CREATE OR REPLACE … AS SELECT: the new query goes on where the old one stands, with its state. So it may filter and project in another way, but
 * must read the same source, group by the same and keep the same aggregates. Throws KsqlError 'semantic' for any other change, and for queries with
 * windows, joins or aggregations of tables, which ksqlDB does not upgrade either.
 * https://docs.ksqldb.io/en/latest/how-to-guides/update-a-running-persistent-query/
 */
export function refuseUpgrade(
  running: { readonly id: string; readonly plan: QueryPlan },
  next: QueryPlan,
  sink: Sink,
): void {
  const [before, after] = [stateOf(running.plan.root), stateOf(next.root)]
  if (before !== null && before === after) return
  const why =
    before === null || after === null
      ? 'queries with windows, joins or aggregations of tables are not upgraded in place'
      : 'the new query reads another source, groups by something else or keeps other aggregates, and could not go on with the state of the old one'
  throw semanticError(
    `Cannot upgrade data source '${sink.name}': ${why}.`,
    sink.at,
    `TERMINATE ${running.id}; DROP ${sink.kind} ${sink.name}; then CREATE it anew, which starts without state.`,
  )
}

interface Sink {
  readonly name: string
  readonly kind: 'STREAM' | 'TABLE'
  readonly at: Position
}

/** Equal for plans that keep the same state in the same way; null for those that are not upgraded. */
function stateOf(node: PlanNode): string | null {
  switch (node.op) {
    case 'source':
      return node.window === null ? `${node.kind} ${node.source.name}` : null
    case 'map':
      return stateOf(splitLatest(node).input)
    case 'aggregate': {
      const input = stateOf(node.input)
      if (input === null || node.windowPlan !== null || node.input.kind === 'table') return null
      const keys = node.groupBy.map((e) => formatType(e.type))
      const aggregates = node.aggregates.map((a) => [a.name, a.argKey, a.constants.map(String), a.element])
      return JSON.stringify([input, node.groupKey, keys, aggregates])
    }
    default:
      return null
  }
}
