import { once } from 'node:events'
import avsc from 'avsc'
import type { WebHdfs } from './webhdfs.ts'

/** A data file of a table, as the table's metadata tells of it. */
export interface DataFile {
  readonly rows: number
  /** by column, in Iceberg's single-value serialization; texts may be cut short (https://iceberg.apache.org/spec/#metrics) */
  readonly lower: ReadonlyMap<string, Buffer>
  readonly upper: ReadonlyMap<string, Buffer>
}

/** What belongs to a table. */
export interface TableContents {
  readonly snapshots: number
  readonly files: readonly DataFile[]
}

interface TableMetadata {
  readonly 'current-schema-id': number
  readonly schemas: readonly {
    readonly 'schema-id': number
    readonly fields: readonly { readonly id: number; readonly name: string }[]
  }[]
  /** -1 or null: nothing has been committed */
  readonly 'current-snapshot-id'?: number | null
  readonly snapshots?: readonly { readonly 'snapshot-id': number; readonly 'manifest-list': string }[]
}

interface Manifest {
  readonly manifest_path: string
  /** 0: data files, 1: delete files */
  readonly content: number
}

type Bounds = readonly { readonly key: number; readonly value: Buffer }[] | null

interface ManifestEntry {
  readonly status: number
  readonly data_file: {
    readonly record_count: number
    readonly lower_bounds: Bounds
    readonly upper_bounds: Bounds
  }
}

const MANIFEST_LIST = record('manifest_file', { manifest_path: 'string', content: 'int' })
// The fields' numbers in the specification are in the names of their types.
const MANIFEST = record('manifest_entry', {
  status: 'int',
  data_file: record('r2', {
    record_count: 'long',
    lower_bounds: ['null', { type: 'array', items: record('k126_v127', { key: 'int', value: 'bytes' }) }],
    upper_bounds: ['null', { type: 'array', items: record('k129_v130', { key: 'int', value: 'bytes' }) }],
  }),
})
const DELETED = 2

/**
 * The snapshots and the data files that belong to an Iceberg table of a Hadoop catalog; others that lie beside them are left from crashes. Only metadata is read.
 * @param location of the table's folder, such as /warehouse/gpu/readings
 * @returns null where there is no table
 * @throws RestError; DataNodeError; Error where rows were deleted, which no sink of ours does, and for metadata that cannot be read
 * @see https://iceberg.apache.org/spec/
 */
export async function tableContents(hdfs: WebHdfs, location: string): Promise<TableContents | null> {
  const metadata = await newestMetadata(hdfs, `${location}/metadata`)
  if (metadata === null) return null
  return { snapshots: metadata.snapshots?.length ?? 0, files: await dataFiles(hdfs, metadata) }
}

async function dataFiles(hdfs: WebHdfs, metadata: TableMetadata): Promise<DataFile[]> {
  // An id has 63 bits; rounded alike on both sides it still finds its own.
  const current = metadata.snapshots?.find((snapshot) => snapshot['snapshot-id'] === metadata['current-snapshot-id'])
  if (current === undefined) return []
  const schema = metadata.schemas.find((one) => one['schema-id'] === metadata['current-schema-id'])
  const names = new Map(schema?.fields.map(({ id, name }) => [id, name]))
  const manifests = (await readAvro(hdfs, current['manifest-list'], MANIFEST_LIST)) as Manifest[]
  const files: DataFile[] = []
  for (const { manifest_path: path, content } of manifests) {
    if (content !== 0)
      throw new Error(`${path}: rows of the table were deleted, so that its files do not tell how many there are`)
    for (const { status, data_file } of (await readAvro(hdfs, path, MANIFEST)) as ManifestEntry[]) {
      if (status === DELETED) continue
      const { record_count: rows, lower_bounds, upper_bounds } = data_file
      files.push({ rows, lower: byName(lower_bounds, names), upper: byName(upper_bounds, names) })
    }
  }
  return files
}

/** The newest version that is there: version-hint.text may lag behind. */
async function newestMetadata(hdfs: WebHdfs, folder: string): Promise<TableMetadata | null> {
  const versions = ((await hdfs.list(folder)) ?? []).flatMap((name) => {
    const version = /^v(\d+)\.metadata\.json$/.exec(name)?.[1]
    return version === undefined ? [] : [Number(version)]
  })
  if (versions.length === 0) return null
  const path = `${folder}/v${Math.max(...versions)}.metadata.json`
  try {
    return JSON.parse((await hdfs.read(path)).toString()) as TableMetadata
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new Error(`${path} is no JSON: ${error.message}`, { cause: error })
  }
}

/** All objects of an Avro file. The fields that are not asked for have longs that JavaScript's numbers cannot hold; they are skipped unread. */
async function readAvro(hdfs: WebHdfs, url: string, readerSchema: object): Promise<unknown[]> {
  const path = url.replace(/^hdfs:\/\/[^/]*/, '')
  const decoder = new avsc.streams.BlockDecoder({ readerSchema })
  const objects: unknown[] = []
  decoder.on('data', (object) => objects.push(object))
  const bytes = await hdfs.read(path)
  try {
    const read = once(decoder, 'end')
    decoder.end(bytes)
    await read
    return objects
  } catch (error) {
    throw new Error(`${path} cannot be read as Iceberg's metadata`, { cause: error })
  }
}

function byName(bounds: Bounds, names: ReadonlyMap<number, string>): ReadonlyMap<string, Buffer> {
  return new Map((bounds ?? []).map(({ key, value }) => [names.get(key) ?? String(key), value]))
}

function record(name: string, fields: Readonly<Record<string, unknown>>): object {
  return { type: 'record', name, fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })) }
}
