import type { KsqlEngine } from '../engine/index.ts'
import type { ExecutedRequest, OffsetRange } from './log-entry.ts'

/** Queries that are given the history of topics before they go on with all others. */
export interface CatchUp {
  /** ids of the queries, by topic */
  readonly readers: ReadonlyMap<string, ReadonlySet<string>>
  /** what they have not had yet, by topic and partition */
  readonly ranges: Map<string, OffsetRange[]>
}

/** What an engine does, as far as it decides where new queries begin. */
export interface Standing {
  readonly queries: ReadonlySet<string>
  /** topics whose records have gone through the engine */
  readonly topics: ReadonlySet<string>
}

/** @param read topics that are read from Kafka */
export function standingOf(engine: KsqlEngine, read: Iterable<string>): Standing {
  const queries = engine.queries().filter(({ isTransient }) => !isTransient)
  return {
    queries: new Set(queries.map(({ id }) => id)),
    topics: new Set([...read, ...queries.map(({ sinkTopic }) => sinkTopic)]),
  }
}

/**
 * Which queries, new since `before`, are to be given the history of which topics: all that they read with `auto.offset.reset=earliest`, else tables alone, which
 * mean nothing without it. Topics that nobody has read before are simply read from their beginning, and what the engine itself keeps of a table's topic it
 * hands out by itself.
 */
export function historyReaders(
  before: Standing,
  after: KsqlEngine,
  reset: ExecutedRequest['reset'],
): Map<string, Set<string>> {
  const readers = new Map<string, Set<string>>()
  for (const { id, isTransient, sourceNames } of after.queries()) {
    if (isTransient || before.queries.has(id)) continue
    for (const name of sourceNames) {
      const { topic, kind } = after.source(name)
      if (!before.topics.has(topic) || (reset === 'latest' && kind === 'STREAM')) continue
      if (after.topic(topic).records().length > 0) continue
      const ids = readers.get(topic) ?? new Set()
      readers.set(topic, ids.add(id))
    }
  }
  return readers
}
