import type { ConnectClient } from '../kafka/connect.ts'
import { type Check, type Finding, findings } from './finding.ts'
import { tableContents } from './iceberg-table.ts'
import { whole } from './number-text.ts'
import type { ConnectorFile } from './submit-files.ts'
import type { Cluster } from './submit-topics.ts'
import { partsOf, type TablePart } from './table-offsets.ts'
import { type KafkaPart, keptParts, type TableSink, tableSink } from './table-sink.ts'
import { DataNodeError, WebHdfs } from './webhdfs.ts'

/** More than a month of commits five minutes apart */
const MANY_SNAPSHOTS = 10_000

/**
 * Of each table on HDFS that the product's connectors write, whether it has each record once.
 * @param connect null: connectors are as their files say
 */
export async function tablesFindings(
  url: string,
  files: readonly ConnectorFile[],
  connect: ConnectClient | null,
  cluster: Cluster | null,
): Promise<Finding[]> {
  return findings(
    ...files.map(
      ({ name, config }): Check => [
        `connector ${name}`,
        async () => {
          const sink = tableSink(name, (await connect?.config(name)) ?? config)
          return sink === null ? [] : tableFindings(url, sink, cluster)
        },
      ],
    ),
  )
}

/**
 * Whether a table has each record of its topics once, as far as its metadata tells: as many rows as offsets, from the oldest on that Kafka has.
 * @param url of HDFS's NameNode
 * @param cluster null: nobody knows what Kafka has
 * @throws RestError, KafkaError; Error for metadata that cannot be read
 */
export async function tableFindings(url: string, sink: TableSink, cluster: Cluster | null): Promise<Finding[]> {
  const { table, location, topics, name } = sink
  const what = `table ${table}`
  try {
    const contents = await tableContents(new WebHdfs(url), location)
    const parts = partsOf(contents?.files ?? [], topics)
    if (parts === null) {
      const text = 'rows are not counted: not every file tells of which topic, partition and offsets its rows are'
      return [{ health: 'note', what, text, fix: 'count rows by the columns _kafka_metadata_…, as with Spark' }]
    }
    const counts: Finding[] = parts.map((part) => countFinding(what, part, name))
    const snapshots = contents?.snapshots ?? 0
    if (snapshots > MANY_SNAPSHOTS) {
      const text = `has ${whole(snapshots)} snapshots, which whoever writes it must read whole: those of a year do not fit a worker's heap of 512 MiB`
      const fix = "forget old ones, as docker-compose.yml's service upkeep does each day: connect/README.md"
      counts.push({ health: 'note', what, text, fix })
    }
    if (parts.length === 0) {
      const text = `${contents === null ? 'is not there yet' : 'has no rows yet'}: ${location}`
      const fix = `the first commit makes it: see that connector ${name} runs, and that ${topics.join(', ')} has records`
      counts.push({ health: 'note', what, text, fix })
    }
    if (cluster === null) return counts
    // Kafka is asked last, so that it is never behind the table.
    const compare = async () =>
      (await keptParts(cluster, sink)).flatMap((kept) => kafkaFindings(what, kept, parts, name))
    return [...counts, ...(await findings([what, compare]))]
  } catch (error) {
    if (!(error instanceof DataNodeError)) throw error
    const fix = 'run gpumon doctor where that name is known, such as in a container of the cluster'
    return [{ health: 'note', what, text: `rows are not counted: ${error.message}`, fix }]
  }
}

function countFinding(what: string, { topic, partition, rows, first, last }: TablePart, sink: string): Finding {
  const offsets = last - first + 1
  const head = `topic ${topic}, partition ${partition}: rows: ${whole(rows)}, offsets ${first} to ${last}: ${whole(offsets)}`
  if (rows === offsets) return { health: 'well', what, text: head }
  if (rows > offsets) {
    const text = `${head}\n${whole(rows - offsets)} rows at least are there twice`
    const fix =
      'keep one row of each _kafka_metadata_topic, _kafka_metadata_partition and _kafka_metadata_offset, as by Spark'
    return { health: 'wrong', what, text, fix }
  }
  const text =
    `${head}\n${whole(offsets - rows)} rows at least are missing, unless a transactional producer writes the topic: ` +
    'its marks take offsets (gpumon produce is none)'
  return { health: 'wrong', what, text, fix: again(sink, partition, first) }
}

/** What Kafka and the group of the sink tell against the table. */
export function kafkaFindings(what: string, kafka: KafkaPart, parts: readonly TablePart[], sink: string): Finding[] {
  const { topic, partition, oldest, end, committed } = kafka
  const part = parts.find((one) => one.topic === topic && one.partition === partition)
  const place = `topic ${topic}, partition ${partition}`
  const next = part === undefined ? oldest : part.last + 1
  const found: Finding[] = []
  if (next > end) {
    const text = `${place}: the table goes to offset ${next - 1}, the topic only to ${end - 1}: it was deleted and made anew`
    const fix = 'give the new topic, or its table, another name: offsets no longer tell which record a row is'
    return [{ health: 'wrong', what, text, fix }]
  }
  if (part !== undefined && part.first > oldest) {
    const text = `${place}: Kafka has offsets ${oldest} to ${part.first - 1}, the table does not`
    found.push({ health: 'wrong', what, text, fix: again(sink, partition, oldest) })
  }
  if (committed < 0 && part !== undefined) {
    const text =
      `${place}: the table goes to offset ${part.last}, and Kafka has forgotten how far the sink has read ` +
      '(offsets.retention.minutes after the last one left its group, 7 days by default): it begins anew and writes all rows a second time'
    const fix = `before it runs again: ${readingFrom(sink, partition, next)}`
    found.push({ health: 'wrong', what, text, fix })
  }
  if (committed > next) {
    const text = `${place}: offsets ${next} to ${committed - 1} are read and not in the table yet`
    const fix = 'ask again after iceberg.control.commit.interval-ms; what is not there then is lost'
    found.push({ health: 'note', what, text, fix })
  }
  return found
}

function again(sink: string, partition: number, offset: number): string {
  return `${readingFrom(sink, partition, offset)}, then remove the rows that are there twice`
}

/** The requests to Connect by which a sink goes on at an offset. */
function readingFrom(sink: string, partition: number, offset: number): string {
  const url = `/connectors/${sink}`
  return `PUT ${url}/stop, PATCH ${url}/offsets with kafka_offset ${offset} for partition ${partition}, PUT ${url}/resume`
}
