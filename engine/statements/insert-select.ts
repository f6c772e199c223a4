import type { Source } from '../catalog/source.ts'
import { type Position, semanticError } from '../errors.ts'
import { coerce } from '../plan/coerce.ts'
import { projection, type QueryPlan } from '../plan/nodes.ts'
import { dataColumns } from '../plan/scope.ts'
import type { InsertSelect } from '../syntax/ast.ts'
import { formatType, type SqlType } from '../types/sql-type.ts'
import { planInto } from './plan-into.ts'
import type { Outcome, Session } from './session.ts'
import { refuseLoop, startQuery } from './start-query.ts'

/** INSERT INTO … SELECT. */
export function insertSelect(session: Session, statement: InsertSelect): Outcome {
  const sink = session.catalog.find(statement.target)
  if (sink === undefined) {
    throw semanticError(
      `Sink '${statement.target}' does not exist for the INSERT INTO statement.`,
      statement.at,
      session.catalog.nearest(statement.target),
    )
  }
  if (sink.kind === 'TABLE') {
    throw semanticError(
      `INSERT INTO can only be used to insert into a stream. ${sink.name} is a table.`,
      statement.at,
      'Use CREATE TABLE AS SELECT.',
    )
  }
  if (sink.readOnly)
    throw semanticError(
      `Cannot insert into read-only stream: ${sink.name}`,
      statement.at,
      'Sources made by CREATE SOURCE only read their topic: make it without SOURCE.',
    )
  if (sink.columns.some((c) => c.role === 'headers')) {
    throw semanticError(
      `Cannot insert into ${sink.name} because it has header columns`,
      statement.at,
      'Insert into a stream over the topic that does not name its headers.',
    )
  }
  const { plan } = planInto(session, statement.query, sink.name, 'INSERT INTO', statement.properties)
  const aligned = alignToSink(plan, sink, statement.at)
  refuseLoop(session, plan, sink, statement.at)
  const id = `INSERTQUERY_${session.queryCount++}`
  startQuery(session, id, statement.text, aligned, sink)
  return { message: `Created query with ID ${id}`, queryId: id }
}

/** INSERT INTO: the result's columns under the sink's names, converted where ksqlDB converts. */
function alignToSink(plan: QueryPlan, sink: Source, at: Position): QueryPlan {
  const wanted = dataColumns(sink)
  const refuse = () => {
    const text = (columns: readonly { name: string; type: SqlType; role: string }[]) =>
      columns.map((c) => `\`${c.name}\` ${formatType(c.type)}${c.role === 'key' ? ' KEY' : ''}`).join(', ')
    return semanticError(
      `Incompatible schema between results and sink.\nResult schema is ${text(plan.layout)}\nSink schema is ${text(wanted)}`,
      at,
      'Select the columns of the sink, in its order.',
    )
  }
  const sides = (['key', 'value'] as const).map((role) => ({
    from: plan.layout.filter((c) => c.role === role),
    to: wanted.filter((c) => c.role === role),
  }))
  for (const { from, to } of sides) {
    if (from.length !== to.length) throw refuse()
    for (const [i, column] of from.entries()) if (column.name !== to[i]?.name && column.role === 'value') throw refuse()
  }
  const outputs = wanted.map((column) => {
    const side = sides[column.role === 'key' ? 0 : 1]
    const from = side?.from[side.to.indexOf(column)]
    if (from === undefined) throw refuse()
    const index = plan.layout.indexOf(from)
    const typed = coerce({ op: 'column', index, type: from.type }, column.type)
    if (typed === null) throw refuse()
    return typed
  })
  return { ...plan, root: projection(plan.root, wanted, outputs), layout: wanted }
}
