import { once } from 'node:events'
import avsc from 'avsc'
import type { WebHdfs } from './webhdfs.ts'

/** A table's metadata, as far as tests look at it. @see https://iceberg.apache.org/spec/#table-metadata */
export interface TableMetadata {
  readonly schemas: readonly { readonly fields: readonly { readonly name: string; readonly type: unknown }[] }[]
  readonly 'partition-specs': readonly {
    readonly fields: readonly { readonly name: string; readonly transform: string }[]
  }[]
  /** -1: nothing has been committed */
  readonly 'current-snapshot-id': number | null
  readonly snapshots: readonly { readonly 'snapshot-id': number; readonly 'manifest-list': string }[]
}

/** A data file that belongs to the table; others that lie beside it are left from crashes. */
export interface LiveFile {
  readonly path: string
  readonly rows: number
}

/** Manifests have more fields; longs of theirs that JavaScript's numbers cannot hold are skipped unread. */
const MANIFEST_LIST = {
  type: 'record',
  name: 'manifest_file',
  fields: [
    { name: 'manifest_path', type: 'string' },
    { name: 'content', type: 'int' },
  ],
} as const
const MANIFEST = {
  type: 'record',
  name: 'manifest_entry',
  fields: [
    { name: 'status', type: 'int' },
    {
      name: 'data_file',
      type: {
        type: 'record',
        name: 'r2',
        fields: [
          { name: 'file_path', type: 'string' },
          { name: 'record_count', type: 'long' },
        ],
      },
    },
  ],
} as const
const DELETED = 2

/** An Iceberg table of a Hadoop catalog, read through its metadata. */
export class IcebergTable {
  readonly #hdfs: WebHdfs
  readonly #location: string

  /** @param location of its folder, as /warehouse/gpu/readings */
  constructor(hdfs: WebHdfs, location: string) {
    this.#hdfs = hdfs
    this.#location = location
  }

  /** The newest version, whatever version-hint.text says, which may lag; null where there is no table yet. */
  async metadata(): Promise<TableMetadata | null> {
    const folder = `${this.#location}/metadata`
    const versions = (await this.#hdfs.list(folder)).flatMap(({ pathSuffix }) => {
      const version = /^v(\d+)\.metadata\.json$/.exec(pathSuffix)?.[1]
      return version === undefined ? [] : [Number(version)]
    })
    if (versions.length === 0) return null
    const bytes = await this.#hdfs.read(`${folder}/v${Math.max(...versions)}.metadata.json`)
    // The id of a snapshot has 63 bits; rounded alike everywhere it still finds its own.
    return JSON.parse(new TextDecoder().decode(bytes)) as TableMetadata
  }

  /** @throws Error where rows were deleted: no sink of ours does that */
  async files(): Promise<LiveFile[]> {
    const metadata = await this.metadata()
    const current = metadata?.snapshots.find((snapshot) => snapshot['snapshot-id'] === metadata['current-snapshot-id'])
    if (current === undefined) return []
    const manifests = (await this.#avro(current['manifest-list'], MANIFEST_LIST)) as {
      manifest_path: string
      content: number
    }[]
    if (manifests.some(({ content }) => content !== 0)) throw new Error(`${this.#location} has delete files`)
    const entries = await Promise.all(manifests.map(({ manifest_path }) => this.#avro(manifest_path, MANIFEST)))
    return (entries.flat() as { status: number; data_file: { file_path: string; record_count: number } }[])
      .filter(({ status }) => status !== DELETED)
      .map(({ data_file }) => ({ path: pathOf(data_file.file_path), rows: data_file.record_count }))
  }

  /** All objects of an Avro file. */
  async #avro(url: string, readerSchema: object): Promise<unknown[]> {
    const decoder = new avsc.streams.BlockDecoder({ readerSchema })
    const objects: unknown[] = []
    decoder.on('data', (object) => objects.push(object))
    const read = once(decoder, 'end')
    decoder.end(await this.#hdfs.read(pathOf(url)))
    await read
    return objects
  }
}

/** hdfs://host:port/path is /path */
function pathOf(url: string): string {
  return url.replace(/^hdfs:\/\/[^/]*/, '')
}
