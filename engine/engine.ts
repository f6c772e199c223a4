import { Catalog } from './catalog/catalog.ts'
import type { Source } from './catalog/source.ts'
import { KsqlError } from './errors.ts'
import type { SchemaRegistry } from './formats/format.ts'
import { MemorySchemaRegistry } from './formats/registry.ts'
import { builtinFunctions, type FunctionRegistry } from './functions/registry.ts'
import type { QueryHandle, RowsInColumns, Settings, SourceInfo, StatementResult, TopicHandle } from './handles.ts'
import { type Definitions, History } from './history.ts'
import { neededColumns } from './plan/needed-columns.ts'
import type { LayoutColumn } from './plan/nodes.ts'
import { dataColumns } from './plan/scope.ts'
import { nullColumn } from './runtime/adapter.ts'
import { Batch } from './runtime/batch.ts'
import type { RawRecord } from './runtime/codec.ts'
import { Dataflow } from './runtime/dataflow.ts'
import { ErrorCounter } from './runtime/error-counter.ts'
import { loadStates, readSnapshot, takeSnapshot } from './snapshot.ts'
import { sourceInfo } from './source-info.ts'
import { executeStatement, insertedRecord } from './statements/execute.ts'
import { printedStatement } from './statements/printed.ts'
import { type PullResult, pullQuery } from './statements/pull-query.ts'
import { type PushQuery, pushQuery } from './statements/push-query.ts'
import { inScope } from './statements/scope.ts'
import type { Session } from './statements/session.ts'
import type { InsertValues, SelectStatement, Statement } from './syntax/ast.ts'
import { hint, parseScript, parseStatement, splitStatements } from './syntax/index.ts'
import type { SqlType } from './types/sql-type.ts'

export interface KsqlEngineOptions {
  readonly registry?: SchemaRegistry
  /** session properties: ksql.persistence.default.format.value, auto.offset.reset … */
  readonly properties?: ReadonlyMap<string, string>
  /** the wall clock, ms since 1970 UTC; decides nothing but NOW()-like functions and records without time */
  readonly now?: () => number
  readonly functions?: FunctionRegistry
  /** called for each topic as it is made, before any record is in it: the moment to subscribe and miss nothing */
  readonly onTopic?: (name: string) => void
  /**
   * `auto` (default): queries feed each other. `manual`: the caller feeds each query through `queries()`, as ksqlDB's test driver does;
   * what a window store of Kafka Streams has expired is lost there too, and its wall clock stands still, which throttles final results.
   */
  readonly wiring?: 'auto' | 'manual'
}

const THROW_ON_INVALID = 'ksql.timestamp.throw.on.invalid'

/**
 * ksqlDB statements in process. Synchronous: appending records runs every query they reach to the end before it returns. Deterministic: the
 * same statements and records give the same outputs in the same order, however the records are cut into batches.
 */
export class KsqlEngine {
  /** records that could not be read and expressions that failed, by place */
  readonly errors = new ErrorCounter()
  readonly registry: SchemaRegistry
  private readonly session: Session
  private readonly history = new History()
  private readonly options: KsqlEngineOptions
  private isScoped = false

  constructor(options: KsqlEngineOptions = {}) {
    this.options = options
    const registry = options.registry ?? new MemorySchemaRegistry()
    const wiring = options.wiring ?? 'auto'
    const properties = new Map([...(options.properties ?? [])].map(([k, v]) => [k.toLowerCase(), v]))
    const catalog = new Catalog()
    const { errors } = this
    this.registry = registry
    this.session = {
      catalog,
      registry,
      errors,
      properties,
      wiring,
      dataflow: new Dataflow({
        registry,
        errors,
        wiring,
        throwOnInvalidTime: () => properties.get(THROW_ON_INVALID)?.toLowerCase() === 'true',
        sourceOf: (topic) => catalog.all().find((s) => s.topic === topic),
        onTopic: options.onTopic ?? (() => {}),
        onStopped: (query) => this.history.stopped(query, this.session.queryCount),
      }),
      functions: options.functions ?? builtinFunctions,
      variables: new Map(),
      now: options.now ?? Date.now,
      restoring: false,
      queryCount: 0,
      transientCount: 0,
    }
  }

  // ------------------------------------------------------------ statements
  /** Runs a script, statement by statement. Throws KsqlError at the first statement that fails; what came before it stays in effect. */
  execute(script: string): StatementResult[] {
    const { variables } = this.session
    return splitStatements(script).map((source) => this.executeStatement(parseStatement(source, variables)))
  }

  /** The statements of a script. DEFINE and UNDEFINE in it hold for what follows them in it. Throws KsqlError. */
  parse(script: string): Statement[] {
    return parseScript(script, { variables: this.session.variables })
  }

  /**
   * Runs `work` with more properties and variables than the session has. They end with it, and so does what SET, UNSET, DEFINE and UNDEFINE do in
   * it, as with a request to a server.
   */
  scoped<T>(settings: Settings, work: () => T): T {
    const outer = this.isScoped
    this.isScoped = true
    try {
      return inScope(this.session, settings, work)
    } finally {
      this.isScoped = outer
    }
  }

  /** A statement with a SELECT as ksqlDB prints it, every name resolved; undefined for any other, and where a source is unknown. */
  printed(statement: Statement): string | undefined {
    return printedStatement(this.session, statement)
  }

  executeStatement(statement: Statement): StatementResult {
    const { queryCount } = this.session
    const at = this.history.statements.length
    const remember = (): void => this.history.add(statement, queryCount, this.isScoped ? this.settings() : null, at)
    try {
      const { message, queryId } = executeStatement(this.session, statement)
      remember()
      const base = { statement: statement.text, kind: statement.kind, message }
      return queryId === undefined ? base : { ...base, queryId }
    } catch (error) {
      // a record broke a query: the statement itself is in effect
      if (error instanceof KsqlError && error.kind === 'runtime') remember()
      if (!(error instanceof KsqlError) || error.statement !== undefined) throw error
      throw new KsqlError(error.kind, error.message, {
        position: error.position ?? statement.at,
        fix: error.fix,
        statement: statement.text,
        printed: printedStatement(this.session, statement),
        cause: error.cause,
      })
    }
  }

  /**
   * Runs a SELECT … EMIT CHANGES: `onRows` gets its rows as records arrive, until LIMIT or `close`.
   * Throws KsqlError for any other statement.
   */
  select(sql: string, onRows: (batch: Batch, columns: readonly LayoutColumn[]) => void): PushQuery {
    return pushQuery(this.session, this.selectIn(sql), onRows)
  }

  /**
   * Answers a pull query (SELECT without EMIT): the rows that a table made by CREATE TABLE … AS SELECT has now, or the records that a stream's topic
   * still keeps. BIGINTs come as bigint, TIMESTAMPs in ms since 1970 UTC. Throws KsqlError for any other statement, and for a table that no query
   * makes.
   */
  pull(sql: string): PullResult {
    return pullQuery(this.session, this.selectIn(sql))
  }

  private selectIn(sql: string): SelectStatement {
    const statement = parseStatement(sql, this.session.variables)
    if (statement.kind === 'select') return statement
    throw new KsqlError('semantic', 'Only a SELECT gives rows.', {
      position: statement.at,
      fix: 'Run other statements with execute().',
    })
  }

  /** The record that an INSERT … VALUES makes, and its topic, without appending it. Throws KsqlError. */
  recordOf(statement: InsertValues): { readonly topic: string; readonly record: RawRecord } {
    return insertedRecord(this.session, statement)
  }

  // ------------------------------------------------------------ topics and records
  /** A topic as it is outside; one that is there already has so many partitions from now on. */
  createTopic(name: string, options: { readonly partitions?: number; readonly replicas?: number } = {}): void {
    const topic = this.session.dataflow.createTopic(name, options)
    topic.partitions = options.partitions ?? topic.partitions
  }

  topics(): { readonly name: string; readonly partitions: number; readonly replicas: number }[] {
    const { topics } = this.session.dataflow
    return [...topics.values()].map(({ name, partitions, replicas }) => ({ name, partitions, replicas }))
  }

  /** A topic by name. Throws KsqlError 'semantic', with the nearest known name, when there is none. */
  topic(name: string): TopicHandle {
    const { dataflow } = this.session
    const topic = dataflow.topics.get(name)
    if (topic === undefined) {
      throw new KsqlError('semantic', `Topic '${name}' does not exist.`, {
        fix: hint(name, dataflow.topics.keys(), 'Known topics'),
      })
    }
    return {
      append: (records) => dataflow.append(topic, records),
      appendRecord: (record) => dataflow.append(topic, [record]),
      feed: (records, queries) => dataflow.feed(topic, records, queries),
      records: () => topic.kept,
      subscribe: (subscriber) => {
        topic.subscribers.add(subscriber)
        return () => topic.subscribers.delete(subscriber)
      },
    }
  }

  /**
   * Appends rows in columns, under a stream's or table's own columns: the way in for sources that have no bytes. Columns not given are NULL.
   * Unlike records, a stream's rows are not kept for queries that start later.
   * `rowtime` is the records' time, ms since 1970 UTC. The arrays must not change afterwards.
   */
  append(sourceName: string, rows: RowsInColumns): void {
    const { dataflow } = this.session
    const source = this.source(sourceName)
    const layout = dataColumns(source)
    const names = layout.map((c) => c.name)
    for (const name of rows.columns.keys()) {
      if (names.includes(name)) continue
      throw new KsqlError('semantic', `${sourceName} has no column ${name}.`, { fix: hint(name, names, 'Columns') })
    }
    const columns = layout.map((c) => rows.columns.get(c.name) ?? nullColumn(c.type, rows.count))
    dataflow.appendBatch(dataflow.createTopic(source.topic), source, new Batch(rows.count, columns, rows.rowtime))
  }

  /**
   * The input has ended: final results (EMIT FINAL) of windows that are still open are given out, as if stream time went on for ever. Records
   * appended afterwards are late for every such window. ksqlDB's topics never end; a file that is read to its end does.
   */
  end(): void {
    this.session.dataflow.end()
  }

  /** The columns of a stream or table that some query reads: a source need not supply others. */
  neededColumns(sourceName: string): Set<string> {
    const source = this.source(sourceName)
    const plans = [...this.session.dataflow.queries.values()].map((q) => q.plan)
    return new Set(plans.flatMap((plan) => [...neededColumns(plan.root, source)]))
  }

  // ------------------------------------------------------------ what there is
  /** A stream or table by name. Throws KsqlError 'semantic', with the nearest known name, when there is none. */
  source(name: string): Source {
    const { catalog } = this.session
    const found = catalog.find(name)
    if (found !== undefined) return found
    throw new KsqlError('semantic', `${name} does not exist.`, { fix: catalog.nearest(name) })
  }

  sources(): SourceInfo[] {
    return this.session.catalog.all().map(sourceInfo)
  }

  /** The properties (by lower-case name) and variables (by upper-case name) that hold now. */
  settings(): Settings {
    const { properties, variables } = this.session
    return { properties: new Map(properties), variables: new Map(variables) }
  }

  /** What CREATE TYPE has made, by name. */
  types(): ReadonlyMap<string, SqlType> {
    return this.session.catalog.allTypes()
  }

  queries(): QueryHandle[] {
    const { dataflow } = this.session
    return [...dataflow.queries.values()].map((query) => ({
      id: query.id,
      statement: query.statement,
      sourceTopics: [...new Set(query.sources.map((s) => s.topic))],
      sourceNames: [...new Set(query.sources.map((s) => s.name))],
      isTransient: query.transient,
      sinkTopic: query.sink.topic,
      sinkName: query.sink.name,
      get lateRows() {
        return query.pipeline.lateRows()
      },
      pipe: (topic, records) => dataflow.pipe(query, topic, records),
    }))
  }

  // ------------------------------------------------------------ snapshot
  /** The whole state at a record boundary, as bytes. */
  snapshot(): Uint8Array {
    return takeSnapshot(this.session, this.history.statements)
  }

  /** An engine that goes on where the snapshot was taken. Throws when the snapshot is of another version. */
  static restore(bytes: Uint8Array, options: KsqlEngineOptions = {}): KsqlEngine {
    const snapshot = readSnapshot(bytes)
    const engine = new KsqlEngine(options)
    engine.replay(snapshot)
    loadStates(snapshot, engine.session.dataflow)
    return engine
  }

  /**
   * An engine with the same definitions and no records, to try statements on: what it refuses, this one would refuse. Nothing done to it comes back
   * here; schemas that it registers stay in its registry, which is one in memory unless given.
   */
  sandbox(registry = this.copiedRegistry()): KsqlEngine {
    const { now, functions, wiring, properties } = this.options
    const copy = new KsqlEngine({ registry, now, functions, wiring, properties })
    copy.replay({ statements: this.history.statements, topics: this.topics(), queryCount: this.session.queryCount })
    return copy
  }

  private copiedRegistry(): SchemaRegistry {
    const registry = new MemorySchemaRegistry()
    for (const subject of this.registry.subjects()) {
      const schema = this.registry.latest(subject)
      if (schema !== null) registry.register(subject, schema.schema, schema.type, schema.id)
    }
    return registry
  }

  /** Executes statements for their definitions, on topics that are there already. */
  private replay({ statements, topics, queryCount }: Definitions): void {
    const { session } = this
    session.restoring = true
    for (const topic of topics) session.dataflow.createTopic(topic.name, topic)
    for (const { text, queryCount: before, settings } of statements) {
      session.queryCount = before
      if (settings === undefined) this.execute(`${text};`)
      else this.scoped(settings, () => this.execute(`${text};`))
    }
    // statements may have deleted topics that were made again later
    for (const topic of topics) this.createTopic(topic.name, topic)
    session.queryCount = queryCount
    session.restoring = false
  }
}
