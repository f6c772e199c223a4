/** What a server answered, or that it did not. */
export class RestError extends Error {
  override readonly name: string = 'RestError'
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

/** A server whose REST interface speaks JSON, as errors name it. */
export interface RestService {
  /** in words, such as "the schema registry" */
  readonly name: string
  /** of the command line: what gives its address */
  readonly option: string
  readonly mediaType: string
  /** how long an answer may take, ms */
  readonly answerMs: number
  readonly fault: new (message: string, status: number, options?: ErrorOptions) => RestError
}

/** `body` is null where there is none. */
export interface RestAnswer {
  readonly status: number
  readonly body: unknown
}

/**
 * One request, and what was answered, whatever its status.
 * @throws the service's fault when there is no answer, or none in JSON
 */
export async function askRest(
  service: RestService,
  url: string,
  [method, path, body]: readonly [method: string, path: string, body?: object],
): Promise<RestAnswer> {
  const { name, option, mediaType, answerMs } = service
  let response: Response
  let text: string
  try {
    response = await fetch(`${url}${path}`, {
      method,
      headers: { accept: mediaType, 'content-type': mediaType },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(answerMs),
    })
    text = await response.text()
  } catch (error) {
    throw new service.fault(`${url}: ${name} does not answer; check ${option}`, 0, {
      cause: error instanceof Error && error.cause instanceof Error ? error.cause : error,
    })
  }
  try {
    return { status: response.status, body: text === '' ? null : JSON.parse(text) }
  } catch {
    throw new service.fault(
      `${url}${path}: HTTP ${response.status} and no JSON, so this is not ${name}; check ${option}`,
      response.status,
    )
  }
}

/** What the server says of a refusal, in its own words. */
export function messageOf({ body }: RestAnswer): string {
  return typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : JSON.stringify(body)
}
