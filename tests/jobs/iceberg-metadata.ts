import { once } from 'node:events'
import avsc from 'avsc'

/** A data file's entry in the metadata of a table that is written by hand. */
export interface FileEntry {
  readonly rows: number
  /** offsets, both included */
  readonly offsets: readonly [first: number, last: number]
  readonly partitions?: readonly [least: number, greatest: number]
  readonly topics?: readonly [lower: string, upper: string]
  readonly deleted?: true
  /** as files have it that another writer made */
  readonly withoutBounds?: true
}

/** Ids of snapshots have 63 bits, which numbers of JavaScript do not hold. */
const SNAPSHOT = 8_526_154_211_374_900_331n
const LONG = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => long(value),
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : Number(a > b)),
})
const COLUMNS = { device: 1, _kafka_metadata_topic: 90, _kafka_metadata_partition: 91, _kafka_metadata_offset: 92 }

const bounds = (key: number) => ({
  type: 'array',
  items: record(`k${key}_v${key + 1}`, { key: 'int', value: 'bytes' }),
  logicalType: 'map',
})
const MANIFEST = record('manifest_entry', {
  status: 'int',
  snapshot_id: ['null', 'long'],
  data_file: record('r2', {
    content: 'int',
    file_path: 'string',
    record_count: 'long',
    lower_bounds: ['null', bounds(126)],
    upper_bounds: ['null', bounds(129)],
    split_offsets: ['null', { type: 'array', items: 'long' }],
  }),
})
const MANIFEST_LIST = record('manifest_file', {
  manifest_path: 'string',
  manifest_length: 'long',
  content: 'int',
  added_snapshot_id: 'long',
})

/** The metadata of a table at version 10, by paths, one manifest for each list of files; version-hint.text lags behind. */
export async function tableFiles(
  location: string,
  manifests: readonly (readonly FileEntry[])[],
  { deletes = false, snapshots = 2 } = {},
): Promise<Map<string, Buffer>> {
  const folder = `${location}/metadata`
  const url = (name: string) => `hdfs://namenode:8020${folder}/${name}`
  const files = new Map<string, Buffer>()
  const list = manifests.map((_, i) => ({
    manifest_path: url(`m${i}.avro`),
    manifest_length: 1n,
    content: deletes ? 1 : 0,
    added_snapshot_id: SNAPSHOT,
  }))
  for (const [i, entries] of manifests.entries())
    files.set(`${folder}/m${i}.avro`, await avroFile(MANIFEST, entries.map(entryOf)))
  files.set(`${folder}/snap.avro`, await avroFile(MANIFEST_LIST, list))
  const schemas = [
    { 'schema-id': 0, fields: [] },
    { 'schema-id': 1, fields: Object.entries(COLUMNS).map(([name, id]) => ({ id, name })) },
  ]
  const old = Array.from({ length: snapshots - 1 }, (_, i) => `{ "snapshot-id": ${i + 1}, "manifest-list": "" }`)
  const current = `{ "snapshot-id": ${SNAPSHOT}, "manifest-list": "${url('snap.avro')}" }`
  const text = `{ "current-schema-id": 1, "schemas": ${JSON.stringify(schemas)}, "current-snapshot-id": ${SNAPSHOT}, "snapshots": [${[...old, current]}] }`
  files.set(`${folder}/v9.metadata.json`, Buffer.from('{ "schemas": [], "current-snapshot-id": -1 }'))
  files.set(`${folder}/v10.metadata.json`, Buffer.from(text))
  files.set(`${folder}/version-hint.text`, Buffer.from('9'))
  return files
}

function entryOf(entry: FileEntry): object {
  const { rows, offsets, partitions = [0, 0], topics = ['gpu.readings', 'gpu.readings'] } = entry
  const bound = (side: 0 | 1) => [
    { key: COLUMNS.device, value: Buffer.from('card') },
    { key: COLUMNS._kafka_metadata_topic, value: Buffer.from(topics[side]) },
    { key: COLUMNS._kafka_metadata_partition, value: int(partitions[side]) },
    { key: COLUMNS._kafka_metadata_offset, value: long(BigInt(offsets[side])) },
  ]
  return {
    status: entry.deleted ? 2 : 1,
    snapshot_id: SNAPSHOT,
    data_file: {
      content: 0,
      file_path: 'x.parquet',
      record_count: BigInt(rows),
      lower_bounds: entry.withoutBounds ? null : bound(0),
      upper_bounds: entry.withoutBounds ? null : bound(1),
      split_offsets: [4n],
    },
  }
}

async function avroFile(schema: object, objects: readonly object[]): Promise<Buffer> {
  const type = avsc.Type.forSchema(schema as avsc.Schema, { registry: { long: LONG } })
  const encoder = new avsc.streams.BlockEncoder(type as unknown as avsc.Schema, { codec: 'deflate' })
  const chunks: Buffer[] = []
  encoder.on('data', (chunk: Buffer) => chunks.push(chunk))
  for (const object of objects) encoder.write(object)
  const done = once(encoder, 'end')
  encoder.end()
  await done
  return Buffer.concat(chunks)
}

function long(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(value)
  return bytes
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

function record(name: string, fields: Readonly<Record<string, unknown>>): object {
  return { type: 'record', name, fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })) }
}
