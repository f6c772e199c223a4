import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { compose } from '../deploy/compose-file.ts'
import { CACHE, cached } from './cache.ts'
import { JavaServer, smallJvm } from './java-server.ts'
import { LOG4J, logWarnings } from './log4j.ts'
import { fetchWithDependencies } from './maven.ts'
import { runTool } from './tool.ts'

/** Of the broker and of Connect. */
export const KAFKA_VERSION = '4.3.1'
const FORMAT_MS = 60_000
/** 16 bytes. A random one begins with a dash now and then, which the tool takes for an option. */
const CLUSTER_ID = Buffer.from('gpumon-test-real').toString('base64url')

/** Kafka's own jars. */
const JARS = `kafka-${KAFKA_VERSION}`
const classPath = join(CACHE, JARS, '*')

type Ports = readonly [clients: number, controller: number]

/** Makes a broker's folder, and formats it. @throws Error where Maven or Kafka's tool fails */
export async function makeBroker(folder: string, ports: Ports): Promise<JavaServer> {
  await cached(JARS, (jars) => fetchWithDependencies([`org.apache.kafka:kafka_2.13:${KAFKA_VERSION}`, LOG4J], jars))
  mkdirSync(folder, { recursive: true })
  const properties = propertiesOf(folder)
  writeFileSync(properties, configuration(join(folder, 'data'), ...ports))
  const args = ['-cp', classPath, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties]
  await runTool("Kafka's folder cannot be formatted", 'java', args, FORMAT_MS)
  return kafkaBroker(folder, ports)
}

/**
 * A broker that is its own controller (KRaft), with its data in `folder`.
 * @param folder as `makeBroker` has made it
 * @param ports kept through restarts
 */
export function kafkaBroker(folder: string, [port]: Ports): JavaServer {
  const admin = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    retry: { retries: 0 },
  }).admin()
  return new JavaServer({
    name: `Kafka ${KAFKA_VERSION}`,
    folder,
    args: [...smallJvm(128), logWarnings(folder), '-cp', classPath, 'kafka.Kafka', propertiesOf(folder)],
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

function propertiesOf(folder: string): string {
  return join(folder, 'server.properties')
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
    'offsets.retention.minutes': compose.services['kafka'].environment?.['KAFKA_OFFSETS_RETENTION_MINUTES'],
    'group.initial.rebalance.delay.ms': 0,
    // One that was killed is let in again only after that.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'num.network.threads': 2,
    'num.io.threads': 2,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')
}
