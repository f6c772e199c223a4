import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import kafkajs from 'kafkajs'
import { tableFindings } from '../../jobs/doctor-table.ts'
import type { Finding } from '../../jobs/finding.ts'
import { controlTopics } from '../../jobs/submit-topics.ts'
import { tableSink } from '../../jobs/table-sink.ts'
import { root } from '../deploy/compose-file.ts'
import type { Connect } from './connect.ts'
import { AVRO_CONVERTER } from './connect-plugins.ts'
import { ask, type ConnectorConfig, connectorStatus, removeConnector, runConnector } from './connector.ts'
import { expireSnapshots } from './expire-snapshots.ts'
import type { RealServers } from './global-setup.ts'
import type { Hdfs } from './hdfs.ts'
import { IcebergTable } from './iceberg-table.ts'
import { makeTopic, TOPIC, testClient } from './topic-contents.ts'
import { committedRecords } from './topic-records.ts'
import { WebHdfs } from './webhdfs.ts'

const SHIPPED = JSON.parse(readFileSync(join(root, 'connect/hdfs.json'), 'utf8')) as ConnectorConfig
const COMMIT_MS = 3_000
/** Commits that the control topic has in the long run. */
const KEPT_COMMITS =
  controlTopics([{ file: 'connect/hdfs.json', name: 'hdfs', config: SHIPPED }])[0].retentionMs /
  Number(SHIPPED['iceberg.control.commit.interval-ms'])

/** A row of the table, by column. */
export type TableRow = Readonly<Record<string, unknown>>

/** connect/hdfs.json on the real servers, with a table, a control topic and offsets of its own. */
export class HdfsSink {
  readonly table: IcebergTable
  readonly #name = `hdfs-${randomUUID()}`
  readonly #hdfs: WebHdfs
  readonly #hdfsUrl: string
  /** of the NameNode, for Hadoop's clients */
  readonly #rpc: string
  readonly #folder: string
  readonly #servers: RealServers
  readonly #connect: Connect
  readonly #config: ConnectorConfig

  constructor(servers: RealServers, connect: Connect, hdfs: Hdfs) {
    this.#config = { ...SHIPPED, ...this.#overrides(servers, hdfs) }
    this.#servers = servers
    this.#connect = connect
    this.#hdfs = new WebHdfs(hdfs.web)
    this.#hdfsUrl = hdfs.web
    this.#rpc = hdfs.url
    this.#folder = `/${this.#name}/gpu/readings`
    this.table = new IcebergTable(this.#hdfs, this.#folder)
  }

  /** Everything that a test has otherwise than connect/hdfs.json. */
  #overrides({ registry }: RealServers, { url }: Hdfs): ConnectorConfig {
    return {
      'iceberg.catalog.warehouse': `${url}/${this.#name}`,
      'iceberg.control.topic': `control-${this.#name}`,
      'iceberg.control.commit.interval-ms': String(COMMIT_MS),
      // After kill -9 the broker waits so long for a consumer of the sink and of its coordinator.
      'consumer.override.session.timeout.ms': '6000',
      'iceberg.kafka.session.timeout.ms': '6000',
      'value.converter': AVRO_CONVERTER,
      'value.converter.apicurio.registry.url': registry.replace('/ccompat/v7', '/registry/v2'),
      // Confluent's wire format: a zero byte and the schema's id in four
      'value.converter.apicurio.registry.as-confluent': 'true',
      'value.converter.apicurio.registry.use-id': 'contentId',
      'value.converter.apicurio.registry.headers.enabled': 'false',
    }
  }

  /** @param changes to connect/hdfs.json */
  async start(changes: ConnectorConfig = {}): Promise<void> {
    await makeTopic(this.#servers.bootstrap, this.#controlTopic)
    await runConnector(this.#connect.url, this.#name, { ...this.#config, ...changes })
  }

  /** Forgets old snapshots of the table, as the service `upkeep` does. */
  async forgetSnapshots(): Promise<void> {
    await expireSnapshots(`${this.#rpc}${this.#folder}`)
  }

  /** Names of the files that are snapshots of the table. */
  async snapshotFiles(): Promise<string[]> {
    const names = (await this.#hdfs.list(`${this.#folder}/metadata`)).map(({ pathSuffix }) => pathSuffix)
    return names.filter((name) => name.startsWith('snap-'))
  }

  /** Lets the table come to be, and nothing be committed to it. */
  async forbidCommits(): Promise<void> {
    const metadata = `${this.#folder}/metadata`
    await this.#hdfs.makeFolder(metadata)
    // the folder, the empty table's metadata, and the file that names them
    await this.#hdfs.setNamespaceQuota(metadata, 3)
  }

  async allowCommits(): Promise<void> {
    await this.#hdfs.setNamespaceQuota(`${this.#folder}/metadata`, 1_000_000)
  }

  /** Waits until what was read is written and the offsets say so. */
  async untilOffsetsAreCommitted(): Promise<void> {
    const admin = testClient(this.#servers.bootstrap).admin()
    await admin.connect()
    try {
      const offsets = async () => await admin.fetchOffsets({ groupId: `connect-${this.#name}`, topics: [TOPIC] })
      while ((await offsets())[0]?.partitions.every(({ offset }) => Number(offset) <= 0) ?? true) await sleep(1)
    } finally {
      await admin.disconnect()
    }
  }

  /** The record by which the coordinator began its first commit. */
  async firstStartOfCommit(): Promise<Buffer | null> {
    const records = await committedRecords(this.#servers.bootstrap, [this.#controlTopic])
    return records.get(this.#controlTopic)?.[0]?.value ?? null
  }

  /** Begins commits until the control topic has as many as it ever has. @param start the record of one */
  async beginCommits(start: Buffer | null): Promise<void> {
    const producer = testClient(this.#servers.bootstrap).producer()
    await producer.connect()
    const messages = Array(KEPT_COMMITS).fill({ value: start })
    await producer.send({ topic: this.#controlTopic, messages, compression: kafkajs.CompressionTypes.GZIP })
    await producer.disconnect()
  }

  get #controlTopic(): string {
    return this.#config['iceberg.control.topic']
  }

  /** What `gpumon doctor` says of the table. */
  async doctorFindings(): Promise<Finding[]> {
    const { bootstrap } = this.#servers
    const sink = tableSink(this.#name, this.#config)
    if (sink === null) throw new Error('connect/hdfs.json is no sink whose table the doctor finds')
    return tableFindings(this.#hdfsUrl, sink, { kafka: testClient(bootstrap), bootstrap })
  }

  /** Stops it, and lets Kafka forget it, as happens to a group that nobody was in for offsets.retention.minutes. */
  async stopAndForget(): Promise<void> {
    await ask('PUT', `${this.#connect.url}/connectors/${this.#name}/stop`)
    const admin = testClient(this.#servers.bootstrap).admin()
    await admin.connect()
    try {
      const groupId = `connect-${this.#name}`
      const members = async () => (await admin.describeGroups([groupId])).groups[0].members.length
      while ((await members()) > 0) await sleep(50)
      await admin.deleteGroups([groupId])
    } finally {
      await admin.disconnect()
    }
  }

  /** Makes it go on at an offset of the topic of readings. */
  async resumeAt(offset: number): Promise<void> {
    const url = `${this.#connect.url}/connectors/${this.#name}`
    const partition = { kafka_topic: TOPIC, kafka_partition: 0 }
    await ask('PATCH', `${url}/offsets`, { offsets: [{ partition, offset: { kafka_offset: offset } }] })
    await ask('PUT', `${url}/resume`)
  }

  async remove(): Promise<void> {
    await removeConnector(this.#connect.url, this.#name)
  }

  /** Waits until the table has so many rows. @throws Error after so many ms */
  async untilRows(count: number, withinMs = 60_000): Promise<void> {
    const rows = async () => (await this.table.files()).reduce((sum, file) => sum + file.rows, 0)
    for (const until = Date.now() + withinMs; (await rows()) < count; await sleep(500)) {
      if (Date.now() > until) {
        throw new Error(`the table has ${await rows()} of ${count} rows after ${withinMs} ms\n${await this.#state()}`)
      }
    }
  }

  /** Waits for a commit more, with which repeated rows would come. */
  async forOneCommit(): Promise<void> {
    await sleep(2 * COMMIT_MS)
  }

  /** What tells where a sink stands that stands still. */
  async #state(): Promise<string> {
    const status = await connectorStatus(this.#connect.url, this.#name)
    const admin = testClient(this.#servers.bootstrap).admin()
    await admin.connect()
    try {
      const group = `connect-${this.#name}`
      const { groups } = await admin.describeGroups([group, `${group}-coord`])
      const offsets = await admin.fetchOffsets({ groupId: group, topics: [TOPIC] })
      const members = groups.map(({ groupId, state, members }) => `${groupId}: ${state}, members ${members.length}`)
      const log = this.#connect.worker.logEnd(10_000)
      return [JSON.stringify(status), ...members, JSON.stringify(offsets), log].join('\n')
    } finally {
      await admin.disconnect()
    }
  }

  /** All rows in the order of their offsets, by DuckDB; time in ms, maps as objects. */
  async rows(): Promise<TableRow[]> {
    const folder = mkdtempSync(join(tmpdir(), 'gpumon-table-'))
    const duckdb = await DuckDBInstance.create()
    const connection = await duckdb.connect()
    try {
      for (const [i, { path }] of (await this.table.files()).entries())
        writeFileSync(join(folder, `${i}.parquet`), await this.#hdfs.read(path))
      const reader = await connection.runAndReadAll(
        `SELECT * REPLACE (epoch_ms(ts)::DOUBLE AS ts, row::DOUBLE AS row, _kafka_metadata_offset::DOUBLE AS _kafka_metadata_offset, other::JSON AS other)
         FROM read_parquet('${folder}/*.parquet', union_by_name = true) ORDER BY _kafka_metadata_offset`,
      )
      return reader.getRowObjectsJS()
    } finally {
      connection.closeSync()
      duckdb.closeSync()
      rmSync(folder, { recursive: true })
    }
  }
}
