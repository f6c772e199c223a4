import { createSerdes } from '../catalog/serdes.ts'
import type { Source } from '../catalog/source.ts'
import { KsqlError } from '../errors.ts'
import type { SchemaRegistry } from '../formats/format.ts'
import { columnAdapter } from './adapter.ts'
import type { Batch } from './batch.ts'
import { type RawRecord, RecordCodec } from './codec.ts'
import type { ErrorCounter } from './error-counter.ts'
import { applyEventTime } from './event-time.ts'
import { mergeByCause, type Waiting } from './merge-by-cause.ts'
import type { PersistentQuery } from './persistent-query.ts'
import { Topic } from './topic.ts'

export interface DataflowOptions {
  readonly registry: SchemaRegistry
  readonly errors: ErrorCounter
  /** `manual`: records are kept, and go to queries only through `pipe` */
  readonly wiring: 'auto' | 'manual'
  /** ksql.timestamp.throw.on.invalid: a record without readable time stops the query instead of being dropped */
  readonly throwOnInvalidTime: () => boolean
  /** the source whose columns subscribers of a topic see */
  readonly sourceOf: (topic: string) => Source | undefined
  readonly onTopic: (name: string) => void
  /** told of a query that lasts and that a record has stopped */
  readonly onStopped: (id: string) => void
}

/** The topics, the queries between them, and the way of records from one to the other. */
export class Dataflow {
  readonly topics = new Map<string, Topic>()
  /** running queries by id, in the order they were started */
  readonly queries = new Map<string, PersistentQuery>()
  private readonly options: DataflowOptions
  private readonly codecs = new Map<string, RecordCodec>()
  /** manual wiring: what the query being piped has produced, and how far each has read */
  private produced: RawRecord[] = []
  private readonly pipedOffsets = new Map<PersistentQuery, Map<string, number>>()
  /** what subscribers are to be told once nothing waits */
  private news = new Map<Topic, (Waiting & { readonly source: Source })[]>()

  constructor(options: DataflowOptions) {
    this.options = options
  }

  /** The topic of that name, made if need be. */
  createTopic(name: string, options: { readonly partitions?: number; readonly replicas?: number } = {}): Topic {
    const known = this.topics.get(name)
    if (known !== undefined) return known
    const topic = new Topic(name, options.partitions ?? 1, options.replicas ?? 1)
    this.topics.set(name, topic)
    this.options.onTopic(name)
    return topic
  }

  // ------------------------------------------------------------ records
  /** Appends records; every query they reach has run when this returns. */
  append(topic: Topic, records: readonly RawRecord[]): void {
    const { wiring, sourceOf } = this.options
    const offset = topic.end
    topic.end += records.length
    const keeps =
      wiring === 'manual' || topic.readers.length === 0 || topic.readers.some((r) => r.input.kind === 'table')
    if (keeps) for (const record of records) topic.kept.push(record)
    if (wiring === 'manual') return
    const batches = new Map<Source, Batch>()
    const batchFor = (source: Source): Batch => {
      const known = batches.get(source)
      if (known !== undefined) return known
      const batch = this.decode(source, records, offset)
      batches.set(source, batch)
      return batch
    }
    // what stops one reader (a time that cannot be told) must not leave rows waiting at another
    const read = topic.readers.map((reader) => ({ ...reader, batch: batchFor(reader.input.source) }))
    for (const { query, input, batch } of read) query.enqueue(input, batch)
    const source = topic.subscribers.size === 0 ? undefined : sourceOf(topic.name)
    if (source !== undefined) this.notify(topic, source, batchFor(source))
    this.settle()
  }

  /** Gives records to some of the topic's readers alone: such as the others have had, for queries (by id) that start later. */
  feed(topic: Topic, records: readonly RawRecord[], queries: ReadonlySet<string>): void {
    for (const { query, input } of topic.readers) {
      if (queries.has(query.id)) query.enqueue(input, this.decode(input.source, records, topic.end - records.length))
    }
    this.settle()
  }

  /** As append, for rows that are in columns already. Only a table's are kept for queries to come: to keep them means to write them as records. */
  appendBatch(topic: Topic, writer: Source, batch: Batch): void {
    topic.end += batch.count
    if (writer.kind === 'TABLE') for (const record of this.codec(writer).encode(batch)) topic.kept.push(record)
    this.deliver(topic, writer, this.withEventTime(batch, writer))
    this.settle()
  }

  /** The records a topic still keeps, under the columns of a source that reads it. */
  keptRows(source: Source): Batch {
    const { kept, end } = this.createTopic(source.topic)
    return this.decode(source, kept, end - kept.length)
  }

  /** No more records will come: every query gives the final results of windows still open, those that feed others first. */
  end(): void {
    for (const query of [...this.queries.values()].sort((a, b) => a.rank - b.rank)) {
      query.pipeline.end()
      this.settle()
    }
  }

  /** Hands rows written under `writer`'s columns to everyone who reads the topic. */
  private deliver(topic: Topic, writer: Source, batch: Batch): void {
    this.notify(topic, writer, batch)
    let encoded: RawRecord[] | null = null
    const adapted = new Map<Source, Batch>()
    for (const { query, input } of topic.readers) {
      let own = adapted.get(input.source)
      if (own === undefined) {
        const adapter = columnAdapter(writer, input.source)
        if (adapter === null) {
          encoded ??= this.codec(writer).encode(batch)
          own = this.decode(input.source, encoded, topic.end - batch.count)
          const { cause } = batch
          if (cause !== null && own.cause !== null) own.cause = own.cause.map((row) => cause[row] ?? 0)
        } else own = this.withEventTime(adapter(batch), input.source)
        adapted.set(input.source, own)
      }
      query.enqueue(input, own)
    }
  }

  /** Subscribers hear of rows when all queries have run: a topic may have several writers. */
  private notify(topic: Topic, source: Source, batch: Batch): void {
    if (topic.subscribers.size === 0 || batch.count === 0) return
    const news = this.news.get(topic) ?? []
    this.news.set(topic, news)
    news.push({ source, batch, sequence: news.length })
  }

  /**
   * Runs queries, those nearest to the appended topic first, until nothing waits; then tells the subscribers. A query that fails for good is
   * stopped, since it has lost rows; the others go on, and only then the failure is thrown.
   */
  private settle(): void {
    let failure: KsqlError | null = null
    for (;;) {
      let next: PersistentQuery | null = null
      for (const query of this.queries.values()) {
        if (query.waiting && (next === null || query.rank < next.rank)) next = query
      }
      if (next === null) break
      try {
        next.run()
      } catch (error) {
        this.stop(next.id)
        if (!next.transient) this.options.onStopped(next.id)
        this.options.errors.count(`query ${next.id}`, 'stopped', error)
        failure ??= stopped(next, error)
      }
    }
    const { news } = this
    this.news = new Map()
    for (const [topic, batches] of news) {
      mergeByCause(batches, ({ source }, rows) => {
        for (const subscriber of topic.subscribers) subscriber(rows, source)
      })
    }
    if (failure !== null) throw failure
  }

  /** Takes over what a query produced. */
  produce(sink: Source, batch: Batch): void {
    const timed = sink.timestamp === null ? batch : this.withEventTime(batch, sink)
    if (this.options.wiring === 'manual') {
      for (const record of this.codec(sink).encode(timed)) this.produced.push(record)
      return
    }
    const topic = this.createTopic(sink.topic)
    topic.end += timed.count
    this.deliver(topic, sink, timed)
  }

  // ------------------------------------------------------------ queries
  /** Starts a query, in place of one of the same id; with `catchUp` it first reads what its topics have kept. */
  start(query: PersistentQuery, catchUp: boolean): void {
    this.detach(query.id)
    this.queries.set(query.id, query)
    const { inputs } = query.pipeline
    for (const input of inputs) this.createTopic(input.source.topic).readers.push({ query, input })
    this.rankQueries()
    if (!catchUp) return
    // rows of several topics have no order among them: tables are filled first
    for (const kind of ['table', 'stream'] as const) {
      for (const input of inputs) {
        const { kept } = this.createTopic(input.source.topic)
        if (input.kind === kind && kept.length > 0) query.enqueue(input, this.keptRows(input.source))
      }
      this.settle()
    }
    for (const input of inputs) {
      const topic = this.createTopic(input.source.topic)
      if (input.kind === 'stream' && !topic.readers.some((r) => r.input.kind === 'table')) topic.kept.length = 0
    }
  }

  /** Stops a query; false when there is none of that id. */
  stop(id: string): boolean {
    if (!this.detach(id)) return false
    this.queries.delete(id)
    this.rankQueries()
    return true
  }

  private detach(id: string): boolean {
    const query = this.queries.get(id)
    if (query === undefined) return false
    for (const topic of this.topics.values()) {
      for (let i = topic.readers.length - 1; i >= 0; i--) {
        if (topic.readers[i]?.query === query) topic.readers.splice(i, 1)
      }
    }
    return true
  }

  /** The topics that records of a topic get to by way of queries, itself included. */
  reachedFrom(topic: string): Set<string> {
    const reached = new Set([topic])
    // a set goes on to what is added while it is gone through
    for (const name of reached) {
      for (const { sources, sink } of this.queries.values())
        if (sources.some((s) => s.topic === name)) reached.add(sink.topic)
    }
    return reached
  }

  /** A query's rank is one more than the greatest rank of those that write what it reads. */
  private rankQueries(): void {
    const queries = [...this.queries.values()]
    for (const query of queries) query.rank = 0
    for (let round = 0; round < queries.length; round++) {
      let changed = false
      for (const query of queries) {
        const topics = new Set(query.sources.map((s) => s.topic))
        const feeders = queries.filter((q) => q !== query && topics.has(q.sink.topic))
        const rank = Math.max(0, ...feeders.map((q) => q.rank + 1))
        if (rank > query.rank && rank <= queries.length) {
          query.rank = rank
          changed = true
        }
      }
      if (!changed) return
    }
  }

  /** Manual wiring: feeds records of a topic to one query, one by one, and gives what it produced. */
  pipe(query: PersistentQuery, topicName: string, records: readonly RawRecord[]): RawRecord[] {
    this.produced = []
    const offsets = this.pipedOffsets.get(query) ?? new Map<string, number>()
    this.pipedOffsets.set(query, offsets)
    for (const record of records) {
      const offset = offsets.get(topicName) ?? 0
      offsets.set(topicName, offset + 1)
      for (const input of query.pipeline.inputs) {
        if (input.source.topic !== topicName) continue
        const batch = this.decode(input.source, [record], offset)
        if (batch.count > 0) query.process(input, batch)
      }
    }
    return this.produced
  }

  // ------------------------------------------------------------ bytes
  codec(source: Source): RecordCodec {
    const known = this.codecs.get(source.name)
    if (known !== undefined && known.source === source) return known
    const { key, value } = createSerdes(source, this.options.registry)
    const codec = new RecordCodec(source, key, value)
    this.codecs.set(source.name, codec)
    return codec
  }

  private decode(source: Source, records: readonly RawRecord[], offset: number): Batch {
    const { errors } = this.options
    const batch = this.codec(source).decode(records, offset, (_record, at, error) => {
      errors.count(`topic ${source.topic}`, `record ${at} cannot be read as ${source.valueFormat.name}`, error)
    })
    return this.withEventTime(batch, source)
  }

  private withEventTime(batch: Batch, source: Source): Batch {
    const { errors, throwOnInvalidTime } = this.options
    return applyEventTime(batch, source, {
      throwOnInvalid: throwOnInvalidTime(),
      report: (column, error) => errors.count(`source ${source.name}`, column, error),
    })
  }
}

function stopped(query: PersistentQuery, cause: unknown): KsqlError {
  const message = cause instanceof Error ? cause.message : String(cause)
  return new KsqlError('runtime', `Query ${query.id} has stopped. ${message}`, {
    fix: cause instanceof KsqlError ? cause.fix : undefined,
    statement: query.statement,
    cause,
  })
}
