import { defineSink } from '../catalog/define-source.ts'
import { refuseIncompatible } from '../catalog/evolution.ts'
import { registerSchemas } from '../catalog/serdes.ts'
import { semanticError } from '../errors.ts'
import { refuseUpgrade } from '../plan/upgrade.ts'
import type { CreateAsSelect } from '../syntax/ast.ts'
import { claimName } from './claim-name.ts'
import { planInto } from './plan-into.ts'
import { definitionContext, type Outcome, type Session } from './session.ts'
import { refuseLoop, startQuery } from './start-query.ts'

/** CREATE STREAM/TABLE … AS SELECT. */
export function createAsSelect(session: Session, statement: CreateAsSelect): Outcome {
  const taken = claimName(session, statement)
  if (taken !== null) return { message: taken }
  const { plan, left, withClause } = planInto(
    session,
    statement.query,
    statement.name,
    `CREATE ${statement.source} AS SELECT`,
    statement.properties,
  )
  const made = plan.kind === 'table' ? 'TABLE' : 'STREAM'
  if (made !== statement.source) {
    throw semanticError(
      `Invalid result type. Your SELECT query produces a ${made}. Please use CREATE ${made} AS SELECT statement instead.`,
      statement.at,
      `Write CREATE ${made} ${statement.name} AS SELECT …`,
    )
  }
  const sink = defineSink(
    {
      name: statement.name,
      kind: statement.source,
      text: statement.text,
      at: statement.at,
      with: withClause,
      timestampAt: statement.properties.get('TIMESTAMP')?.at,
    },
    plan,
    left,
    definitionContext(session),
  )
  const known = session.catalog.find(statement.name)
  if (known !== undefined) refuseIncompatible(known, sink, statement.at)
  refuseLoop(session, plan, sink, statement.at)
  const prefix = statement.source === 'STREAM' ? 'CSAS' : 'CTAS'
  const writers = [...session.dataflow.queries.values()].filter((q) => q.sink.name === statement.name)
  // a stream may have INSERT INTO queries beside its own
  const replaced = writers.find((q) => q.id.startsWith(`${prefix}_`))
  if (replaced !== undefined) refuseUpgrade(replaced, plan, { name: sink.name, kind: sink.kind, at: statement.at })
  session.dataflow.createTopic(sink.topic, {
    partitions: withClause.partitions ?? session.dataflow.topics.get(left.topic)?.partitions ?? 1,
    replicas: withClause.replicas ?? session.dataflow.topics.get(left.topic)?.replicas ?? 1,
  })
  registerSchemas(sink, session.registry)
  const id = replaced?.id ?? `${prefix}_${statement.name}_${session.queryCount++}`
  session.catalog.put(sink)
  startQuery(session, id, statement.text, plan, sink)
  return { message: `Created query with ID ${id}`, queryId: id }
}
