import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compose } from '../deploy/compose-file.ts'
import { cached } from './cache.ts'
import { pluginPath } from './connect-plugins.ts'
import type { RealServers } from './global-setup.ts'
import { JavaServer, smallJvm } from './java-server.ts'
import { KAFKA_VERSION } from './kafka.ts'
import { keptPorts } from './kept-ports.ts'
import { LOG4J, logWarnings } from './log4j.ts'
import { fetchWithDependencies } from './maven.ts'

/** Kafka Connect with one worker. */
export interface Connect {
  /** of its REST interface */
  readonly url: string
  readonly worker: JavaServer
  /** a folder whose files a configuration may name: `${secrets:FOLDER:FILE}` */
  readonly secrets: string
}

/** The Kafka Connect of this run; the first who asks starts it. @param name another one's, for a second worker of the group @throws Error where it does not start */
export async function startedConnect({ folder, bootstrap }: RealServers, name = 'connect'): Promise<Connect> {
  const own = join(folder, name)
  const secrets = join(own, 'secrets')
  mkdirSync(secrets, { recursive: true })
  const { rest } = await keptPorts(own, ['rest'])
  const [jars, plugins] = await Promise.all([connectJars(), pluginPath()])
  const properties = join(own, 'connect-distributed.properties')
  const settings = { ...settingsOfImage(), ...settingsOfTest(bootstrap, rest, secrets), 'plugin.path': plugins }
  writeFileSync(
    properties,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
  const url = `http://127.0.0.1:${rest}`
  const main = 'org.apache.kafka.connect.cli.ConnectDistributed'
  const worker = new JavaServer({
    name: `Kafka Connect ${KAFKA_VERSION}`,
    folder: own,
    args: [...smallJvm(512), logWarnings(own), '-cp', join(jars, '*'), main, properties],
    ready: async () => {
      // Refused while it starts, 404 until it has read its topics: "not yet".
      const response = await fetch(`${url}/connectors`).catch(() => null)
      return response?.ok ?? false
    },
  })
  if (!worker.running) await worker.start()
  return { url, worker, secrets }
}

function connectJars(): Promise<string> {
  return cached(`connect-${KAFKA_VERSION}`, (folder) =>
    fetchWithDependencies([`org.apache.kafka:connect-runtime:${KAFKA_VERSION}`, LOG4J], folder),
  )
}

/** As Confluent's image reads docker-compose.yml: CONNECT_GROUP_ID is group.id. */
function settingsOfImage(): Readonly<Record<string, string | number>> {
  const variables = Object.entries(compose.services['connect'].environment ?? {})
  const own = variables.filter(([name]) => name.startsWith('CONNECT_'))
  return Object.fromEntries(
    own.map(([name, value]) => [name.replace('CONNECT_', '').toLowerCase().replaceAll('_', '.'), value]),
  )
}

/** Addresses, folders, and what the image brings along. */
function settingsOfTest(bootstrap: string, rest: number, secrets: string): Readonly<Record<string, string | number>> {
  return {
    'bootstrap.servers': bootstrap,
    listeners: `http://127.0.0.1:${rest}`,
    'rest.advertised.host.name': '127.0.0.1',
    'value.converter': 'org.apache.kafka.connect.converters.ByteArrayConverter',
    'config.providers.secrets.param.allowed.paths': secrets,
    'plugin.discovery': 'service_load',
  }
}
