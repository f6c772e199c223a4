import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { KsqlClient } from '../../ksql-rest/client/client.ts'
import { type Outcome, outcome, start } from '../cli/gpumon.ts'
import type { RealServers } from './global-setup.ts'
import { testClient } from './topic-contents.ts'

const LOOK_MS = 50

/** A running `gpumon ksql-server` on the real broker. */
export class RunningServer {
  readonly url: string
  readonly ended: Promise<Outcome>
  readonly #child: ChildProcess

  private constructor(url: string, child: ChildProcess, ended: Promise<Outcome>) {
    this.url = url
    this.#child = child
    this.ended = ended
  }

  static async start({ bootstrap, registry }: RealServers, serviceId: string): Promise<RunningServer> {
    const place = ['--bootstrap', bootstrap, '--registry', registry, '--service-id', serviceId]
    const child = start(['ksql-server', '--port', '0', ...place])
    const ended = outcome(child)
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout?.on('data', (said: string) => {
        const found = /^ksql {3}(\S+)$/m.exec(said)?.[1]
        if (found !== undefined) resolve(found)
      })
      ended.then(({ stderr }) => reject(new Error(stderr)))
    })
    return new RunningServer(url, child, ended)
  }

  get client(): KsqlClient {
    return new KsqlClient({ url: this.url })
  }

  async state(): Promise<string> {
    const response = await fetch(`${this.url}/healthcheck`)
    return ((await response.json()) as { serverState: string }).serverState
  }

  /** Until the server is in that state; fails with its words where it ends before. */
  async until(state: string): Promise<this> {
    let early: Outcome | null = null
    this.ended.then((ended) => {
      early = ended
    })
    while (early === null && (await this.state().catch(() => '')) !== state) await sleep(LOOK_MS)
    expect(early).toBeNull()
    return this
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

/** Until a service has processed so many records of a topic. */
export async function untilProcessed(
  bootstrap: string,
  serviceId: string,
  topic: string,
  count: number,
): Promise<void> {
  while ((await processed(bootstrap, serviceId, topic)) < count) await sleep(LOOK_MS)
}
