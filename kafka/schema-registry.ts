import { askRest, messageOf, type RestAnswer, RestError, type RestService } from './rest.ts'

/** What the registry answered, or that it did not. */
export class SchemaRegistryError extends RestError {
  override readonly name = 'SchemaRegistryError'
}

const SERVICE: RestService = {
  name: 'the schema registry',
  option: '--registry',
  mediaType: 'application/vnd.schemaregistry.v1+json',
  answerMs: 10_000,
  fault: SchemaRegistryError,
}
/** New readers read old records: a producer may be newer than what lies in the topic. */
const COMPATIBILITY = 'BACKWARD'

/** A schema as its subject has it. */
export interface SubjectSchema {
  readonly id: number
  readonly version: number
  readonly schema: string
  readonly schemaType: 'AVRO' | 'JSON' | 'PROTOBUF'
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
    const there = (await this.latest(subject)) !== null
    if (there) await this.#ensureCompatibility(subject)
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
    if (answer.status === 409) throw this.#incompatible(subject, messageOf(answer), answer.status)
    const { id } = expectOk(answer, this.#url, `register the schema of ${subject}`) as { id: number }
    this.#byId.set(id, schema)
    return id
  }

  /** The schema of an id; asked for once. @throws SchemaRegistryError where there is none */
  async schema(id: number): Promise<string> {
    const schema = await this.find(id)
    if (schema !== null) return schema
    throw new SchemaRegistryError(`${this.#url}: there is no schema ${id}`, 404)
  }

  /** The schema of an id; asked for once where there is one. @throws SchemaRegistryError where the registry does not say */
  async find(id: number): Promise<string | null> {
    const known = this.#byId.get(id)
    if (known !== undefined) return known
    const answer = await this.#ask('GET', `/schemas/ids/${id}`)
    if (answer.status === 404) return null
    const { schema } = expectOk(answer, this.#url, `find schema ${id}`) as { schema: string }
    this.#byId.set(id, schema)
    return schema
  }

  /** Whether it answers. @throws SchemaRegistryError */
  async reach(): Promise<void> {
    expectOk(await this.#ask('GET', '/subjects'), this.#url, 'list its subjects')
  }

  /** The newest schema of a subject; null: there is none. @throws SchemaRegistryError */
  async latest(subject: string): Promise<SubjectSchema | null> {
    const answer = await this.#ask('GET', `/subjects/${encodeURIComponent(subject)}/versions/latest`)
    if (answer.status === 404) return null
    const found = expectOk(answer, this.#url, `look up subject ${subject}`) as SubjectSchema
    // Avro goes without saying.
    return { id: found.id, version: found.version, schema: found.schema, schemaType: found.schemaType ?? 'AVRO' }
  }

  /** Which version of a subject this very schema is; null: none. @throws SchemaRegistryError */
  async versionOf(subject: string, schema: string): Promise<number | null> {
    const answer = await this.#ask('POST', `/subjects/${encodeURIComponent(subject)}`, { schema })
    if (answer.status === 404) return null
    return (expectOk(answer, this.#url, `look up a schema of ${subject}`) as { version: number }).version
  }

  /**
   * Asks whether a subject that is there takes this schema as its next version; nothing is changed.
   * @throws SchemaRegistryError where it does not
   */
  async check(subject: string, schema: string): Promise<void> {
    const path = `/compatibility/subjects/${encodeURIComponent(subject)}/versions/latest?verbose=true`
    const answer = await this.#ask('POST', path, { schema })
    const { is_compatible: fits, messages = [] } = expectOk(answer, this.#url, `check the schema of ${subject}`) as {
      is_compatible: boolean
      messages?: readonly string[]
    }
    if (!fits)
      throw this.#incompatible(subject, messages.join('; ') || 'the registry does not say where', answer.status)
  }

  /** The level that is set for a subject itself; null: none, so that the registry's own holds. @throws SchemaRegistryError */
  async compatibility(subject: string): Promise<string | null> {
    const answer = await this.#ask('GET', `/config/${encodeURIComponent(subject)}`)
    if (answer.status === 404) return null
    const config = expectOk(answer, this.#url, `look up the compatibility of ${subject}`)
    return (config as { compatibilityLevel?: string }).compatibilityLevel ?? null
  }

  async #ensureCompatibility(subject: string): Promise<void> {
    const level = await this.compatibility(subject)
    if (level !== null && level !== 'NONE') return
    const answer = await this.#ask('PUT', `/config/${encodeURIComponent(subject)}`, { compatibility: COMPATIBILITY })
    expectOk(answer, this.#url, `set compatibility ${COMPATIBILITY} for ${subject}`)
  }

  #incompatible(subject: string, reason: string, status: number): SchemaRegistryError {
    return new SchemaRegistryError(
      `${this.#url}: the schema is not compatible with the last one of subject ${subject}: ${reason}. ` +
        'Give what is new a default and take nothing away, or use a topic of another name',
      status,
    )
  }

  #ask(...request: readonly [method: string, path: string, body?: object]): Promise<RestAnswer> {
    return askRest(SERVICE, this.#url, request)
  }
}

function expectOk(answer: RestAnswer, url: string, doing: string): unknown {
  if (answer.status === 200) return answer.body
  throw new SchemaRegistryError(`${url}: cannot ${doing}: HTTP ${answer.status}, ${messageOf(answer)}`, answer.status)
}
