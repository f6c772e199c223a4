import { clientsOf, type ServerAddresses } from './cluster-servers.ts'
import { connectFindings } from './doctor-connect.ts'
import { hdfsFindings, influxFindings } from './doctor-ends.ts'
import { brokerFindings, controlFindings, topicFindings } from './doctor-kafka.ts'
import { registryFindings } from './doctor-registry.ts'
import { statementFindings } from './doctor-statements.ts'
import { tablesFindings } from './doctor-table.ts'
import { type Finding, findings } from './finding.ts'
import { packageRoot } from './package-root.ts'
import { readSubmitFiles } from './submit-files.ts'

export interface DoctorOptions extends ServerAddresses {
  /** URL of InfluxDB */
  readonly influx?: string
  /** URL of HDFS's NameNode, where WebHDFS answers */
  readonly hdfs?: string
  /** starts connectors and tasks again that have FAILED, and only these */
  readonly restartFailed: boolean
}

/**
 * Says of each server that is given whether it is there, and how what gpumon has submitted does: topics, readers, schema, statements, queries, connectors.
 * Changes nothing, but for what is restarted on request.
 * @param onFindings gets what was found of one server after the other
 * @throws Error for an address that is none; what is wrong with a server is a finding
 */
export async function doctor(options: DoctorOptions, onFindings: (found: readonly Finding[]) => void): Promise<void> {
  const { influx, hdfs, restartFailed } = options
  const { ksql, registry, connect, cluster } = clientsOf(options)
  const files = await readSubmitFiles(['ksql', 'connect'], packageRoot())
  const brokers = cluster === null ? [] : await findings(['Kafka', () => brokerFindings(cluster)])
  onFindings(brokers)
  const reached = isReached(brokers) ? cluster : null
  if (reached !== null) {
    onFindings(
      await findings(
        ['topics', () => topicFindings(reached, files)],
        ['topics', () => controlFindings(reached, files)],
      ),
    )
  }
  const schemas = registry === null ? [] : await findings(['schema registry', () => registryFindings(registry)])
  onFindings(schemas)
  const known = isReached(schemas) ? registry : null
  if (ksql !== null) onFindings(await findings(['ksqlDB', () => statementFindings(files, ksql, known, reached)]))
  const workers =
    connect === null
      ? []
      : await findings(['Kafka Connect', () => connectFindings(connect, files.connectors, reached, restartFailed)])
  onFindings(workers)
  const worker = isReached(workers) ? connect : null
  if (influx !== undefined) onFindings(await findings(['InfluxDB', () => influxFindings(influx)]))
  if (hdfs === undefined) return
  const nodes = await findings(['HDFS', () => hdfsFindings(hdfs)])
  onFindings(nodes)
  if (isReached(nodes)) onFindings(await tablesFindings(hdfs, files.connectors, worker, reached))
}

/** What is known of a server that does not answer is that alone. */
function isReached(found: readonly Finding[]): boolean {
  return !(found.length === 1 && found[0].health === 'wrong')
}
