import { refuseUnknownTimestamp } from '../catalog/define-source.ts'
import type { Source } from '../catalog/source.ts'
import { readWithClause, type WithClause } from '../catalog/with-clause.ts'
import { type Position, semanticError } from '../errors.ts'
import { leftSource, type PlanNode, type QueryPlan } from '../plan/nodes.ts'
import { type PlanEnvironment, planQuery } from '../plan/query.ts'
import type { Properties, Query } from '../syntax/ast.ts'
import type { Session } from './session.ts'

export function planEnvironment(session: Session): PlanEnvironment {
  return {
    functions: session.functions,
    namedType: (type, at) => session.catalog.type(type, at),
    source: (source, at) => session.catalog.get(source, at),
    // topics may have grown since: what is planned again was checked then
    partitions: (source) => (session.restoring ? 1 : (session.dataflow.topics.get(source.topic)?.partitions ?? 1)),
    newPlanner: session.properties.get('ksql.new.query.planner.enabled')?.toLowerCase() === 'true',
  }
}

/** Plans the SELECT of a statement that writes into `name`, with its WITH clause read. */
export function planInto(
  session: Session,
  query: Query,
  name: string,
  statement: string,
  properties: Properties,
): { plan: QueryPlan; left: Source; withClause: WithClause } {
  const environment = planEnvironment(session)
  const withClause = readWithClause(properties)
  const checkColumns = (names: readonly string[]) => {
    if (withClause.timestamp !== undefined)
      refuseUnknownTimestamp(withClause.timestamp.column, names, properties.get('TIMESTAMP')?.at ?? query.at)
  }
  const plan = planQuery(query, { name, statement, checkColumns }, environment)
  const left = leftSource(plan)
  refuseStructState(plan.root, left, query.at)
  return { plan, left, withClause }
}

/** Aggregates that keep a STRUCT between rows cannot be stored by formats without one. */
function refuseStructState(node: PlanNode, left: Source, at: Position): void {
  // a join reads sources, which have no aggregates
  if (node.op !== 'map' && node.op !== 'aggregate') return
  refuseStructState(node.input, left, at)
  if (node.op !== 'aggregate' || left.valueFormat.name !== 'DELIMITED') return
  if (node.aggregates.some((a) => a.resolved.variant.structState === true)) {
    throw semanticError(
      'One of the functions used in the statement has an intermediate type that the value format can not handle. Please remove the function or change the format.',
      at,
      'Use JSON or AVRO.',
    )
  }
}
