import { setTimeout as sleep } from 'node:timers/promises'
import { askRest, messageOf, type RestAnswer, RestError, type RestService } from './rest.ts'

/** What Kafka Connect answered, or that it did not. */
export class ConnectError extends RestError {
  override readonly name = 'ConnectError'
}

const SERVICE: RestService = {
  name: 'Kafka Connect',
  option: '--connect',
  mediaType: 'application/json',
  // To validate a configuration it may load a plugin's hundred jars first.
  answerMs: 60_000,
  fault: ConnectError,
}
/** While its workers share out their work anew, Connect refuses what concerns a connector with 409. */
const REBALANCE_MS = 60_000
const LOOK_MS = 500

export type ConnectorConfig = Readonly<Record<string, string>>

export type ConnectorState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'RESTARTING' | 'DESTROYED'

/** A connector's own work, or one of its tasks. */
export interface WorkStatus {
  readonly state: ConnectorState
  /** HOST:PORT of its worker */
  readonly worker_id: string
  /** of Java, when it FAILED */
  readonly trace?: string
}

export interface ConnectorStatus {
  readonly name: string
  readonly type: 'source' | 'sink'
  readonly connector: WorkStatus
  readonly tasks: readonly (WorkStatus & { readonly id: number })[]
}

/** A value that a plugin does not take. */
export interface FieldError {
  readonly field: string
  readonly message: string
}

/**
 * Kafka Connect by its REST interface. Every method throws ConnectError when it does not answer, or refuses.
 * https://kafka.apache.org/documentation/#connect_rest
 */
export class ConnectClient {
  readonly #url: string

  /** @param url of a worker, such as http://127.0.0.1:8083 */
  constructor(url: string) {
    this.#url = url.replace(/\/+$/, '')
  }

  /** Of the worker, such as 4.3.1 */
  async version(): Promise<string> {
    const { version } = this.#expect(await this.#ask('GET', '/'), 'tell its version') as { version: string }
    return version
  }

  /** Classes of the connectors that are installed. */
  async plugins(): Promise<string[]> {
    const plugins = this.#expect(await this.#ask('GET', '/connector-plugins'), 'list its plugins')
    return (plugins as { class: string }[]).map((plugin) => plugin.class)
  }

  /** What a plugin that is installed finds wrong in a configuration; nothing is changed. */
  async validate(name: string, config: ConnectorConfig): Promise<FieldError[]> {
    const path = `/connector-plugins/${encodeURIComponent(config['connector.class'])}/config/validate`
    const answer = await this.#ask('PUT', path, { ...config, name })
    const { configs } = this.#expect(answer, `validate the configuration of ${name}`) as {
      configs: { value: { name: string; errors: string[] } }[]
    }
    return configs.flatMap(({ value }) => value.errors.map((message) => ({ field: value.name, message })))
  }

  async connectors(): Promise<string[]> {
    return (this.#expect(await this.#ask('GET', '/connectors'), 'list its connectors') as string[]).sort()
  }

  /** The configuration as it was given, with the connector's name in it; null where there is no such connector. */
  async config(name: string): Promise<ConnectorConfig | null> {
    const answer = await this.#ask('GET', `${pathOf(name)}/config`)
    if (answer.status === 404) return null
    return this.#expect(answer, `tell the configuration of ${name}`) as ConnectorConfig
  }

  /** Makes the connector, or gives it another configuration. */
  async configure(name: string, config: ConnectorConfig): Promise<void> {
    this.#expect(await this.#ask('PUT', `${pathOf(name)}/config`, config), `configure ${name}`)
  }

  /** null until a worker has begun with it, which takes a moment */
  async status(name: string): Promise<ConnectorStatus | null> {
    const answer = await this.#ask('GET', `${pathOf(name)}/status`)
    if (answer.status === 404) return null
    return this.#expect(answer, `tell the status of ${name}`) as ConnectorStatus
  }

  /** Starts again what has FAILED of a connector, and nothing else. */
  async restartFailed(name: string): Promise<void> {
    const path = `${pathOf(name)}/restart?includeTasks=true&onlyFailed=true`
    this.#expect(await this.#ask('POST', path), `restart ${name}`)
  }

  async #ask(method: string, path: string, body?: object): Promise<RestAnswer> {
    for (const until = Date.now() + REBALANCE_MS; ; await sleep(LOOK_MS)) {
      const answer = await askRest(SERVICE, this.#url, [method, path, body])
      if (answer.status !== 409 || Date.now() > until) return answer
    }
  }

  #expect(answer: RestAnswer, doing: string): unknown {
    if (answer.status >= 200 && answer.status < 300) return answer.body
    throw new ConnectError(`${this.#url}: cannot ${doing}: HTTP ${answer.status}, ${messageOf(answer)}`, answer.status)
  }
}

/** The consumer group of a sink: as Connect names it, unless the configuration has another one. */
export function sinkGroup(name: string, config: ConnectorConfig): string {
  return config['consumer.override.group.id'] ?? `connect-${name}`
}

/** The causes in a trace of Java, the outermost first: what it was before the places in the code. */
export function causesOf(trace: string): string[] {
  const [first, ...rest] = trace.split(/\r?\n/)
  return [first, ...rest.filter((line) => line.startsWith('Caused by: '))]
}

function pathOf(name: string): string {
  return `/connectors/${encodeURIComponent(name)}`
}
