/** What the registry answered, or that it did not. */
export class SchemaRegistryError extends Error {
  override readonly name = 'SchemaRegistryError'
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
    const answer = await this.#ask('POST', path, { schema })
    if (answer.status === 409) {
      throw new SchemaRegistryError(
        `${this.#url}: the schema is not compatible with the last one of subject ${subject}: ${messageOf(answer)}. ` +
          'Give what is new a default and take nothing away, or use a topic of another name',
      )
    }
    const { id } = expectOk(answer, this.#url, `register the schema of ${subject}`) as { id: number }
    // Some registries know no level for a subject that is not there yet.
    if (!there) await this.#ensureCompatibility(subject)
    this.#byId.set(id, schema)
    return id
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
      throw new SchemaRegistryError(`${this.#url}: the schema registry does not answer; check --registry`, {
        cause: error instanceof Error && error.cause instanceof Error ? error.cause : error,
      })
    }
    const text = await response.text()
    try {
      return { status: response.status, body: JSON.parse(text) }
    } catch {
      throw new SchemaRegistryError(
        `${this.#url}${path}: HTTP ${response.status} and no JSON, so this is no schema registry; check --registry`,
      )
    }
  }
}

function expectOk(answer: Answer, url: string, doing: string): unknown {
  if (answer.status === 200) return answer.body
  throw new SchemaRegistryError(`${url}: cannot ${doing}: HTTP ${answer.status}, ${messageOf(answer)}`)
}

function messageOf({ body }: Answer): string {
  return typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : JSON.stringify(body)
}
