import { Catalog } from './catalog/catalog.ts'
import {
  createSerdes,
  type DefinitionContext,
  defineSink,
  defineSource,
  refuseUnknownTimestamp,
  registerSchemas,
} from './catalog/define-source.ts'
import type { Source, SourceColumn } from './catalog/source.ts'
import { readWithClause } from './catalog/with-clause.ts'
import { compilePipeline } from './compile/pipeline.ts'
import { KsqlError, type Position, semanticError } from './errors.ts'
import type { SchemaRegistry } from './formats/format.ts'
import { MemorySchemaRegistry } from './formats/registry.ts'
import { builtinFunctions, type FunctionRegistry } from './functions/registry.ts'
import { insertValues } from './insert-values.ts'
import { neededColumns } from './plan/needed-columns.ts'
import type { PlanNode, QueryPlan } from './plan/nodes.ts'
import { sourcesOf } from './plan/nodes.ts'
import { type PlanEnvironment, planQuery } from './plan/query.ts'
import { dataColumns } from './plan/scope.ts'
import { coerce, TypeChecker } from './plan/type-check.ts'
import { columnAdapter, nullColumn } from './runtime/adapter.ts'
import { Batch, type Column } from './runtime/batch.ts'
import { type RawRecord, RecordCodec } from './runtime/codec.ts'
import { ErrorCounter } from './runtime/error-counter.ts'
import { applyEventTime } from './runtime/event-time.ts'
import { PersistentQuery } from './runtime/persistent-query.ts'
import { fromBytes, toBytes } from './runtime/snapshot.ts'
import { type Subscriber, Topic } from './runtime/topic.ts'
import type { CreateAsSelect, CreateSource, InsertSelect, Properties, Query, Statement } from './syntax/ast.ts'
import { nearest, parseStatement, splitStatements } from './syntax/index.ts'
import { formatType, type SqlType } from './types/sql-type.ts'

export interface KsqlEngineOptions {
  readonly registry?: SchemaRegistry
  /** session properties: ksql.persistence.default.format.value, auto.offset.reset … */
  readonly properties?: ReadonlyMap<string, string>
  /** the wall clock, ms since 1970 UTC; decides nothing but NOW()-like functions and records without time */
  readonly now?: () => number
  readonly functions?: FunctionRegistry
  /**
   * `auto` (default): queries feed each other. `manual`: the caller feeds each query through `queries()`, as ksqlDB's test driver does;
   * what a window store of Kafka Streams has expired is lost there too, and its wall clock stands still, which throttles final results.
   */
  readonly wiring?: 'auto' | 'manual'
}

/** What a statement did. */
export interface StatementResult {
  readonly statement: string
  readonly kind: Statement['kind']
  readonly message: string
  readonly queryId?: string
}

/** A query of the engine as its caller sees it. */
export interface QueryHandle {
  readonly id: string
  readonly statement: string
  readonly sourceTopics: readonly string[]
  readonly sinkTopic: string
  readonly sinkName: string
  /** rows dropped because their window had closed */
  readonly lateRows: number
  /** manual wiring: the records the query produces from these, in order */
  pipe(topic: string, records: readonly RawRecord[]): RawRecord[]
}

export interface SourceInfo {
  readonly name: string
  readonly type: 'stream' | 'table'
  readonly columns: readonly SourceColumn[]
  readonly topic: string
  readonly keyFormat: { readonly name: string; readonly wrapSingle: boolean | undefined }
  readonly valueFormat: { readonly name: string; readonly wrapSingle: boolean | undefined }
  readonly windowType: 'TUMBLING' | 'HOPPING' | 'SESSION' | null
  readonly windowSize: number | null
  readonly isReadOnly: boolean
  readonly timestampColumn: string | null
}

/** ms of wall clock between two emissions of final results, in Kafka Streams */
const EMIT_INTERVAL = 'ksql.streams.__emit.interval.ms.kstreams.windowed.aggregation__'
const THROW_ON_INVALID = 'ksql.timestamp.throw.on.invalid'

interface RunningQuery {
  readonly query: PersistentQuery
  readonly plan: QueryPlan
}

/**
 * ksqlDB statements in process. Synchronous: appending records runs every query they reach to the end before it returns. Deterministic: the
 * same statements and records give the same outputs in the same order, however the records are cut into batches.
 */
export class KsqlEngine {
  readonly registry: SchemaRegistry
  readonly functions: FunctionRegistry
  /** records that could not be read and expressions that failed, by place */
  readonly errors = new ErrorCounter()
  private readonly catalog = new Catalog()
  private readonly properties: Map<string, string>
  private readonly variables = new Map<string, string>()
  private readonly now: () => number
  private readonly wiring: 'auto' | 'manual'
  private readonly topicsByName = new Map<string, Topic>()
  private readonly running = new Map<string, RunningQuery>()
  private readonly codecs = new Map<string, RecordCodec>()
  private readonly executed: string[] = []
  private queryCount = 0
  /** manual wiring: what the query being piped has produced */
  private produced: RawRecord[] = []
  private restoring = false

  constructor(options: KsqlEngineOptions = {}) {
    this.registry = options.registry ?? new MemorySchemaRegistry()
    this.functions = options.functions ?? builtinFunctions
    this.properties = new Map([...(options.properties ?? [])].map(([k, v]) => [k.toLowerCase(), v]))
    this.now = options.now ?? Date.now
    this.wiring = options.wiring ?? 'auto'
  }

  /** Runs a script, statement by statement. Throws KsqlError at the first statement that fails; what came before it stays in effect. */
  execute(script: string): StatementResult[] {
    return splitStatements(script).map((source) => this.executeStatement(parseStatement(source, this.variables)))
  }

  parse(script: string): Statement[] {
    return splitStatements(script).map((source) => parseStatement(source, this.variables))
  }

  executeStatement(statement: Statement): StatementResult {
    try {
      const { message, queryId } = this.dispatch(statement)
      this.executed.push(statement.text)
      return { statement: statement.text, kind: statement.kind, message, ...(queryId === undefined ? {} : { queryId }) }
    } catch (error) {
      if (error instanceof KsqlError && error.statement === undefined) {
        throw new KsqlError(error.kind, error.message, {
          position: error.position ?? statement.at,
          fix: error.fix,
          statement: statement.text,
          cause: error.cause,
        })
      }
      throw error
    }
  }

  // ------------------------------------------------------------ topics and records
  createTopic(name: string, options: { readonly partitions?: number; readonly replicas?: number } = {}): Topic {
    const known = this.topicsByName.get(name)
    if (known !== undefined) return known
    const topic = new Topic(name, options.partitions ?? 1, options.replicas ?? 1)
    this.topicsByName.set(name, topic)
    return topic
  }

  topics(): { readonly name: string; readonly partitions: number; readonly replicas: number }[] {
    return [...this.topicsByName.values()].map(({ name, partitions, replicas }) => ({ name, partitions, replicas }))
  }

  /** A topic by name. Throws KsqlError 'semantic', with the nearest known name, when there is none. */
  topic(name: string): TopicHandle {
    const topic = this.topicsByName.get(name)
    if (topic === undefined) {
      const near = nearest(name, this.topicsByName.keys())
      const fix =
        near === null
          ? `Known topics: ${[...this.topicsByName.keys()].join(', ') || 'none'}.`
          : `Did you mean '${near}'?`
      throw new KsqlError('semantic', `Topic '${name}' does not exist.`, { fix })
    }
    return {
      append: (records) => this.appendRecords(topic, records),
      appendRecord: (record) => this.appendRecords(topic, [record]),
      records: () => topic.kept,
      subscribe: (subscriber) => {
        topic.subscribers.add(subscriber)
        return () => topic.subscribers.delete(subscriber)
      },
    }
  }

  /**
   * Appends rows in columns, under a stream's or table's own columns: the way in for sources that have no bytes. Columns not given are NULL.
   * `rowtime` is the records' time, ms since 1970 UTC.
   */
  append(
    sourceName: string,
    rows: { readonly count: number; readonly columns: ReadonlyMap<string, Column>; readonly rowtime: Float64Array },
  ): void {
    const source = this.source(sourceName)
    const layout = dataColumns(source)
    for (const name of rows.columns.keys()) {
      if (!layout.some((c) => c.name === name)) {
        const near = nearest(
          name,
          layout.map((c) => c.name),
        )
        throw new KsqlError('semantic', `${sourceName} has no column ${name}.`, {
          fix: near === null ? `Columns: ${layout.map((c) => c.name).join(', ')}.` : `Did you mean ${near}?`,
        })
      }
    }
    const columns = layout.map((c) => rows.columns.get(c.name) ?? nullColumn(c.type, rows.count))
    const topic = this.createTopic(source.topic)
    topic.end += rows.count
    this.deliver(topic, source, new Batch(rows.count, columns, rows.rowtime))
    this.settle()
  }

  /** The columns of a stream or table that some query reads: a source need not supply others. */
  neededColumns(sourceName: string): Set<string> {
    const source = this.source(sourceName)
    const names = new Set<string>()
    for (const { plan } of this.running.values()) {
      for (const name of neededColumns(plan.root, source)) names.add(name)
    }
    return names
  }

  private appendRecords(topic: Topic, records: readonly RawRecord[]): void {
    const offset = topic.end
    topic.end += records.length
    const keeps =
      this.wiring === 'manual' || topic.readers.length === 0 || topic.readers.some((r) => r.input.kind === 'table')
    if (keeps) topic.kept.push(...records)
    if (this.wiring === 'manual') return
    const batches = new Map<Source, Batch>()
    for (const { query, input } of topic.readers) {
      let batch = batches.get(input.source)
      if (batch === undefined) {
        batch = this.decode(input.source, records, offset)
        batches.set(input.source, batch)
      }
      query.enqueue(input, batch)
    }
    if (topic.subscribers.size > 0) {
      const source = this.catalog.all().find((s) => s.topic === topic.name)
      if (source !== undefined) {
        const batch = batches.get(source) ?? this.decode(source, records, offset)
        for (const subscriber of topic.subscribers) subscriber(batch, source)
      }
    }
    this.settle()
  }

  private decode(source: Source, records: readonly RawRecord[], offset: number): Batch {
    const batch = this.codec(source).decode(records, offset, (_record, at, error) => {
      this.errors.count(`topic ${source.topic}`, `record ${at} cannot be read as ${source.valueFormat.name}`, error)
    })
    return this.withEventTime(batch, source)
  }

  private withEventTime(batch: Batch, source: Source): Batch {
    return applyEventTime(batch, source, {
      throwOnInvalid: this.properties.get(THROW_ON_INVALID)?.toLowerCase() === 'true',
      report: (column, error) => this.errors.count(`source ${source.name}`, column, error),
    })
  }

  private codec(source: Source): RecordCodec {
    const known = this.codecs.get(source.name)
    if (known !== undefined && known.source === source) return known
    const { key, value } = createSerdes(source, this.registry)
    const codec = new RecordCodec(source, key, value)
    this.codecs.set(source.name, codec)
    return codec
  }

  /** Hands rows written under `writer`'s columns to everyone who reads the topic. */
  private deliver(topic: Topic, writer: Source, batch: Batch): void {
    for (const subscriber of topic.subscribers) subscriber(batch, writer)
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

  /** Runs queries, those nearest to the appended topic first, until nothing waits. */
  private settle(): void {
    for (;;) {
      let next: PersistentQuery | null = null
      for (const { query } of this.running.values()) {
        if (query.waiting && (next === null || query.rank < next.rank)) next = query
      }
      if (next === null) return
      next.run()
    }
  }

  // ------------------------------------------------------------ what there is
  sources(): SourceInfo[] {
    return this.catalog.all().map((s) => ({
      name: s.name,
      type: s.kind === 'STREAM' ? 'stream' : 'table',
      columns: s.columns,
      topic: s.topic,
      keyFormat: s.keyFormat,
      valueFormat: s.valueFormat,
      windowType: s.window?.type ?? null,
      windowSize: s.window?.size ?? null,
      isReadOnly: s.readOnly,
      timestampColumn: s.timestamp?.column ?? null,
    }))
  }

  queries(): QueryHandle[] {
    return [...this.running.values()].map(({ query }) => ({
      id: query.id,
      statement: query.statement,
      sourceTopics: [...new Set(query.sources.map((s) => s.topic))],
      sinkTopic: query.sink.topic,
      sinkName: query.sink.name,
      get lateRows() {
        return query.pipeline.lateRows()
      },
      pipe: (topic, records) => this.pipe(query, topic, records),
    }))
  }

  private pipe(query: PersistentQuery, topicName: string, records: readonly RawRecord[]): RawRecord[] {
    this.produced = []
    const offsets = this.pipedOffsets.get(query) ?? new Map<string, number>()
    this.pipedOffsets.set(query, offsets)
    for (const record of records) {
      const offset = offsets.get(topicName) ?? 0
      offsets.set(topicName, offset + 1)
      for (const input of query.pipeline.inputs) {
        if (input.source.topic !== topicName) continue
        const batch = this.decode(input.source, [record], offset)
        if (batch.count > 0) input.process(batch)
      }
    }
    return this.produced
  }

  private readonly pipedOffsets = new Map<PersistentQuery, Map<string, number>>()

  /** The columns of a stream or table as code generators and tools need them. */
  source(name: string): Source {
    const found = this.catalog.find(name)
    if (found !== undefined) return found
    const near = nearest(
      name,
      this.catalog.all().map((s) => s.name),
    )
    throw new KsqlError('semantic', `${name} does not exist.`, {
      fix: near === null ? undefined : `Did you mean ${near}?`,
    })
  }

  // ------------------------------------------------------------ snapshot
  /** The whole state at a record boundary, as bytes. */
  snapshot(): Uint8Array {
    return toBytes({
      version: 1,
      statements: this.executed,
      queries: [...this.running.values()].map(({ query }) => ({
        id: query.id,
        states: query.pipeline.states.map((s) => s.save()),
      })),
      topics: [...this.topicsByName.values()].map((t) => ({
        name: t.name,
        partitions: t.partitions,
        replicas: t.replicas,
        end: t.end,
        kept: t.kept,
      })),
    })
  }

  /** An engine that goes on where the snapshot was taken. Throws when the snapshot is of another version. */
  static restore(bytes: Uint8Array, options: KsqlEngineOptions = {}): KsqlEngine {
    const saved = fromBytes(bytes) as {
      version: number
      statements: string[]
      queries: { id: string; states: unknown[] }[]
      topics: { name: string; partitions: number; replicas: number; end: number; kept: RawRecord[] }[]
    }
    if (saved.version !== 1) throw new Error(`The snapshot has version ${saved.version}; this engine reads version 1.`)
    const engine = new KsqlEngine(options)
    engine.restoring = true
    for (const t of saved.topics) engine.createTopic(t.name, t)
    for (const text of saved.statements) engine.execute(`${text};`)
    engine.restoring = false
    for (const t of saved.topics) {
      const topic = engine.createTopic(t.name)
      topic.end = t.end
      topic.kept.splice(0, topic.kept.length, ...t.kept)
    }
    for (const { id, states } of saved.queries) {
      const pipeline = engine.running.get(id)?.query.pipeline
      if (pipeline === undefined) throw new Error(`The snapshot has query ${id}, which its statements do not make.`)
      for (const [i, state] of states.entries()) pipeline.states[i]?.load(state)
    }
    return engine
  }

  // ------------------------------------------------------------ statements
  private dispatch(statement: Statement): { message: string; queryId?: string } {
    switch (statement.kind) {
      case 'create-source':
        return { message: this.createSource(statement) }
      case 'create-as-select':
        return this.createAsSelect(statement)
      case 'insert-select':
        return this.insertSelect(statement)
      case 'insert-values': {
        if (this.restoring) return { message: 'Restored' }
        const source = this.catalog.get(statement.target, statement.at)
        const record = insertValues(statement, source, {
          checker: this.checkerFor('INSERT VALUES'),
          codec: this.codec(source),
          environment: { properties: this.properties, now: this.now },
        })
        this.appendRecords(this.createTopic(source.topic), [record])
        return { message: 'Inserted' }
      }
      case 'create-type': {
        if (this.catalog.hasType(statement.name)) {
          if (statement.ifNotExists) return { message: `Type ${statement.name} already exists` }
          throw semanticError(
            `Cannot register custom type '${statement.name}' since it is already registered.`,
            statement.at,
            'DROP TYPE it first.',
          )
        }
        this.catalog.putType(statement.name, this.checkerFor('CREATE TYPE').resolveType(statement.type))
        return { message: `Registered custom type with name '${statement.name}'` }
      }
      case 'drop-type': {
        if (!this.catalog.removeType(statement.name) && !statement.ifExists) {
          throw semanticError(`Type '${statement.name}' does not exist.`, statement.at)
        }
        return { message: `Dropped type '${statement.name}'` }
      }
      case 'drop-source':
        return { message: this.dropSource(statement) }
      case 'set':
        this.properties.set(statement.name.toLowerCase(), statement.value)
        return { message: `Set ${statement.name}` }
      case 'unset':
        this.properties.delete(statement.name.toLowerCase())
        return { message: `Unset ${statement.name}` }
      case 'define':
        this.variables.set(statement.name.toUpperCase(), statement.value)
        return { message: `Defined ${statement.name}` }
      case 'undefine':
        this.variables.delete(statement.name.toUpperCase())
        return { message: `Undefined ${statement.name}` }
      case 'terminate': {
        for (const id of statement.query === null ? [...this.running.keys()] : [statement.query])
          this.terminate(id, statement.at)
        return { message: 'Query terminated.' }
      }
      case 'assert':
        return { message: this.assert(statement) }
      default:
        throw semanticError(
          `${statement.kind.toUpperCase()} is not supported yet by the embedded engine.`,
          statement.at,
          'Run this statement on ksqlDB.',
        )
    }
  }

  private createSource(statement: CreateSource): string {
    const taken = this.claimName(statement)
    if (taken !== null) return taken
    const { source, properties } = defineSource(statement, this.definitionContext())
    if (!this.topicsByName.has(source.topic)) {
      if (properties.partitions === undefined) {
        throw semanticError(
          `Topic '${source.topic}' does not exist. If you want to create a new topic for the stream/table please re-run the statement providing the required 'PARTITIONS' configuration in the WITH clause (and optionally 'REPLICAS')`,
          statement.at,
          'Add PARTITIONS=1 to the WITH clause.',
        )
      }
      this.createTopic(source.topic, {
        partitions: properties.partitions,
        ...(properties.replicas === undefined ? {} : { replicas: properties.replicas }),
      })
    }
    registerSchemas(source, this.registry)
    this.catalog.put(source)
    return `${capitalised(statement.source)} created`
  }

  private createAsSelect(statement: CreateAsSelect): { message: string; queryId?: string } {
    const taken = this.claimName(statement)
    if (taken !== null) return { message: taken }
    const { plan, left, withClause } = this.planInto(
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
      this.definitionContext(),
    )
    this.createTopic(sink.topic, {
      partitions: withClause.partitions ?? this.topicsByName.get(left.topic)?.partitions ?? 1,
      replicas: withClause.replicas ?? this.topicsByName.get(left.topic)?.replicas ?? 1,
    })
    registerSchemas(sink, this.registry)
    const prefix = statement.source === 'STREAM' ? 'CSAS' : 'CTAS'
    const replaced = statement.orReplace
      ? [...this.running.values()].find((r) => r.query.sink.name === statement.name)?.query.id
      : undefined
    const id = replaced ?? `${prefix}_${statement.name}_${this.queryCount++}`
    this.catalog.put(sink)
    this.start(id, statement.text, plan, sink)
    return { message: `Created query with ID ${id}`, queryId: id }
  }

  private insertSelect(statement: InsertSelect): { message: string; queryId: string } {
    const sink = this.catalog.find(statement.target)
    if (sink === undefined) {
      const near = nearest(
        statement.target,
        this.catalog.all().map((s) => s.name),
      )
      throw semanticError(
        `Sink '${statement.target}' does not exist for the INSERT INTO statement.`,
        statement.at,
        near === null ? undefined : `Did you mean ${near}?`,
      )
    }
    if (sink.kind === 'TABLE') {
      throw semanticError(
        `INSERT INTO can only be used to insert into a stream. ${sink.name} is a table.`,
        statement.at,
      )
    }
    if (sink.readOnly) throw semanticError(`Cannot insert into read-only stream: ${sink.name}`, statement.at)
    const { plan } = this.planInto(statement.query, sink.name, 'INSERT INTO', statement.properties)
    const aligned = alignToSink(plan, sink, statement.at)
    const id = `INSERTQUERY_${this.queryCount++}`
    this.start(id, statement.text, aligned, sink)
    return { message: `Created query with ID ${id}`, queryId: id }
  }

  private planInto(query: Query, name: string, statement: string, properties: Properties) {
    const environment: PlanEnvironment = {
      functions: this.functions,
      namedType: (type, at) => this.catalog.type(type, at),
      source: (source, at) => this.catalog.get(source, at),
      newPlanner: this.properties.get('ksql.new.query.planner.enabled')?.toLowerCase() === 'true',
    }
    const withClause = readWithClause(properties)
    const checkColumns = (names: readonly string[]) => {
      if (withClause.timestamp !== undefined)
        refuseUnknownTimestamp(withClause.timestamp.column, names, properties.get('TIMESTAMP')?.at ?? query.at)
    }
    const plan = planQuery(query, { name, statement, checkColumns }, environment)
    const left = sourcesOf(plan.root)[0]?.source
    if (left === undefined) throw new Error('a plan without a source')
    refuseStructState(plan.root, left, query.at)
    return { plan, left, withClause }
  }

  /** Null: the name is free (or to be replaced); a text: IF NOT EXISTS applies. */
  private claimName(statement: CreateSource | CreateAsSelect): string | null {
    const known = this.catalog.find(statement.name)
    if (known === undefined) return null
    const was = known.kind.toLowerCase()
    if (statement.ifNotExists)
      return `Cannot add ${statement.source.toLowerCase()} \`${statement.name}\`: A ${was} with the same name already exists.`
    if (!statement.orReplace) {
      throw semanticError(
        `Cannot add ${statement.source.toLowerCase()} '${statement.name}': A ${was} with the same name already exists`,
        statement.at,
        `DROP ${known.kind} ${statement.name} first, or write CREATE OR REPLACE.`,
      )
    }
    if (known.kind !== statement.source) {
      throw semanticError(
        `Cannot replace ${was} '${statement.name}' with a ${statement.source.toLowerCase()}.`,
        statement.at,
      )
    }
    return null
  }

  private start(id: string, text: string, plan: QueryPlan, sink: Source): void {
    const environment = { properties: this.properties, now: this.now }
    const emissionClock = this.wiring === 'manual' ? () => 0 : this.now
    const interval = Number(this.properties.get(EMIT_INTERVAL) ?? (this.wiring === 'manual' ? 1000 : 0))
    const left = sourcesOf(plan.root)[0]?.source ?? sink
    const topic = this.createTopic(sink.topic)
    const report = (column: string, error: unknown) => this.errors.count(`query ${id}`, column, error)
    const pipeline = compilePipeline(
      plan,
      {
        environment,
        report,
        keyOrder: (columns) => keyOrder(columns, left, this.registry),
        finalInterval: interval,
        emissionClock,
        loseExpired: this.wiring === 'manual',
      },
      (batch) => {
        const timed = sink.timestamp === null ? batch : this.withEventTime(batch, sink)
        if (this.wiring === 'manual') {
          this.produced.push(...this.codec(sink).encode(timed))
          return
        }
        topic.end += timed.count
        this.deliver(topic, sink, timed)
      },
    )
    const query = new PersistentQuery(
      id,
      text,
      sourcesOf(plan.root).map((s) => s.source),
      sink,
      pipeline,
    )
    this.stop(id)
    this.running.set(id, { query, plan })
    for (const input of pipeline.inputs) this.createTopic(input.source.topic).readers.push({ query, input })
    this.rankQueries()
    if (this.wiring === 'manual' || this.restoring) return
    for (const input of pipeline.inputs) {
      const { kept } = this.createTopic(input.source.topic)
      if (kept.length > 0) query.enqueue(input, this.decode(input.source, kept, 0))
    }
    for (const input of pipeline.inputs) {
      const source = this.createTopic(input.source.topic)
      if (input.kind === 'stream' && !source.readers.some((r) => r.input.kind === 'table')) source.kept.length = 0
    }
    this.settle()
  }

  /** A query's rank is one more than the greatest rank of those that write what it reads. */
  private rankQueries(): void {
    const queries = [...this.running.values()].map((r) => r.query)
    for (const query of queries) query.rank = 0
    for (let round = 0; round < queries.length; round++) {
      let changed = false
      for (const query of queries) {
        const topics = new Set(query.sources.map((s) => s.topic))
        const rank = Math.max(
          0,
          ...queries.filter((q) => q !== query && topics.has(q.sink.topic)).map((q) => q.rank + 1),
        )
        if (rank > query.rank && rank <= queries.length) {
          query.rank = rank
          changed = true
        }
      }
      if (!changed) return
    }
  }

  private stop(id: string): boolean {
    const known = this.running.get(id)
    if (known === undefined) return false
    for (const topic of this.topicsByName.values()) {
      for (let i = topic.readers.length - 1; i >= 0; i--)
        if (topic.readers[i]?.query === known.query) topic.readers.splice(i, 1)
    }
    return true
  }

  private terminate(id: string, at: Position): void {
    if (!this.stop(id)) {
      const near = nearest(id, this.running.keys())
      throw semanticError(
        `Unknown queryId: ${id}`,
        at,
        near === null ? `Queries: ${[...this.running.keys()].join(', ') || 'none'}.` : `Did you mean ${near}?`,
      )
    }
    this.running.delete(id)
    this.rankQueries()
  }

  private dropSource(statement: Extract<Statement, { kind: 'drop-source' }>): string {
    const source = this.catalog.find(statement.name)
    if (source === undefined) {
      if (statement.ifExists) return `Source \`${statement.name}\` does not exist.`
      const near = nearest(
        statement.name,
        this.catalog.all().map((s) => s.name),
      )
      throw semanticError(
        `Source ${statement.name} does not exist.`,
        statement.at,
        near === null ? undefined : `Did you mean ${near}?`,
      )
    }
    if (source.kind !== statement.source) {
      throw semanticError(
        `Incompatible data source type is ${source.kind}, but statement was DROP ${statement.source}`,
        statement.at,
        `Write DROP ${source.kind}.`,
      )
    }
    const readers = [...this.running.values()].filter((r) => r.query.sources.some((s) => s.name === source.name))
    if (readers.length > 0) {
      throw semanticError(
        `Cannot drop ${source.name}.\nThe following streams and/or tables read from this source: [${readers.map((r) => r.query.sink.name).join(', ')}].\nYou need to drop them before dropping ${source.name}.`,
        statement.at,
      )
    }
    for (const [id, { query }] of this.running) {
      if (query.sink.name !== source.name) continue
      this.stop(id)
      this.running.delete(id)
    }
    this.catalog.remove(source.name)
    if (statement.deleteTopic) this.topicsByName.delete(source.topic)
    this.rankQueries()
    return `Source \`${source.name}\` (topic: ${source.topic}) was dropped.`
  }

  private assert(statement: Extract<Statement, { kind: 'assert' }>): string {
    const subject =
      statement.what === 'topic' ? `Topic ${statement.topic}` : `Schema ${statement.subject ?? statement.id}`
    const found =
      statement.what === 'topic'
        ? statement.topic !== null && this.topicsByName.has(statement.topic)
        : statement.id === null
          ? statement.subject !== null && this.registry.latest(statement.subject) !== null
          : this.registry.byId(statement.id) !== null
    if (found !== statement.exists)
      throw semanticError(`${subject} ${found ? 'exists' : 'does not exist'}.`, statement.at)
    return `${subject} ${found ? 'exists' : 'does not exist'}.`
  }

  private definitionContext(): DefinitionContext {
    return {
      registry: this.registry,
      properties: this.properties,
      resolveType: (name) => this.checkerFor('CREATE').resolveType(name),
    }
  }

  private checkerFor(clause: string): TypeChecker {
    return new TypeChecker(
      { functions: this.functions, namedType: (name, at) => this.catalog.type(name, at) },
      {
        clause,
        column: (ref) => {
          throw semanticError(
            `${clause} has no columns: ${ref.name}`,
            ref.at,
            "Text is written in single quotes: 'text'.",
          )
        },
      },
    )
  }
}

export interface TopicHandle {
  append(records: readonly RawRecord[]): void
  appendRecord(record: RawRecord): void
  /** what the topic keeps for readers still to come; with manual wiring, all it has */
  records(): readonly RawRecord[]
  /** gives the function that ends the subscription */
  subscribe(subscriber: Subscriber): () => void
}

function capitalised(word: string): string {
  return word[0] + word.slice(1).toLowerCase()
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
  const root: PlanNode = {
    op: 'map',
    kind: plan.kind,
    window: plan.window,
    layout: wanted,
    input: plan.root,
    where: null,
    tableCalls: [],
    outputs,
    rekeys: false,
  }
  return { ...plan, root, layout: wanted }
}

/** Aggregates that keep a STRUCT between rows cannot be stored by formats without one. */
function refuseStructState(node: PlanNode, left: Source, at: Position): void {
  if (node.op === 'source') return
  if (node.op === 'stream-table-join') return
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
