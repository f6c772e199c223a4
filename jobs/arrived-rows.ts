import type { Kafka } from 'kafkajs'
import { createSerdes, MemorySchemaRegistry, type RowsInColumns, type Source, valueColumns } from '../engine/index.ts'
import { readNewestRecords, type StoredRecord } from '../kafka/newest-records.ts'
import type { SchemaRegistryClient } from '../kafka/schema-registry.ts'
import { partitionOf } from '../kafka/topic.ts'
import type { LogRows } from './log-rows.ts'
import { sliceRows } from './merge-by-time.ts'

/** The last reading of a log that a topic has. */
interface Arrived {
  readonly row: number
  /** event time, ms since 1970-01-01 UTC */
  readonly ts: number
}

export interface ReadingsTopic {
  readonly topic: string
  readonly partitions: readonly number[]
  /** the stream declared on it */
  readonly stream: Source
}

/**
 * What of some logs a topic has already. Rows of a log are sent in order, so the last one that is there says that all before it are. The topic itself is asked:
 * there is no second account that a crash could leave behind or ahead.
 */
export class ArrivedRows {
  readonly #last: ReadonlyMap<string, Arrived>
  /** logs that have been read as far as they have arrived */
  readonly #reached = new Set<string>()

  private constructor(last: ReadonlyMap<string, Arrived>) {
    this.#last = last
  }

  /**
   * Looks a topic through from its end, back to the last reading of each log by device, host and source. A log that the topic has nothing of makes it look the
   * whole partition through.
   * @throws SchemaRegistryError; Error for a log that was rewritten while it was followed
   */
  static async find(kafka: Kafka, to: ReadingsTopic, registry: SchemaRegistryClient, from: LogRows) {
    const { topic, partitions } = to
    const decode = originDecoder(to, registry)
    /** sources that are looked for, by partition and device */
    const wanted = new Map<number, Map<string, Set<string>>>()
    for (const { device, source } of from.logs) {
      const partition = partitionOf(topic, Buffer.from(device, 'utf8'), partitions)
      const devices = wanted.get(partition) ?? new Map<string, Set<string>>()
      wanted.set(partition, devices.set(device, (devices.get(device) ?? new Set()).add(source)))
    }
    const last = new Map<string, Arrived>()
    await readNewestRecords(kafka, topic, new Set(wanted.keys()), async (partition, records) => {
      const devices = wanted.get(partition)
      if (devices === undefined) return false
      // Only a whole stretch is looked at: what is newer stands behind in it.
      if (records === null)
        return [...devices.values()].some((sources) => [...sources].some((source) => !last.has(source)))
      for (const record of records) {
        const sources = record.key === null ? undefined : devices.get(record.key.toString('utf8'))
        if (sources === undefined || record.value === null) continue
        const { host, source, row } = await decode(record)
        if (host !== from.host) continue
        if (sources.has(source) && row >= (last.get(source)?.row ?? 0)) last.set(source, { row, ts: record.timestamp })
        refuseLaterLife(source, sources)
      }
      return true
    })
    return new ArrivedRows(last)
  }

  /** Rows that the topic has. */
  get rows(): number {
    return [...this.#last.values()].reduce((sum, { row }) => sum + row + 1, 0)
  }

  /**
   * The rows of a feed that have not arrived.
   * @throws Error where a log is not the one whose rows have arrived
   */
  async *missing(feed: LogRows, signal: AbortSignal): AsyncGenerator<RowsInColumns, void, undefined> {
    for await (const rows of feed.rows()) {
      if (this.#reached.size < this.#last.size) yield* this.#missingOf(rows, feed.following)
      else yield rows
    }
    if (!signal.aborted) this.#refuseShort()
  }

  *#missingOf(rows: RowsInColumns, following: boolean): Generator<RowsInColumns, void, undefined> {
    const sources = column(rows, 'source')
    const ordinals = column(rows, 'row')
    let from = 0
    for (let i = 0; i < rows.count; i++) {
      const source = String(sources[i])
      const arrived = this.#last.get(source)
      if (arrived === undefined || Number(ordinals[i]) > arrived.row) continue
      if (Number(ordinals[i]) === arrived.row) {
        if (rows.rowtime[i] !== arrived.ts) throw otherLog(source, arrived, `there ${timeText(rows.rowtime[i])}`)
        this.#reached.add(source)
      }
      if (i > from) yield sliceRows(rows, from, i)
      from = i + 1
    }
    if (from < rows.count) yield sliceRows(rows, from, rows.count)
    // The rows that have arrived stood in the log before: a backlog that ends without them is that of another log.
    if (following) this.#refuseShort()
  }

  #refuseShort(): void {
    for (const [source, arrived] of this.#last) {
      if (!this.#reached.has(source)) throw otherLog(source, arrived, 'not in the log')
    }
  }
}

function column(rows: RowsInColumns, wanted: string): ArrayLike<unknown> {
  for (const [name, { data }] of rows.columns) if (name.toLowerCase() === wanted) return data
  return []
}

/** Where a reading comes from, by whatever schema it was written. */
function originDecoder(
  { topic, stream }: ReadingsTopic,
  client: SchemaRegistryClient,
): (record: StoredRecord) => Promise<{ host: string; source: string; row: number }> {
  const registry = new MemorySchemaRegistry()
  const { value: serde } = createSerdes(stream, registry)
  const names = valueColumns(stream).map(({ name }) => name.toLowerCase())
  const [host, source, row] = ['host', 'source', 'row'].map((name) => names.indexOf(name))
  return async ({ value }) => {
    const bytes = value ?? Buffer.alloc(0)
    const id = bytes.length < 5 ? null : bytes.readInt32BE(1)
    if (id !== null && registry.byId(id) === null) {
      registry.register(`${topic}-value`, await client.schema(id), 'AVRO', id)
    }
    const values = serde.deserialize(bytes)
    return { host: String(values[host]), source: String(values[source]), row: Number(values[row]) }
  }
}

/** While it is followed, a log that begins anew goes on as `path#1`, `path#2`, …: what `path` means now nobody can know after that. */
function refuseLaterLife(source: string, sources: ReadonlySet<string>): void {
  const base = source.replace(/#\d+$/, '')
  if (base === source || !sources.has(base)) return
  throw new Error(
    `${base} began anew while it was followed; its rows since then are in the topic as ${source}. Rename the log, so that its rows are told from the earlier ones`,
  )
}

function otherLog(source: string, { row, ts }: Arrived, found: string): Error {
  return new Error(
    `${source} is not the log whose rows the topic has: row ${row} there is of ${timeText(ts)}, ${found}. ` +
      'Check --timezone; if the log was begun anew, rename it, so that its rows are told from the earlier ones',
  )
}

function timeText(ts: number): string {
  return new Date(ts).toISOString()
}
