import { HttpError, InfluxDB, type Point, type WriteApi } from '@influxdata/influxdb-client'
import { mayPass, noAnswer, retryAfter } from './retry.ts'

export interface InfluxSettings {
  /** of the server, as http://influx:8086 */
  readonly url: string
  readonly org: string
  readonly bucket: string
  /** API token that may write to the bucket */
  readonly token: string | undefined
}

/** What became of points: how many are stored, how many the server never will take, and why (null if there are none). */
export interface Written {
  readonly stored: number
  readonly refused: number
  readonly reason: string | null
}

/** The server cannot take anything now; the same points may be written later. */
export class InfluxAwayError extends Error {
  override readonly name = 'InfluxAwayError'
  /** ms to wait at least, as the server asks */
  readonly afterMs: number

  constructor(reason: string, afterMs: number) {
    super(reason)
    this.afterMs = afterMs
  }
}

/** The server refuses whatever is sent to this bucket with this token: a person must change something. */
export class InfluxRefusedError extends Error {
  override readonly name = 'InfluxRefusedError'
}

/** Longer than an upload of a batch takes on a slow line. */
const TIMEOUT_MS = 30_000
/** Never reached: what the client sends by itself it loses in silence when that fails. */
const NEVER = 1e9

/** Writes points to one bucket of an InfluxDB 2 server. Same series and time replace each other, so that writing again does no harm. */
export class InfluxWriter {
  /** names server, organisation and bucket, without secrets */
  readonly target: string
  readonly host: string
  readonly #settings: InfluxSettings
  readonly #api: WriteApi

  /** @throws Error for settings that are missing or no address */
  constructor(settings: InfluxSettings) {
    const { url: address, org, bucket, token } = settings
    const url = URL.canParse(address) ? new URL(address) : null
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
      throw new Error(
        `--influx takes the address of an InfluxDB 2 server, as http://127.0.0.1:8086; ${address} is none`,
      )
    }
    if (org === '') throw new Error('--influx needs the name of an organisation; give it with --influx-org')
    if (bucket === '') throw new Error('--influx needs the name of a bucket; give it with --influx-bucket')
    if (token === undefined || token === '') {
      throw new Error(
        `--influx needs a token that may write to the bucket ${bucket}; put it into the environment variable INFLUX_TOKEN, where no list of processes shows it`,
      )
    }
    this.#settings = settings
    this.host = url.host
    this.target = `${url.protocol}//${url.host}${url.pathname} ${org} ${bucket}`
    this.#api = new InfluxDB({ url: address, token, timeout: TIMEOUT_MS }).getWriteApi(org, bucket, 'ms', {
      batchSize: NEVER,
      maxBatchBytes: NEVER,
      flushInterval: 0,
      maxRetries: 0,
      // Without this the client prints to the console.
      writeFailed: (error) => Promise.reject(error),
    })
  }

  /**
   * Writes all points, in one request if no line of it is refused.
   * @returns what became of them; a point without fields is none
   * @throws InfluxAwayError, InfluxRefusedError; some of the points may be stored then
   */
  async write(points: readonly Point[]): Promise<Written> {
    const lines = points.map((point) => point.toLineProtocol(this.#api)).filter((line) => line !== undefined)
    return lines.length === 0 ? stored(0) : this.#writeLines(lines)
  }

  async #writeLines(lines: string[]): Promise<Written> {
    try {
      this.#api.writeRecords(lines)
      await this.#api.flush()
      return stored(lines.length)
    } catch (error) {
      if (!(error instanceof HttpError)) throw new InfluxAwayError(noAnswer(error), 0)
      const { statusCode: status, message } = error
      // A type conflict or the bucket's retention: the others of the request are stored.
      if (status === 422) {
        const refused = Math.min(lines.length, Number(/dropped=(\d+)/.exec(message)?.[1] ?? lines.length))
        return { stored: lines.length - refused, refused, reason: message }
      }
      // One line that cannot be read costs the whole request, and a large one may be refused for its size: the halves tell which.
      if ((status === 400 && message.startsWith('unable to parse')) || status === 413)
        return this.#halve(lines, message)
      throw this.#failure(error)
    }
  }

  async #halve(lines: string[], reason: string): Promise<Written> {
    if (lines.length === 1) return { stored: 0, refused: 1, reason }
    const middle = lines.length >> 1
    const a = await this.#writeLines(lines.slice(0, middle))
    const b = await this.#writeLines(lines.slice(middle))
    return { stored: a.stored + b.stored, refused: a.refused + b.refused, reason: a.reason ?? b.reason }
  }

  #failure({ statusCode: status, message, headers }: HttpError): Error {
    const { org, bucket } = this.#settings
    if (mayPass(status)) {
      const header = headers?.['retry-after']
      // Not the error's retryAfter(), which takes the header's seconds for ms.
      return new InfluxAwayError(
        `HTTP ${status} ${message}`,
        retryAfter(typeof header === 'string' ? header : null, Date.now()),
      )
    }
    const fix =
      status === 401 || status === 403
        ? `give a token in INFLUX_TOKEN that may write to the bucket ${bucket}`
        : `check --influx, and that the organisation ${org} has a bucket ${bucket}`
    return new InfluxRefusedError(`InfluxDB at ${this.host} refuses what is written: HTTP ${status} ${message}; ${fix}`)
  }
}

function stored(points: number): Written {
  return { stored: points, refused: 0, reason: null }
}
