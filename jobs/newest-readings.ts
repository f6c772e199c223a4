import { createSerdes, MemorySchemaRegistry, type Source, valueColumns } from '../engine/index.ts'
import { readNewestRecords, type StoredRecord } from '../kafka/newest-records.ts'
import type { SchemaRegistryClient } from '../kafka/schema-registry.ts'
import { partitionOf } from '../kafka/topic.ts'
import type { LogRows } from './log-rows.ts'

/** The last reading of a log that a topic has. */
export interface Arrived {
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

type DeviceSource = LogRows['logs'][number]
/** Sources that are looked for, by device. */
type DeviceSources = ReadonlyMap<string, ReadonlySet<string>>

/**
 * Looks a topic through from its end, back to the last reading of each log by device, host and source. A log that the topic has nothing of makes it look the
 * whole topic through.
 * @throws SchemaRegistryError; what kafkajs throws when the broker goes away; Error for a log that was rewritten while it was followed; the signal's reason
 */
export async function newestReadings(
  bootstrap: string,
  to: ReadingsTopic,
  registry: SchemaRegistryClient,
  from: LogRows,
  signal: AbortSignal,
): Promise<Map<string, Arrived>> {
  const { topic, partitions } = to
  const decode = originDecoder(to, registry)
  const last = new Map<string, Arrived>()
  const look = async (wanted: ReadonlyMap<number, DeviceSources>): Promise<void> => {
    if (wanted.size === 0) return
    /** sources found, by partition */
    const found = new Map<number, Set<string>>()
    await readNewestRecords(bootstrap, topic, wanted.keys(), signal, async (partition, records) => {
      const devices = wanted.get(partition)
      const here = found.get(partition) ?? new Set()
      found.set(partition, here)
      if (devices === undefined) return false
      // Only a whole stretch is looked at: what is newer stands behind in it.
      if (records === null) return [...devices.values()].some((sources) => [...sources].some((one) => !here.has(one)))
      for (const record of records) {
        const sources = record.key === null ? undefined : devices.get(record.key.toString('utf8'))
        if (sources === undefined || record.value === null) continue
        const { host, source, row } = await decode(record)
        if (host !== from.host) continue
        if (sources.has(source)) {
          here.add(source)
          if (row >= (last.get(source)?.row ?? 0)) last.set(source, { row, ts: record.timestamp })
        }
        refuseLaterLife(source, sources)
      }
      return true
    })
  }
  const own = ({ device }: DeviceSource): number => partitionOf(topic, Buffer.from(device, 'utf8'), partitions)
  await look(byPartition(from.logs, (log) => [own(log)]))
  // Before the topic was given more partitions, a device's readings went to another one.
  const absent = from.logs.filter(({ source }) => !last.has(source))
  await look(byPartition(absent, (log) => partitions.filter((partition) => partition !== own(log))))
  return last
}

function byPartition(
  logs: readonly DeviceSource[],
  partitionsOf: (log: DeviceSource) => readonly number[],
): Map<number, DeviceSources> {
  const wanted = new Map<number, Map<string, Set<string>>>()
  for (const log of logs) {
    for (const partition of partitionsOf(log)) {
      const devices = wanted.get(partition) ?? new Map<string, Set<string>>()
      wanted.set(partition, devices.set(log.device, (devices.get(log.device) ?? new Set()).add(log.source)))
    }
  }
  return wanted
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
  return async ({ key, value }) => {
    const bytes = value ?? Buffer.alloc(0)
    const id = bytes.length < 5 ? null : bytes.readInt32BE(1)
    if (id !== null && registry.byId(id) === null) {
      registry.register(`${topic}-value`, await client.schema(id), 'AVRO', id)
    }
    const values = deserialized(() => serde.deserialize(bytes), topic, String(key))
    return { host: String(values[host]), source: String(values[source]), row: Number(values[row]) }
  }
}

function deserialized<T>(deserialize: () => T, topic: string, key: string): T {
  try {
    return deserialize()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(
      `topic ${topic} has a record of ${key} that is no reading: ${reason}. Something else writes to it; use --device NAME with another name`,
    )
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
