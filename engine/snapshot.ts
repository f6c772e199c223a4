import type { Definitions, ExecutedStatement } from './history.ts'
import type { RawRecord } from './runtime/codec.ts'
import type { Dataflow } from './runtime/dataflow.ts'
import { fromBytes, toBytes } from './runtime/snapshot.ts'
import type { Topic } from './runtime/topic.ts'
import type { Session } from './statements/session.ts'

const VERSION = 2

export interface Snapshot extends Definitions {
  readonly version: number
  readonly queries: readonly { readonly id: string; readonly states: readonly unknown[] }[]
  readonly topics: readonly (Pick<Topic, 'name' | 'partitions' | 'replicas' | 'end'> & {
    readonly kept: readonly RawRecord[]
  })[]
}

/** The state of an engine that `statements` have made, as bytes. Push queries are no part of it: they end with the engine. */
export function takeSnapshot({ dataflow, queryCount }: Session, statements: readonly ExecutedStatement[]): Uint8Array {
  const persistent = [...dataflow.queries.values()].filter((q) => !q.transient)
  const snapshot: Snapshot = {
    version: VERSION,
    statements,
    queryCount,
    queries: persistent.map(({ id, pipeline }) => ({ id, states: pipeline.states.map((s) => s.save()) })),
    topics: [...dataflow.topics.values()].map(({ name, partitions, replicas, end, kept }) => ({
      name,
      partitions,
      replicas,
      end,
      kept,
    })),
  }
  return toBytes(snapshot)
}

/** Throws when the snapshot is of another version. */
export function readSnapshot(bytes: Uint8Array): Snapshot {
  const snapshot = fromBytes(bytes) as Snapshot
  if (snapshot.version === VERSION) return snapshot
  throw new Error(`The snapshot has version ${snapshot.version}; this engine reads version ${VERSION}.`)
}

/** Loads what the queries and topics had into those that the snapshot's statements have made again. */
export function loadStates({ topics, queries }: Snapshot, dataflow: Dataflow): void {
  for (const { name, end, kept } of topics) {
    const topic = dataflow.createTopic(name)
    topic.end = end
    topic.kept.length = 0
    for (const record of kept) topic.kept.push(record)
  }
  for (const { id, states } of queries) {
    const pipeline = dataflow.queries.get(id)?.pipeline
    if (pipeline === undefined) throw new Error(`The snapshot has query ${id}, which its statements do not make.`)
    for (const [i, state] of states.entries()) pipeline.states[i]?.load(state)
  }
}
