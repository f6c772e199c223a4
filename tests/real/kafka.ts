import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { cached } from './cache.ts'
import { JavaServer, SMALL_JVM } from './java-server.ts'
import { fetchWithDependencies } from './maven.ts'

const VERSION = '4.3.1'
const FORMAT_MS = 60_000

/** Kafka's own jars. It is compiled against slf4j 1.7: without the binding it logs nothing. @throws Error where Maven fails */
export function kafkaJars(): string {
  return cached(`kafka-${VERSION}`, (folder) =>
    fetchWithDependencies(
      [`org.apache.kafka:kafka_2.13:${VERSION}`, 'org.apache.logging.log4j:log4j-slf4j-impl:2.25.4'],
      folder,
    ),
  )
}

/**
 * A broker that is its own controller (KRaft), with its data in `folder`.
 * @param folder made and formatted at the first call
 * @param ports of clients and of the controller; kept through restarts
 */
export function kafkaBroker(folder: string, [port, controllerPort]: readonly [number, number]): JavaServer {
  const jars = join(kafkaJars(), '*')
  const properties = join(folder, 'server.properties')
  if (!existsSync(properties)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(properties, configuration(join(folder, 'data'), port, controllerPort))
    writeFileSync(join(folder, 'log4j2.xml'), LOGGING)
    format(jars, properties)
  }
  const logging = `-Dlog4j2.configurationFile=${join(folder, 'log4j2.xml')}`
  const admin = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    retry: { retries: 0 },
  }).admin()
  return new JavaServer({
    name: `Kafka ${VERSION}`,
    folder,
    args: [...SMALL_JVM, logging, '-cp', jars, 'kafka.Kafka', properties],
    ready: async () => {
      try {
        await admin.connect()
        return (await admin.describeCluster()).brokers.length === 1
      } catch {
        // A broker that is starting refuses, resets or knows no broker yet: each of these says "not yet".
        return false
      } finally {
        await admin.disconnect()
      }
    },
  })
}

function format(jars: string, properties: string): void {
  const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url')
  const args = ['-cp', jars, 'kafka.tools.StorageTool', 'format', '-t', id, '-c', properties]
  const run = spawnSync('java', args, { encoding: 'utf8', timeout: FORMAT_MS })
  if (run.status !== 0)
    throw new Error(`Kafka's folder cannot be formatted: ${(run.stdout + run.stderr).slice(-2_000)}`)
}

/** One node: every internal topic has one replica and few partitions, whose default of 50 costs time at the start. */
function configuration(data: string, port: number, controllerPort: number): string {
  const client = `PLAINTEXT://127.0.0.1:${port}`
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `${client},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': client,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': data,
    'default.replication.factor': 1,
    'min.insync.replicas': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
    'num.network.threads': 2,
    'num.io.threads': 2,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}

const LOGGING = `<Configuration status="WARN">
  <Appenders><Console name="C"><PatternLayout pattern="%d %-5p %c{1} - %m%n"/></Console></Appenders>
  <Loggers><Root level="WARN"><AppenderRef ref="C"/></Root></Loggers>
</Configuration>
`
