import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { KsqlServerOptions } from '../../jobs/ksql-server.ts'
import type { SnapshotInterval } from '../../ksql-kafka/intake.ts'
import { KsqlClient } from '../../ksql-rest/client/client.ts'
import { type Outcome, outcome, start } from '../cli/gpumon.ts'
import type { RealServers } from './global-setup.ts'
import { testClient } from './topic-contents.ts'

const LOOK_MS = 50
/** ms in which a service must come on */
const STALL_MS = 60_000

export interface ServiceOptions {
  /** absent: `gpumon ksql-server` as it is; else the same with snapshots at other times */
  readonly snapshots?: SnapshotInterval
  /** name:password */
  readonly credentials?: string
}

/** A running `gpumon ksql-server` on the real broker. */
export class RunningServer {
  static readonly #all = new Set<RunningServer>()
  readonly ended: Promise<Outcome>
  readonly #bootstrap: string
  readonly #serviceId: string
  readonly #child: ChildProcess
  readonly #headers: Readonly<Record<string, string>>
  #url = ''
  #outcome: Outcome | null = null

  private constructor(bootstrap: string, serviceId: string, child: ChildProcess, credentials: string | undefined) {
    this.#headers =
      credentials === undefined ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
    this.#bootstrap = bootstrap
    this.#serviceId = serviceId
    this.#child = child
    this.ended = outcome(child).then((ended) => {
      this.#outcome = ended
      RunningServer.#all.delete(this)
      return ended
    })
    RunningServer.#all.add(this)
  }

  /** Fails with the server's words where it ends before it listens. */
  static async start(
    servers: Pick<RealServers, 'bootstrap' | 'registry'>,
    serviceId: string,
    { snapshots, credentials }: ServiceOptions = {},
  ): Promise<RunningServer> {
    const { bootstrap, registry } = servers
    const place = ['--bootstrap', bootstrap, '--registry', registry, '--service-id', serviceId]
    const env: Record<string, string> = credentials === undefined ? {} : { GPUMON_KSQL_CREDENTIALS: credentials }
    const child =
      snapshots === undefined
        ? start(['ksql-server', '--port', '0', ...place], env)
        : startJob({ files: [], port: 0, bootstrap, registry, serviceId, snapshots })
    const server = new RunningServer(bootstrap, serviceId, child, credentials)
    server.#url = await new Promise<string>((resolve, reject) => {
      child.stdout?.on('data', (said: string) => {
        const found = /^ksql {3}(\S+)$/m.exec(said)?.[1]
        if (found !== undefined) resolve(found)
      })
      server.ended.then(({ stderr }) => reject(new Error(stderr)))
    })
    return server
  }

  /** Ends all that run as a power cut does: for the end of a test, however it ended. */
  static async killAll(): Promise<void> {
    await Promise.all([...RunningServer.#all].map((server) => server.kill()))
  }

  get url(): string {
    return this.#url
  }

  get client(): KsqlClient {
    return new KsqlClient({ url: this.url })
  }

  async state(): Promise<string> {
    const response = await fetch(`${this.url}/healthcheck`, { headers: this.#headers })
    return ((await response.json()) as { serverState: string }).serverState
  }

  /** Until the server is in that state. Fails with its words where it ends before. */
  async until(state: string): Promise<this> {
    while ((await this.state().catch(() => '')) !== state) {
      this.#mustLive()
      await sleep(LOOK_MS)
    }
    return this
  }

  /** Until the service has processed so many records of a topic. Fails where this server ends before, and where nothing goes on for a minute. */
  async untilProcessed(topic: string, count: number): Promise<void> {
    let last = -1
    for (let since = Date.now(); ; await sleep(LOOK_MS)) {
      const done = await processed(this.#bootstrap, this.#serviceId, topic)
      if (done >= count) return
      this.#mustLive()
      if (done !== last) since = Date.now()
      last = done
      if (Date.now() - since > STALL_MS) {
        throw new Error(
          `${this.#serviceId} stands at ${done} of ${count} records of ${topic}; it is ${await this.state()}`,
        )
      }
    }
  }

  #mustLive(): void {
    if (this.#outcome !== null) throw new Error(`the server has ended: ${JSON.stringify(this.#outcome)}`)
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal)
  }

  /** As a power cut does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.ended
  }

  /** As Ctrl-C does. */
  async stop(): Promise<Outcome> {
    this.#child.kill('SIGINT')
    return this.ended
  }
}

/** How many records of a topic a service has processed and committed; 0 while the broker does not know. */
async function processed(bootstrap: string, serviceId: string, topic: string): Promise<number> {
  const admin = testClient(bootstrap).admin()
  try {
    await admin.connect()
    const [{ partitions }] = await admin.fetchOffsets({ groupId: serviceId, topics: [topic] })
    return partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0)
  } catch (error) {
    if (error instanceof Error && error.name.startsWith('KafkaJS')) return 0
    throw error
  } finally {
    await admin.disconnect()
  }
}

/** The job behind the command, in a process of its own. */
function startJob(options: Omit<KsqlServerOptions, 'signal'>): ChildProcess {
  const job = pathToFileURL(resolve(import.meta.dirname, '..', '..', 'dist', 'jobs', 'ksql-server.js')).href
  const script = `
    import { ksqlServer } from '${job}'
    const end = new AbortController()
    process.once('SIGINT', () => end.abort())
    await ksqlServer({ ...JSON.parse(process.argv[1]), signal: end.signal }, {
      onReady: (url) => process.stdout.write('ksql   ' + url + '\\n'),
      onNotice: (text) => process.stderr.write(text + '\\n'),
    })
    process.exit()`
  return spawn(process.execPath, ['--input-type=module', '-e', script, JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}
