import { kafkaClient } from '../kafka/client.ts'
import { ConnectClient } from '../kafka/connect.ts'
import { SchemaRegistryClient } from '../kafka/schema-registry.ts'
import { administer } from '../kafka/topic.ts'
import { KsqlClient, type ServerInfo } from '../ksql-rest/client/client.ts'
import { parseCredentials } from './ksql-credentials.ts'
import type { Cluster } from './submit-topics.ts'

const ANSWER_MS = 10_000

/** Addresses of a cluster's servers; what is not given is not asked. */
export interface ServerAddresses {
  /** URL of ksqlDB or `gpumon ksql-server` */
  readonly server?: string
  /** name:password for that */
  readonly credentials?: string
  /** URL of a schema registry */
  readonly registry?: string
  /** URL of a worker of Kafka Connect */
  readonly connect?: string
  /** HOST:PORT of a broker, several with commas */
  readonly bootstrap?: string
}

export interface ClusterServers {
  readonly ksql: KsqlClient | null
  readonly registry: SchemaRegistryClient | null
  readonly connect: ConnectClient | null
  readonly cluster: Cluster | null
}

/** Clients of the servers; nothing is asked yet. @throws Error for an address or for credentials that are none */
export function clientsOf({ server, credentials, registry, connect, bootstrap }: ServerAddresses): ClusterServers {
  return {
    ksql: server === undefined ? null : ksqlClient(server, credentials),
    registry: registry === undefined ? null : new SchemaRegistryClient(registry),
    connect: connect === undefined ? null : new ConnectClient(connect),
    cluster: bootstrap === undefined ? null : { kafka: kafkaClient(bootstrap), bootstrap },
  }
}

/** Asks each server whether it is there. @throws Error that names all that are not */
export async function refuseUnreachable({ ksql, registry, connect, cluster }: ClusterServers): Promise<void> {
  const answers = await Promise.allSettled([
    cluster === null ? null : brokerCount(cluster),
    registry?.reach(),
    ksql === null ? null : serverInfo(ksql),
    connect?.version(),
  ])
  const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []))
  if (failures.length === 1) throw failures[0]
  if (failures.length > 1) throw new Error(failures.map(({ message }) => message).join('\n'))
}

/** What a ksqlDB server says of itself. @throws KsqlRequestError; Error when it does not answer, or not in time */
export async function serverInfo(ksql: KsqlClient): Promise<ServerInfo> {
  const signal = AbortSignal.timeout(ANSWER_MS)
  try {
    return await ksql.info(signal)
  } catch (error) {
    if (!signal.aborted) throw error
    throw new Error(`the ksqlDB server does not answer within ${ANSWER_MS / 1000} s; check --server`, { cause: error })
  }
}

/** How many brokers a cluster has. @throws KafkaError */
export async function brokerCount({ kafka, bootstrap }: Cluster): Promise<number> {
  return administer(kafka, 'Nobody answers', bootstrap, async (admin) => (await admin.describeCluster()).brokers.length)
}

function ksqlClient(url: string, credentials: string | undefined): KsqlClient {
  return new KsqlClient(credentials === undefined ? { url } : { url, credentials: parseCredentials(credentials) })
}
