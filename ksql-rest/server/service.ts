import type { KsqlEngine, Settings, Statement } from '../../engine/index.ts'
import type { Entity } from '../protocol.ts'
import type { CommandLog } from './command-log.ts'
import type { JsonObject } from './request-body.ts'

export type InsertValues = Extract<Statement, { kind: 'insert-values' }>

/** `STANDBY`: another server of the service is active; `RESTORING`: this one will be; `READY`: it is. */
export type ServerState = 'STARTING' | 'STANDBY' | 'RESTORING' | 'READY' | 'TERMINATED'

/** What a service depends on, and whether it answers. */
export interface Surroundings {
  readonly kafka: boolean
  /** absent: there is none */
  readonly schemaRegistry?: boolean
}

export interface AskedEngine {
  readonly engine: KsqlEngine
  begin(): Promise<void>
}

/** What the REST interface asks and changes. Work that changes something is done one after the other, each to its end. */
export interface KsqlService {
  readonly clusterId: string
  readonly serviceId: string
  readonly state: ServerState
  readonly surroundings: Surroundings
  /** The engine that inspections and queries ask, and what became of statements. Throws RestError while this server has none. */
  current(): Promise<{ readonly engine: KsqlEngine; readonly commands: CommandLog }>
  /** The engine that a SELECT is to be asked of, and what makes rows come once it has been asked. Throws RestError while this server has none. */
  asked(sql: string, settings: Settings): Promise<AskedEngine>
  /** Runs the statements of one request, all or, where one is refused, none. Throws KsqlError or RestError. */
  execute(text: string, settings: Settings): Promise<Entity[]>
  /** Throws KsqlError for a row that is refused. */
  insert(row: InsertValues, settings: Settings): Promise<void>
  /** @param request with `deleteTopicList`. Throws RestError. */
  terminate(request: JsonObject): Promise<Entity>
  onQueriesEnded(listener: QueriesEnded): void
}

/**
 * Told after queries may have ended of themselves.
 * @param engine null: the engine has gone, and all queries with it
 * @param reason of all that have ended, in words; absent: the engine's errors tell why, or somebody ended them
 */
export type QueriesEnded = (engine: KsqlEngine | null, reason?: string) => void
