import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { InfluxDB } from '@influxdata/influxdb-client'
import { describe } from 'vitest'
import { freePort } from '../free-port.ts'

const binary = join(homedir(), '.cache', 'gpu-monitoring-dashboard', 'influxd')

/** A `describe` block that needs a real InfluxDB 2.7; where none has been built it is skipped with a printed reason, and fails with `CI=1`. */
export function describeWithInflux(name: string, body: () => void): void {
  if (existsSync(binary)) {
    describe(name, body)
    return
  }
  const reason = `no influxd at ${binary} (.ci/run builds it where go, cargo and the shared folder are at hand)`
  if (process.env['CI']) throw new Error(reason)
  console.warn(`skipped "${name}": ${reason}`)
  describe.skip(name, () => {})
}

export const ORG = 'lab'
export const BUCKET = 'gpu'
export const TOKEN = 'test-token'

/** A real influxd on 127.0.0.1 with a data folder of its own, which can be stopped and started again. */
export class Influxd {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gpumon-influxd-'))
  readonly #org: string
  #port = 0
  #child: ChildProcess | null = null

  /** @param org the organisation that it is set up with */
  constructor(org = ORG) {
    this.#org = org
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** The first start also makes organisation, bucket and token. */
  async start(): Promise<void> {
    const first = this.#port === 0
    if (first) this.#port = await freePort()
    const at = (name: string) => join(this.#folder, name)
    const log = openSync(at('log'), 'a')
    this.#child = spawn(
      binary,
      [
        ...['--bolt-path', at('influxd.bolt'), '--engine-path', at('engine'), '--sqlite-path', at('influxd.sqlite')],
        ...[
          '--http-bind-address',
          `127.0.0.1:${this.#port}`,
          '--reporting-disabled',
          '--log-level',
          'warn',
          '--ui-disabled',
        ],
      ],
      {
        stdio: ['ignore', log, log],
        env: { ...process.env, INFLUXD_CONFIG_PATH: this.#folder, GOMEMLIMIT: '200MiB', GOGC: '50' },
      },
    )
    closeSync(log)
    await this.#ready()
    if (first) await this.#setUp()
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (child === null || child.exitCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill()
    await gone
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

  async #ready(): Promise<void> {
    for (let i = 0; i < 300; i++) {
      if (this.#child?.exitCode !== null) break
      const health = await fetch(`${this.url}/health`).catch(() => null)
      if (health?.ok) return
      await sleep(100)
    }
    throw new Error(`influxd does not start: ${readFileSync(join(this.#folder, 'log'), 'utf8').slice(-1_000)}`)
  }
}
