import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InfluxDB } from '@influxdata/influxdb-client'
import { describe } from 'vitest'
import { INFLUXD } from '../real/influxd-build.ts'
import { keptPorts } from '../real/kept-ports.ts'
import { LocalServer } from '../real/local-server.ts'

/** A `describe` block that needs a real InfluxDB 2.7; where none has been built it is skipped with a printed reason, and fails with `CI=1`. */
export function describeWithInflux(name: string, body: () => void): void {
  if (existsSync(INFLUXD)) {
    describe(name, body)
    return
  }
  const reason = `no influxd at ${INFLUXD} (npm run test:real builds it where go, cargo and the shared folder are at hand)`
  if (process.env['CI']) throw new Error(reason)
  console.warn(`skipped "${name}": ${reason}`)
  describe.skip(name, () => {})
}

export const ORG = 'lab'
export const BUCKET = 'gpu'
export const TOKEN = 'test-token'

/** A real influxd on 127.0.0.1 with a data folder of its own, which can be stopped and started again. */
export class Influxd {
  readonly #folder: string
  readonly #org: string
  #port = 0
  #server: LocalServer | null = null

  /** @param org the organisation that it is set up with */
  constructor(org = ORG, folder = mkdtempSync(join(tmpdir(), 'gpumon-influxd-'))) {
    this.#org = org
    this.#folder = folder
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Where it does not run. The first start also makes organisation, bucket and token. @throws Error where it does not start */
  async start(): Promise<void> {
    this.#port = (await keptPorts(this.#folder, ['http'])).http
    const at = (name: string) => join(this.#folder, name)
    const isFirst = !existsSync(at('influxd.bolt'))
    this.#server = new LocalServer({
      name: 'InfluxDB',
      folder: this.#folder,
      program: INFLUXD,
      args: [
        ...['--bolt-path', at('influxd.bolt'), '--engine-path', at('engine'), '--sqlite-path', at('influxd.sqlite')],
        ...['--http-bind-address', `127.0.0.1:${this.#port}`, '--log-level', 'warn'],
        ...['--reporting-disabled', '--ui-disabled'],
      ],
      env: { INFLUXD_CONFIG_PATH: this.#folder, GOMEMLIMIT: '200MiB', GOGC: '50' },
      ready: async () => {
        // Refused while it starts: "not yet".
        const health = await fetch(`${this.url}/health`).catch(() => null)
        return health?.ok ?? false
      },
    })
    if (!this.#server.running) await this.#server.start()
    if (isFirst) await this.#setUp()
  }

  async stop(): Promise<void> {
    await this.#server?.stop()
  }

  async remove(): Promise<void> {
    await this.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Rows that a Flux query gives. */
  query(flux: string): Promise<Record<string, unknown>[]> {
    return new InfluxDB({ url: this.url, token: TOKEN }).getQueryApi(this.#org).collectRows(flux)
  }

  /** How many points have the field. */
  async count(measurement: string, field: string, bucket = BUCKET): Promise<number> {
    const [row] = await this.query(`from(bucket: "${bucket}") |> range(start: 0, stop: 2100-01-01T00:00:00Z)
      |> filter(fn: (r) => r._measurement == "${measurement}" and r._field == "${field}")
      |> count() |> group() |> sum()`)
    return Number(row?.['_value'] ?? 0)
  }

  /** Makes another bucket. @param keepSeconds 0: for ever */
  async addBucket(name: string, keepSeconds: number): Promise<void> {
    const { orgs } = (await this.#api('GET', `orgs?org=${this.#org}`)) as { orgs: { id: string }[] }
    const retentionRules = keepSeconds === 0 ? [] : [{ type: 'expire', everySeconds: keepSeconds }]
    await this.#api('POST', 'buckets', { name, orgID: orgs[0].id, retentionRules })
  }

  async #setUp(): Promise<void> {
    await this.#api('POST', 'setup', {
      username: 'test',
      password: 'test-password',
      org: this.#org,
      bucket: BUCKET,
      token: TOKEN,
    })
  }

  async #api(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.url}/api/v2/${path}`, {
      method,
      headers: { authorization: `Token ${TOKEN}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status} ${await response.text()}`)
    return response.json()
  }
}
