import { setTimeout as sleep } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import type { KsqlEngine, Settings } from '../engine/index.ts'
import { isOutage, kafkaClient, reasonOf } from '../kafka/client.ts'
import { LostRecordsError } from '../kafka/partition-reader.ts'
import { SchemaRegistryClient, SchemaRegistryError } from '../kafka/schema-registry.ts'
import { holderOf, Seat } from '../kafka/seat.ts'
import { clusterIdOf, ensureLog } from '../kafka/topic.ts'
import { type Entity, ERROR_CODE } from '../ksql-rest/protocol.ts'
import type { CommandLog } from '../ksql-rest/server/command-log.ts'
import type { JsonObject } from '../ksql-rest/server/request-body.ts'
import { RestError } from '../ksql-rest/server/rest-error.ts'
import type { InsertValues, KsqlService, ServerState } from '../ksql-rest/server/service.ts'
import { ActiveServer } from './active-server.ts'
import { logTopic } from './service-names.ts'

export interface KafkaServiceOptions {
  /** HOST:PORT of a broker, several with commas */
  readonly bootstrap: string
  /** URL of a schema registry */
  readonly registry: string
  readonly serviceId: string
  readonly onFault: (error: unknown) => void
  readonly onNotice: (text: string) => void
}

/** Of each request, the last of them two seconds apart: a coordinator takes some seconds to move. */
const RETRIES = 8
const RETRY_MS = 1_000

/**
 * A service on Kafka as one of its servers sees it: one of them is active and runs the queries, the others stand by until it leaves or dies.
 * Whatever fails, the active one drops its engine and begins again from the log, which says how things stand.
 */
export class KafkaService implements KsqlService {
  readonly serviceId: string
  readonly #options: KafkaServiceOptions
  readonly #kafka: Kafka
  readonly #registry: SchemaRegistryClient
  #clusterId = ''
  #state: ServerState = 'STARTING'
  #active: ActiveServer | null = null
  #queriesEnded: (engine: KsqlEngine | null) => void = () => {}

  constructor(options: KafkaServiceOptions) {
    this.serviceId = options.serviceId
    this.#options = options
    this.#kafka = kafkaClient(options.bootstrap, RETRIES)
    this.#registry = new SchemaRegistryClient(options.registry)
  }

  get clusterId(): string {
    return this.#clusterId
  }

  get state(): ServerState {
    return this.#state
  }

  async current(): Promise<{ engine: KsqlEngine; commands: CommandLog }> {
    const { engine, commands } = (await this.#server()).task
    return { engine, commands }
  }

  async execute(text: string, settings: Settings): Promise<Entity[]> {
    const active = await this.#server()
    try {
      return await active.execute(text, settings)
    } catch (error) {
      throw refused(error, text)
    } finally {
      this.#queriesEnded(active.task.engine)
    }
  }

  async insert(row: InsertValues, settings: Settings): Promise<void> {
    const active = await this.#server()
    try {
      await active.insert(row, settings)
    } catch (error) {
      throw refused(error, row.text)
    }
  }

  async terminate(request: JsonObject): Promise<Entity> {
    const active = await this.#server()
    const entity = await active.terminate(request)
    this.#state = 'TERMINATED'
    this.#queriesEnded(active.task.engine)
    return entity
  }

  onQueriesEnded(listener: (engine: KsqlEngine | null) => void): void {
    this.#queriesEnded = listener
  }

  /**
   * Takes part until aborted.
   * @param server its address, for the other servers
   * @throws LostRecordsError where records are gone without which the state cannot be restored
   */
  async run(server: string, signal: AbortSignal): Promise<void> {
    const { bootstrap, onNotice } = this.#options
    let told: string | null = null
    while (!signal.aborted) {
      try {
        await this.#takePart(server, signal, () => {
          if (told !== null) onNotice(`Kafka at ${bootstrap} answers again`)
          told = null
        })
      } catch (error) {
        if (error instanceof LostRecordsError) throw this.#lost(error)
        if (signal.aborted) return
        const reason = reasonOf(error)
        if (told !== reason) {
          const what = isOutage(error) ? `Kafka at ${bootstrap} does not answer` : 'A transaction or request failed'
          onNotice(`${what} (${reason}); this server begins again from its log`)
        }
        told = reason
        await sleep(RETRY_MS, undefined, { signal }).catch(() => {})
      }
    }
  }

  async #takePart(server: string, signal: AbortSignal, onWorking: () => void): Promise<void> {
    const topic = logTopic(this.serviceId)
    this.#clusterId = await clusterIdOf(this.#kafka)
    await ensureLog(this.#kafka, topic)
    const seat = await Seat.wait(this.#kafka, { group: this.serviceId, topic, name: server })
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    aborted.then(() => this.#active?.wake())
    try {
      while (!signal.aborted && this.#state !== 'TERMINATED') {
        if (seat.isHeld) await this.#lead(server, seat, signal, onWorking)
        else {
          if (seat.hasJoined) this.#state = 'STANDBY'
          await Promise.race([seat.changed(), aborted])
        }
      }
      // who is left would begin the service anew
      if (this.#state === 'TERMINATED') await aborted
    } finally {
      await seat.leave()
    }
  }

  async #lead(server: string, seat: Seat, signal: AbortSignal, onWorking: () => void): Promise<void> {
    const { onFault, onNotice } = this.#options
    this.#state = 'RESTORING'
    const active = await ActiveServer.open({
      kafka: this.#kafka,
      registry: this.#registry,
      serviceId: this.serviceId,
      server,
      onFault: (error) => {
        onFault(error)
        this.#queriesEnded(this.#active?.task.engine ?? null)
      },
      onNotice,
    })
    this.#active = active
    this.#state = 'READY'
    onWorking()
    try {
      await active.work(() => seat.isHeld && !signal.aborted)
    } finally {
      this.#active = null
      if (this.#state === 'READY') this.#state = 'STARTING'
      this.#queriesEnded(null)
      await active.close(seat.isHeld)
    }
  }

  async #server(): Promise<ActiveServer> {
    if (this.#active !== null) return this.#active
    throw new RestError(ERROR_CODE.notReady, await this.#whyNot())
  }

  async #whyNot(): Promise<string> {
    if (this.#state !== 'STANDBY') return `This server of service ${this.serviceId} is not ready yet. Ask again.`
    const holder = await holderOf(this.#kafka, this.serviceId)
    return holder === null
      ? `This server of service ${this.serviceId} stands by, and no other is active at present. Ask again.`
      : `This server of service ${this.serviceId} stands by. Ask the active one: ${holder}`
  }

  #lost(error: LostRecordsError): Error {
    return new LostRecordsError(
      `${error.message} The state of service ${this.serviceId} cannot be restored without them. To begin anew without it, delete topic ${logTopic(this.serviceId)} and submit the statements again.`,
    )
  }
}

/** What the registry refuses is the statement's fault; an outage leaves open whether the request is in. */
function refused(error: unknown, text: string): unknown {
  if (error instanceof SchemaRegistryError && !error.isOutage) {
    return new RestError(ERROR_CODE.badStatement, error.message, text)
  }
  if (!isOutage(error)) return error
  const message = `Kafka does not answer (${reasonOf(error)}). Ask /status, or SHOW QUERIES, whether the request is in before it is sent again.`
  return new RestError(ERROR_CODE.serverError, message)
}
