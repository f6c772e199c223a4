import { text } from 'node:stream/consumers'
import { type CommandStatus, type Credentials, DELIMITED, type Entity, KSQL_JSON } from '../protocol.ts'
import { isErrorEntity, KsqlRequestError, refusalOf } from './request-error.ts'
import { type Rows, readRows } from './rows.ts'
import { isCommand, settled } from './settled.ts'
import { answeredStatements } from './statement-place.ts'
import { type Answer, Transport } from './transport.ts'

export interface KsqlClientOptions {
  /** such as http://localhost:8088 */
  readonly url: string
  /** basic authentication; Confluent Cloud: API key and secret */
  readonly credentials?: Credentials
}

/** What goes with statements or a query, for this request alone. */
export interface RequestOptions {
  /** as SET would */
  readonly properties?: Readonly<Record<string, string>>
  /** as DEFINE would */
  readonly variables?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

export interface ServerInfo {
  readonly version: string
  readonly kafkaClusterId: string
  readonly ksqlServiceId: string
  readonly serverStatus: string
}

/** How long a command may take, ms: restoring the state of a query can take minutes. */
const COMMAND_TIMEOUT = 300_000

/**
 * A client of ksqlDB's REST interface over HTTP/1.1. Every method throws KsqlRequestError for what the server refuses, Error when it cannot be
 * reached or gives no such answer, and AbortError.
 * https://docs.ksqldb.io/en/latest/developer-guide/api/
 */
export class KsqlClient {
  readonly #transport: Transport

  /** Throws Error for a url that is none. */
  constructor({ url, credentials }: KsqlClientOptions) {
    this.#transport = new Transport(url, credentials)
  }

  async info(signal?: AbortSignal): Promise<ServerInfo> {
    const answer = await read<{ KsqlServerInfo: ServerInfo }>(await this.#transport.get('/info', signal), '')
    return answer.KsqlServerInfo
  }

  /**
   * Runs a script: the server validates all of it before it executes the first statement. Resolves when all commands have succeeded. Where one
   * fails while it is executed, those before it stay in effect.
   * @returns an entity a statement, but for SET, UNSET, DEFINE, UNDEFINE and INSERT VALUES
   */
  async execute(script: string, { properties = {}, variables = {}, signal }: RequestOptions = {}): Promise<Entity[]> {
    const body = { ksql: script, streamsProperties: properties, sessionVariables: variables }
    const entities = await read<Entity[]>(await this.#transport.post('/ksql', body, KSQL_JSON, signal), script)
    const finished: Entity[] = []
    for (const [i, entity] of entities.entries()) {
      if (!isCommand(entity)) {
        finished.push(entity)
        continue
      }
      const ask = (id: string) => this.status(id, signal)
      const commandStatus = await settled(entity, ask, { timeout: COMMAND_TIMEOUT, signal })
      if (commandStatus.status === 'ERROR') throw failureOf(commandStatus, entity, script, i)
      finished.push({ ...entity, commandStatus })
    }
    return finished
  }

  /** @param commandId type, entity and action: stream/`NAME`/create */
  async status(commandId: string, signal?: AbortSignal): Promise<CommandStatus> {
    // a name may hold a slash itself
    const [, type, entity, action] = /^([^/]*)\/(.*)\/([^/]*)$/s.exec(commandId) ?? []
    if (entity === undefined) throw new Error(`"${commandId}" is no command id; one is such as stream/\`NAME\`/create.`)
    const path = [type, entity, action].map(encodeURIComponent).join('/')
    return read<CommandStatus>(await this.#transport.get(`/status/${path}`, signal), '')
  }

  /** Asks a SELECT. With EMIT CHANGES its rows come until LIMIT, until the loop over them is left, or until aborted. */
  async query(sql: string, { properties = {}, variables = {}, signal }: RequestOptions = {}): Promise<Rows> {
    const body = { sql, properties, sessionVariables: variables }
    const answer = await this.#transport.post('/query-stream', body, DELIMITED, signal)
    if (answer.status !== 200) return read<never>(answer, sql)
    return readRows(answer.body, sql, signal)
  }

  /** Ends a push query, whoever reads it. */
  async closeQuery(queryId: string, signal?: AbortSignal): Promise<void> {
    const answer = await this.#transport.post('/close-query', { queryId }, KSQL_JSON, signal)
    if (answer.status !== 200) await read<never>(answer, '')
    answer.body.resume()
  }
}

/** The JSON of an answer. Throws KsqlRequestError for an error; Error for what is no JSON. */
async function read<T>({ status, body }: Answer, sent: string): Promise<T> {
  const content = await text(body)
  let json: unknown
  try {
    json = JSON.parse(content)
  } catch (cause) {
    throw new Error(
      `The server answered ${status} "${content.slice(0, 80)}", which is no JSON. Is it a ksqlDB server?`,
      {
        cause,
      },
    )
  }
  if (isErrorEntity(json)) throw refusalOf(json, sent)
  if (status !== 200) throw new Error(`The server answered ${status}: ${content.slice(0, 200)}`)
  return json as T
}

function failureOf({ message }: CommandStatus, entity: Entity, script: string, index: number): KsqlRequestError {
  const statement = answeredStatements(script)[index]
  return new KsqlRequestError({
    code: null,
    serverMessage: message,
    place: statement?.at ?? null,
    fix: 'Statements before it have taken effect. Mend the cause, and submit the rest again.',
    statement: statement?.text ?? entity.statementText,
  })
}
