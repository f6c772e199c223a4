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
import type {
  AskedEngine,
  InsertValues,
  KsqlService,
  QueriesEnded,
  ServerState,
  Surroundings,
} from '../ksql-rest/server/service.ts'
import { TERMINATED } from '../ksql-rest/server/terminate.ts'
import { ActiveServer } from './active-server.ts'
import { endingError, Failures, isAway } from './failures.ts'
import type { SnapshotInterval } from './intake.ts'
import { engineFor } from './push-engine.ts'
import { logTopic } from './service-names.ts'

export interface KafkaServiceOptions {
  /** HOST:PORT of a broker, several with commas */
  readonly bootstrap: string
  /** URL of a schema registry */
  readonly registry: string
  readonly serviceId: string
  /** default: every 30 seconds or 400,000 rows, once a day without rows */
  readonly snapshots?: SnapshotInterval | undefined
  readonly onFault: (error: unknown) => void
  readonly onNotice: (text: string) => void
}

const SNAPSHOTS: SnapshotInterval = { ms: 30_000, rows: 400_000, idleMs: 86_400_000 }
const NOT_ACTIVE =
  'The query has ended: this server is not the active one any more, or begins again from its log. Ask again.'
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
  #isKafkaAway = false
  #active: ActiveServer | null = null
  #queriesEnded: QueriesEnded = () => {}

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

  get #isTerminated(): boolean {
    return this.#state === 'TERMINATED'
  }

  get surroundings(): Surroundings {
    return { kafka: !this.#isKafkaAway, schemaRegistry: this.#active?.isRegistryAway !== true }
  }

  async current(): Promise<{ engine: KsqlEngine; commands: CommandLog }> {
    const { engine, commands } = (await this.#server()).task
    return { engine, commands }
  }

  async asked(sql: string, settings: Settings): Promise<AskedEngine> {
    const { onFault, onNotice } = this.#options
    const [kafka, registry, serviceId] = [this.#kafka, this.#registry, this.serviceId]
    const onEnded: QueriesEnded = (engine, reason) => this.#queriesEnded(engine, reason)
    const active = await this.#server()
    const settle = () => active.settle()
    return engineFor({ kafka, registry, serviceId, settle, onFault, onNotice, onEnded }, active.task, sql, settings)
  }

  async execute(text: string, settings: Settings): Promise<Entity[]> {
    const active = await this.#server()
    try {
      return await active.execute(text, settings)
    } catch (error) {
      throw refused(error, text, 'Ask /status, or SHOW QUERIES, whether the request is in before it is sent again.')
    } finally {
      this.#queriesEnded(active.task.engine)
    }
  }

  async insert(row: InsertValues, settings: Settings): Promise<void> {
    const active = await this.#server()
    try {
      await active.insert(row, settings)
    } catch (error) {
      throw refused(
        error,
        row.text,
        "Whether the row is in only the topic's records tell: look there before it is sent again.",
      )
    }
  }

  async terminate(request: JsonObject): Promise<Entity> {
    const active = await this.#server()
    const entity = await active.terminate(request)
    this.#state = 'TERMINATED'
    this.#queriesEnded(active.task.engine)
    return entity
  }

  onQueriesEnded(listener: QueriesEnded): void {
    this.#queriesEnded = listener
  }

  /**
   * Takes part until aborted. An outage is waited for; after another failure the server begins again from the log, a few times.
   * @param server its address, for the other servers
   * @throws LostRecordsError where records are gone without which the state cannot be restored; Error for what beginning again does not mend
   */
  async run(server: string, signal: AbortSignal): Promise<void> {
    const { bootstrap, onNotice } = this.#options
    const failures = new Failures()
    let told: string | null = null
    const onWorking = (): void => {
      if (told !== null) onNotice(this.#isKafkaAway ? `Kafka at ${bootstrap} answers again` : 'This server works again')
      this.#isKafkaAway = false
      told = null
    }
    while (!signal.aborted) {
      try {
        await this.#takePart(server, signal, onWorking)
      } catch (error) {
        if (error instanceof LostRecordsError) throw this.#lost(error)
        if (signal.aborted) return
        this.#isKafkaAway = isAway(error)
        if (!this.#isKafkaAway && this.#isFinal(error, failures)) {
          throw endingError(error, this.serviceId, logTopic(this.serviceId))
        }
        if (!this.#isTerminated) this.#state = 'STARTING'
        const reason = reasonOf(error)
        if (told !== reason) {
          const what = this.#isKafkaAway ? `Kafka at ${bootstrap} does not answer` : 'A transaction or request failed'
          onNotice(`${what} (${reason}); this server begins again from its log`)
        }
        told = reason
        await sleep(RETRY_MS, undefined, { signal }).catch(() => {})
      }
    }
  }

  /** What Kafka did not say and comes while the state is restored comes again. */
  #isFinal(error: unknown, failures: Failures): boolean {
    const isOurs = !(error instanceof Error && error.name.startsWith('KafkaJS'))
    return (isOurs && this.#state === 'RESTORING') || failures.areTooMany(Date.now())
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
      while (!signal.aborted && !this.#isTerminated) {
        if (seat.isHeld) await this.#lead(seat, signal, onWorking)
        else {
          if (seat.hasJoined) {
            this.#state = 'STANDBY'
            onWorking()
          }
          await Promise.race([seat.changed(), aborted])
        }
      }
      // who is left would begin the service anew
      if (this.#isTerminated) await aborted
    } finally {
      await seat.leave()
    }
  }

  async #lead(seat: Seat, signal: AbortSignal, onWorking: () => void): Promise<void> {
    const { onFault, onNotice } = this.#options
    this.#state = 'RESTORING'
    const active = await ActiveServer.open({
      kafka: this.#kafka,
      registry: this.#registry,
      serviceId: this.serviceId,
      snapshots: this.#options.snapshots ?? SNAPSHOTS,
      signal,
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
      this.#queriesEnded(null, this.#isTerminated ? undefined : NOT_ACTIVE)
      await active.close(seat.isHeld)
    }
  }

  async #server(): Promise<ActiveServer> {
    if (this.#isTerminated) throw TERMINATED
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

/**
 * What the registry refuses is the statement's fault; an outage of Kafka leaves open whether the request is in.
 * @param fix how to find out
 */
function refused(error: unknown, text: string, fix: string): unknown {
  if (error instanceof SchemaRegistryError) {
    if (!error.isOutage) return new RestError(ERROR_CODE.badStatement, error.message, text)
    const message = `${error.message}. The request is not executed: send it again when it answers.`
    return new RestError(ERROR_CODE.serverError, message)
  }
  if (!isOutage(error)) return error
  return new RestError(ERROR_CODE.serverError, `Kafka does not answer (${reasonOf(error)}). ${fix}`)
}
