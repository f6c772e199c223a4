import { createSerdes } from '../catalog/serdes.ts'
import type { Source, SourceColumn } from '../catalog/source.ts'
import { compilePipeline, type Pipeline } from '../compile/pipeline.ts'
import { type Position, semanticError } from '../errors.ts'
import type { SchemaRegistry } from '../formats/format.ts'
import { leftSource, type PlanNode, type QueryPlan, sourcesOf } from '../plan/nodes.ts'
import type { Batch } from '../runtime/batch.ts'
import { RecordCodec } from '../runtime/codec.ts'
import { PersistentQuery } from '../runtime/persistent-query.ts'
import type { Session } from './session.ts'

/** ms of wall clock between two emissions of final results, in Kafka Streams */
const EMIT_INTERVAL = 'ksql.streams.__emit.interval.ms.kstreams.windowed.aggregation__'
/** the same for rows of a join that found no partner */
const JOIN_EMIT_INTERVAL = 'ksql.streams.__emit.interval.ms.kstreams.outer.join.spurious.results.fix__'

/** A query that reads, by whatever way, what it writes would never come to an end. */
export function refuseLoop(session: Session, plan: QueryPlan, sink: Source, at: Position): void {
  const reached = session.dataflow.reachedFrom(sink.topic)
  const looped = sourcesOf(plan.root).find(({ source }) => reached.has(source.topic))?.source
  if (looped === undefined) return
  throw semanticError(
    `${sink.name} would feed the query that writes it: its topic '${sink.topic}' leads to '${looped.topic}', which the query reads.`,
    at,
    `Write to another topic than '${looped.topic}'.`,
  )
}

/**
 * Compiles a plan and lets its results flow into the sink's topic. In place of a running query of the same id it goes on with that one's state,
 * where that one stands in its topics.
 */
export function startQuery(session: Session, id: string, text: string, plan: QueryPlan, sink: Source): void {
  session.dataflow.createTopic(sink.topic)
  const pipeline = compileFor(session, id, plan, plan.kind === 'table', (batch) =>
    session.dataflow.produce(sink, batch),
  )
  const sources = sourcesOf(plan.root).map((s) => s.source)
  const query = new PersistentQuery({ id, statement: text, sources, sink, pipeline, plan, transient: false })
  const replaced = session.dataflow.queries.get(id)
  for (const [i, state] of (replaced?.pipeline.states ?? []).entries()) pipeline.states[i]?.load(state.save())
  session.dataflow.start(query, replaced === undefined && session.wiring === 'auto' && !session.restoring)
}

/** A compiled plan whose failures are counted under the query's id. `view`: pull queries will look at the resulting table. */
export function compileFor(
  session: Session,
  id: string,
  plan: QueryPlan,
  view: boolean,
  emit: (batch: Batch) => void,
): Pipeline {
  const { wiring, properties, registry, errors, now } = session
  const manual = wiring === 'manual'
  const left = leftSource(plan)
  return compilePipeline(
    plan,
    {
      environment: { label: id, properties, now },
      report: (column, error) => errors.count(`query ${id}`, column, error),
      keyOrder: (columns) => keyOrder(columns, left, registry),
      finalInterval: Number(properties.get(EMIT_INTERVAL) ?? (manual ? 1000 : 0)),
      joinInterval: Number(properties.get(JOIN_EMIT_INTERVAL) ?? (manual ? 1000 : 0)),
      emissionClock: manual ? () => 0 : now,
      loseExpired: manual,
      view,
    },
    emit,
  )
}

/** Order of keys by their bytes, as a Kafka Streams store iterates them. */
function keyOrder(
  columns: PlanNode['layout'],
  left: Source,
  registry: SchemaRegistry,
): (a: readonly unknown[], b: readonly unknown[]) => number {
  const keyFormat =
    columns.length > 1 && left.keyFormat.name === 'KAFKA' ? { ...left.keyFormat, name: 'JSON' } : left.keyFormat
  const source: Source = {
    ...left,
    columns: columns.map((c): SourceColumn => ({ ...c, role: 'key', headerKey: null })),
    keyFormat: keyFormat.name === 'NONE' ? { ...keyFormat, name: 'JSON' } : keyFormat,
    valueFormat: {
      ...left.valueFormat,
      name: 'NONE',
      wrapSingle: undefined,
      delimiter: undefined,
      schemaFullName: undefined,
      schemaId: undefined,
    },
  }
  let codec: RecordCodec | null = null
  return (a, b) => {
    if (codec === null) {
      const { key, value } = createSerdes(source, registry)
      codec = new RecordCodec(source, key, value)
    }
    return Buffer.compare(codec.serializeKey(a as never), codec.serializeKey(b as never))
  }
}
