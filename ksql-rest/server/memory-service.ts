import type { KsqlEngine, Settings } from '../../engine/index.ts'
import type { Entity } from '../protocol.ts'
import { CommandLog } from './command-log.ts'
import type { JsonObject } from './request-body.ts'
import type { AskedEngine, InsertValues, KsqlService, QueriesEnded, ServerState } from './service.ts'
import { runStatements } from './statements.ts'
import { deletePatterns, terminateCluster } from './terminate.ts'

/** An engine in memory: nothing is kept, and what is asked is done when it is answered. */
export class MemoryService implements KsqlService {
  readonly clusterId = 'embedded'
  readonly serviceId = 'gpumon_'
  readonly surroundings = { kafka: true }
  readonly #engine: KsqlEngine
  readonly #commands = new CommandLog()
  readonly #onFault: (error: unknown) => void
  #isTerminated = false
  #queriesEnded: QueriesEnded = () => {}

  /** @param onFault told of records that broke a query */
  constructor(engine: KsqlEngine, onFault: (error: unknown) => void) {
    this.#engine = engine
    this.#onFault = onFault
  }

  get state(): ServerState {
    return this.#isTerminated ? 'TERMINATED' : 'READY'
  }

  async current(): Promise<{ engine: KsqlEngine; commands: CommandLog }> {
    return { engine: this.#engine, commands: this.#commands }
  }

  async asked(): Promise<AskedEngine> {
    return { engine: this.#engine, begin: async () => {} }
  }

  async execute(text: string, settings: Settings): Promise<Entity[]> {
    const context = { engine: this.#engine, commands: this.#commands, onFault: this.#onFault }
    return this.#ending(() => runStatements(context, text, settings))
  }

  async insert(row: InsertValues, settings: Settings): Promise<void> {
    this.#ending(() => this.#engine.scoped(settings, () => this.#engine.executeStatement(row)))
  }

  async terminate(request: JsonObject): Promise<Entity> {
    const deletes = deletePatterns(request)
    const entity = this.#ending(() => terminateCluster(this.#engine, this.#commands, deletes))
    this.#isTerminated = true
    return entity
  }

  onQueriesEnded(listener: QueriesEnded): void {
    this.#queriesEnded = listener
  }

  #ending<T>(work: () => T): T {
    try {
      return work()
    } finally {
      this.#queriesEnded(this.#engine)
    }
  }
}
