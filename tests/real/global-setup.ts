import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { freePort } from '../free-port.ts'
import { buildInfluxd } from './influxd-build.ts'
import { makeBroker } from './kafka.ts'
import { registryUrl, schemaRegistry } from './schema-registry.ts'
import { serversIn } from './server-process.ts'

/** The servers of a test run, for its workers. */
export interface RealServers {
  /** each server in a folder of its own within this one: those that few tests need start when one asks, connect.ts, hdfs.ts and influxdb.ts */
  readonly folder: string
  readonly bootstrap: string
  readonly registry: string
  /** with these a test can stop the broker and start it again */
  readonly brokerFolder: string
  readonly brokerPorts: readonly [number, number]
}

declare module 'vitest' {
  interface ProvidedContext {
    /** null: a tool is missing here, which was said */
    servers: RealServers | null
  }
}

/** Starts one set of servers for the whole run, and gives the function that stops them and whatever tests have started beside them. @throws Error where one does not start */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const missing = ['java', 'javac', 'mvn'].filter((tool) => spawnSync(tool, ['-version']).status !== 0)
  if (missing.length > 0) {
    const text = `no real servers: ${missing.join(', ')} missing (Debian: openjdk-17-jdk-headless, maven)`
    if (process.env['CI']) throw new Error(text)
    console.warn(`skipped: ${text}`)
    project.provide('servers', null)
    return async () => {}
  }
  const folder = mkdtempSync(join(tmpdir(), 'gpumon-real-'))
  // Vitest ends at once on Ctrl-C. Each signal is sent before the first wait.
  const abandon = (): void => serversIn(folder).forEach((server) => void server.kill())
  process.once('exit', abandon)
  const tearDown = async (): Promise<void> => {
    process.off('exit', abandon)
    // Nothing of theirs is looked at any more, and in order each would wait for another one that is ending.
    await Promise.all(serversIn(folder).map((server) => server.kill()))
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const brokerFolder = join(folder, 'kafka')
    const brokerPorts = [await freePort(), await freePort()] as const
    const registryPort = await freePort()
    // All of them end before one's failure ends the run: what has started by then is stopped.
    const begun = await Promise.allSettled([
      makeBroker(brokerFolder, brokerPorts).then((broker) => broker.start()),
      schemaRegistry(join(folder, 'registry'), registryPort).then((server) => server.start()),
      buildInfluxd(),
    ])
    for (const one of begun) if (one.status === 'rejected') throw one.reason
    const bootstrap = `127.0.0.1:${brokerPorts[0]}`
    project.provide('servers', { folder, bootstrap, registry: registryUrl(registryPort), brokerFolder, brokerPorts })
    return tearDown
  } catch (error) {
    await tearDown()
    throw error
  }
}
