/** What the registry answered, or that it did not. */
export class SchemaRegistryError extends Error {
  override readonly name = 'SchemaRegistryError'
  /** HTTP status; 0: there was no answer */
  readonly status: number

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options)
    this.status = status
  }

  /** Whether trying again later can help. */
  get isOutage(): boolean {
    return this.status === 0 || this.status >= 500
  }
}

/** A schema as its subject has it. */
export interface SubjectSchema {
  readonly id: number
  readonly schema: string
  readonly schemaType: 'AVRO' | 'JSON' | 'PROTOBUF'
}

const CONTENT_TYPE = 'application/vnd.schemaregistry.v1+json'
const ANSWER_MS = 10_000
/** New readers read old records: a producer may be newer than what lies in the topic. */
const COMPATIBILITY = 'BACKWARD'

interface Answer {
  readonly status: number
  readonly body: unknown
}

/**
 * Confluent's schema registry by its REST interface.
 * https://docs.confluent.io/platform/current/schema-registry/develop/api.html
 */
export class SchemaRegistryClient {
  readonly #url: string
  readonly #byId = new Map<number, string>()

  /** @param url of the interface, such as http://127.0.0.1:8081 */
  constructor(url: string) {
    this.#url = url.replace(/\/+$/, '')
  }

  /**
   * Registers a schema, unless it is there, and sees to it that the subject checks compatibility: a level that somebody has set for it stays.
   * @returns the schema's id
   * @throws SchemaRegistryError for a schema that readers of the subject's last one could not be changed to, and where the registry does not do it
   */
  async register(subject: string, schema: string): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`
    const versions = await this.#ask('GET', path)
    const there = versions.status !== 404
    if (there) {
      expectOk(versions, this.#url, `look up subject ${subject}`)
      await this.#ensureCompatibility(subject)
    }
    const id = await this.add(subject, schema)
    // Some registries know no level for a subject that is not there yet.
    if (!there) await this.#ensureCompatibility(subject)
    return id
  }

  /**
   * Registers a schema, unless it is there, and leaves the subject's level of compatibility as it is.
   * @returns the schema's id
   * @throws SchemaRegistryError for a schema that the subject's level refuses, and where the registry does not do it
   */
  async add(subject: string, schema: string): Promise<number> {
    const answer = await this.#ask('POST', `/subjects/${encodeURIComponent(subject)}/versions`, { schema })
    if (answer.status === 409) {
      throw new SchemaRegistryError(
        `${this.#url}: the schema is not compatible with the last one of subject ${subject}: ${messageOf(answer)}. ` +
          'Give what is new a default and take nothing away, or use a topic of another name',
        answer.status,
      )
    }
    const { id } = expectOk(answer, this.#url, `register the schema of ${subject}`) as { id: number }
    this.#byId.set(id, schema)
    return id
  }

  /** The newest schema of a subject; null: there is none. @throws SchemaRegistryError */
  async latest(subject: string): Promise<SubjectSchema | null> {
    const answer = await this.#ask('GET', `/subjects/${encodeURIComponent(subject)}/versions/latest`)
    if (answer.status === 404) return null
    const found = expectOk(answer, this.#url, `look up subject ${subject}`) as SubjectSchema
    return { id: found.id, schema: found.schema, schemaType: found.schemaType ?? 'AVRO' }
  }

  /** The schema of an id; asked for once. @throws SchemaRegistryError where there is none */
  async schema(id: number): Promise<string> {
    const known = this.#byId.get(id)
    if (known !== undefined) return known
    const answer = await this.#ask('GET', `/schemas/ids/${id}`)
    const { schema } = expectOk(answer, this.#url, `find schema ${id}`) as { schema: string }
    this.#byId.set(id, schema)
    return schema
  }

  async #ensureCompatibility(subject: string): Promise<void> {
    const path = `/config/${encodeURIComponent(subject)}`
    const set = await this.#ask('GET', path)
    if (set.status === 200 && (set.body as { compatibilityLevel?: string }).compatibilityLevel !== 'NONE') return
    const answer = await this.#ask('PUT', path, { compatibility: COMPATIBILITY })
    expectOk(answer, this.#url, `set compatibility ${COMPATIBILITY} for ${subject}`)
  }

  async #ask(method: string, path: string, body?: object): Promise<Answer> {
    let response: Response
    try {
      response = await fetch(`${this.#url}${path}`, {
        method,
        headers: { accept: CONTENT_TYPE, 'content-type': CONTENT_TYPE },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_MS),
      })
    } catch (error) {
      throw new SchemaRegistryError(`${this.#url}: the schema registry does not answer; check --registry`, 0, {
        cause: error instanceof Error && error.cause instanceof Error ? error.cause : error,
      })
    }
    const text = await response.text()
    try {
      return { status: response.status, body: JSON.parse(text) }
    } catch {
      throw new SchemaRegistryError(
        `${this.#url}${path}: HTTP ${response.status} and no JSON, so this is no schema registry; check --registry`,
        response.status,
      )
    }
  }
}

function expectOk(answer: Answer, url: string, doing: string): unknown {
  if (answer.status === 200) return answer.body
  throw new SchemaRegistryError(`${url}: cannot ${doing}: HTTP ${answer.status}, ${messageOf(answer)}`, answer.status)
}

function messageOf({ body }: Answer): string {
  return typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : JSON.stringify(body)
}
