import { deserialize, serialize } from 'node:v8'
import { KsqlEngine, KsqlError } from '../engine/index.ts'
import type { AddressedRecord } from '../kafka/transactional-sender.ts'
import type { Entity } from '../ksql-rest/protocol.ts'
import { CommandLog, type SavedCommands } from '../ksql-rest/server/command-log.ts'
import type { TopicEntity } from '../ksql-rest/server/inspect.ts'
import { RestError } from '../ksql-rest/server/rest-error.ts'
import type { InsertValues } from '../ksql-rest/server/service.ts'
import { parseRequest, runParsed } from '../ksql-rest/server/statements.ts'
import { type CatchUp, historyReaders, type Standing, standingOf } from './catch-up.ts'
import { incomingRecords } from './incoming.ts'
import type { CaughtUpRows, ExecutedRequest, Growth, ProcessedRows, SchemaFact } from './log-entry.ts'
import type { Merged } from './merge.ts'
import { MirroredRegistry } from './mirrored-registry.ts'
import { Outputs } from './outputs.ts'

interface SavedTask {
  readonly version: number
  readonly engine: Uint8Array
  readonly schemas: readonly SchemaFact[]
  readonly positions: ReadonlyMap<string, readonly number[]>
  readonly commands: SavedCommands
  readonly catchUp: CatchUp | null
}

const VERSION = 1

export interface TaskListener {
  /** what costs a record or a query, told as it happens */
  readonly onFault: (error: unknown) => void
}

/**
 * The engine of a service and all that belongs to it: what happens to it are entries of the log, and the same entries give the same state and the same outputs.
 */
export class EngineTask {
  readonly registry: MirroredRegistry
  readonly engine: KsqlEngine
  readonly commands: CommandLog
  readonly #outputs = new Outputs()
  readonly #listener: TaskListener
  /** of each topic that is read: the offset of the next record, by partition */
  readonly #positions: Map<string, number[]>
  #own: ReadonlySet<string> = new Set()
  #tables: ReadonlySet<string> = new Set()
  #catchUp: CatchUp | null
  #now = 0

  private constructor(listener: TaskListener, saved: SavedTask | null) {
    this.#listener = listener
    this.registry = new MirroredRegistry()
    for (const fact of saved?.schemas ?? []) this.registry.adopt(fact)
    this.commands = new CommandLog(saved?.commands)
    this.#positions = new Map([...(saved?.positions ?? [])].map(([topic, offsets]) => [topic, [...offsets]]))
    this.#catchUp = saved?.catchUp ?? null
    let engine: KsqlEngine | null = null
    const options = {
      registry: this.registry,
      now: () => this.#now,
      onTopic: (topic: string) => {
        if (engine !== null) this.#outputs.listen(engine, topic)
      },
    }
    engine = saved === null ? new KsqlEngine(options) : KsqlEngine.restore(saved.engine, options)
    for (const { name } of engine.topics()) this.#outputs.listen(engine, name)
    this.engine = engine
    this.#look()
  }

  /** A task to which nothing has happened. */
  static empty(listener: TaskListener): EngineTask {
    return new EngineTask(listener, null)
  }

  /** A task as `save` has written it. Throws Error for one of another version. */
  static restore(bytes: Uint8Array, listener: TaskListener): EngineTask {
    const saved = deserialize(bytes) as SavedTask
    if (saved.version !== VERSION) {
      throw new Error(
        `the snapshot has version ${saved.version}, this server reads ${VERSION}: run the version that wrote it`,
      )
    }
    return new EngineTask(listener, saved)
  }

  save(): Uint8Array {
    const saved: SavedTask = {
      version: VERSION,
      engine: this.engine.snapshot(),
      schemas: this.registry.facts(),
      positions: this.#positions,
      commands: this.commands.save(),
      catchUp: this.#catchUp,
    }
    return serialize(saved)
  }

  get positions(): ReadonlyMap<string, readonly number[]> {
    return this.#positions
  }

  /** What new queries are still to be given before anything else happens; null: nothing. */
  get catchUp(): CatchUp | null {
    return this.#catchUp
  }

  /** Whether the queries here write the topic: what is read of it is handed on by them, not read from Kafka. */
  isOwn = (topic: string): boolean => this.#own.has(topic)

  /** Whether some table is made of the topic's records. */
  isTable = (topic: string): boolean => this.#tables.has(topic)

  /**
   * Executes the statements of a request.
   * @param insert gets the rows of INSERT … VALUES
   * @param topics that SHOW TOPICS lists
   * Throws KsqlError or RestError where a statement fails; what came before it stays in effect.
   */
  request(entry: ExecutedRequest, insert: (record: AddressedRecord) => void, topics: readonly TopicEntity[]): Entity[] {
    const { engine, commands } = this
    const { onFault } = this.#listener
    this.#now = entry.now
    const before = standingOf(engine, this.#positions.keys())
    for (const { name, partitions, replicas } of entry.topics) engine.createTopic(name, { partitions, replicas })
    for (const fact of entry.schemas) this.registry.adopt(fact)
    try {
      const statements = parseRequest(engine, entry.text, entry.settings)
      const insertRow = (row: InsertValues): void => insert(this.inserted(row, entry.now))
      return runParsed({ engine, commands, onFault, topics, insert: insertRow }, statements, entry.settings)
    } finally {
      this.#look()
      const read = readTopics(engine)
      for (const [topic, offsets] of entry.starts) {
        if (read.has(topic) && !this.#positions.has(topic)) this.#positions.set(topic, [...offsets])
      }
      this.#beginCatchUp(before, entry)
    }
  }

  /**
   * The record of an INSERT … VALUES. Throws KsqlError, also for a topic that a query here writes.
   * @param now the wall clock, ms since 1970-01-01 UTC: the record's time unless the row says it
   */
  inserted(row: InsertValues, now: number): AddressedRecord {
    this.#now = now
    const { topic, record } = this.engine.recordOf(row)
    refuseOwnTopic(this.engine, row)
    return this.#outputs.address(this.engine, topic, record)
  }

  /** Processes records; of a catch-up only by the queries that have not had them. */
  rows(entry: ProcessedRows | CaughtUpRows, { runs }: Pick<Merged, 'runs'>): void {
    this.#now = entry.now
    const { engine } = this
    const catchUp = entry.kind === 'history' ? this.#catchUp : null
    for (const { topic, records } of runs) {
      const incoming = incomingRecords(engine, topic, records)
      try {
        if (entry.kind === 'rows') engine.topic(topic).append(incoming)
        else engine.topic(topic).feed(incoming, catchUp?.readers.get(topic) ?? new Set())
      } catch (error) {
        // the query that the record broke has stopped, the others have gone on
        if (!(error instanceof KsqlError) || error.kind !== 'runtime') throw error
        this.#listener.onFault(error)
        this.#look()
      }
    }
    for (const { topic, partition, until } of entry.ranges) {
      const offsets = this.#positions.get(topic)
      const ranges = catchUp?.ranges.get(topic)
      if (ranges !== undefined) ranges[partition] = { from: until, until: ranges[partition].until }
      else if (offsets !== undefined && entry.kind === 'rows') offsets[partition] = until
    }
    if (entry.kind === 'history' && entry.isLast) this.#catchUp = null
  }

  /** Reads new partitions of topics from now on. */
  grow({ starts }: Growth): void {
    for (const [topic, offsets] of starts) {
      const positions = this.#positions.get(topic)
      if (positions === undefined) continue
      positions.push(...offsets)
      this.engine.createTopic(topic, { partitions: positions.length })
    }
  }

  /** What the queries have written since the last call. */
  take(): AddressedRecord[] {
    return this.#outputs.take(this.engine, this.isOwn)
  }

  #beginCatchUp(before: Standing, { history, reset }: ExecutedRequest): void {
    const readers = historyReaders(before, this.engine, reset)
    const ranges = new Map([...readers.keys()].map((topic) => [topic, [...(history.get(topic) ?? [])]]))
    if (readers.size > 0) this.#catchUp = { readers, ranges }
  }

  #look(): void {
    const queries = this.engine.queries().filter(({ isTransient }) => !isTransient)
    this.#own = new Set(queries.map(({ sinkTopic }) => sinkTopic))
    this.#tables = new Set(
      this.engine
        .sources()
        .filter(({ type }) => type === 'table')
        .map(({ topic }) => topic),
    )
    const read = readTopics(this.engine)
    for (const topic of [...this.#positions.keys()]) if (!read.has(topic)) this.#positions.delete(topic)
  }
}

/** What reads a topic that a query writes has its rows from that query, not from Kafka. Throws KsqlError. */
export function refuseOwnTopic(engine: KsqlEngine, { target, at }: InsertValues): void {
  const { topic } = engine.source(target)
  const writer = engine.queries().find(({ sinkTopic, isTransient }) => sinkTopic === topic && !isTransient)
  if (writer === undefined) return
  throw new KsqlError(
    'semantic',
    `Cannot insert into ${target}: its topic '${topic}' is written by query ${writer.id}, whose readers here would not see the row.`,
    { position: at, fix: `Insert into a stream that the query reads: ${writer.sourceNames.join(', ')}.` },
  )
}

/** Whether an error refuses a statement: what came before it stays in effect, and it is the same when the request is repeated. */
export function isRefusal(error: unknown): boolean {
  return error instanceof KsqlError || error instanceof RestError
}

/** The topics that queries of an engine read and none of them writes. */
export function readTopics(engine: KsqlEngine): Set<string> {
  const queries = engine.queries().filter(({ isTransient }) => !isTransient)
  const own = new Set(queries.map(({ sinkTopic }) => sinkTopic))
  return new Set(queries.flatMap(({ sourceTopics }) => sourceTopics).filter((topic) => !own.has(topic)))
}
