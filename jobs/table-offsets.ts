import type { DataFile } from './iceberg-table.ts'

/** Rows that a table has of one partition of a topic, and the offsets that they reach from and to, both included. */
export interface TablePart {
  readonly topic: string
  readonly partition: number
  readonly rows: number
  readonly first: number
  readonly last: number
}

/**
 * Adds up the files of a table by topic and partition, as the columns say that Iceberg's KafkaMetadataTransform adds.
 * @param topics that the sink reads
 * @returns null where a file does not tell, or has rows of several partitions
 */
export function partsOf(files: readonly DataFile[], topics: readonly string[]): TablePart[] | null {
  const parts = new Map<string, TablePart>()
  for (const file of files) {
    const part = partOf(file, topics)
    if (part === null) return null
    const key = `${part.topic} ${part.partition}`
    const known = parts.get(key)
    parts.set(key, known === undefined ? part : joined(known, part))
  }
  return [...parts.values()].sort((a, b) => a.topic.localeCompare(b.topic) || a.partition - b.partition)
}

function joined(a: TablePart, b: TablePart): TablePart {
  return {
    ...a,
    rows: a.rows + b.rows,
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
  }
}

function partOf({ rows, lower, upper }: DataFile, topics: readonly string[]): TablePart | null {
  const bounds = (column: string) => [lower, upper].map((of) => of.get(`_kafka_metadata_${column}`))
  const [from, to] = bounds('topic').map((bytes) => bytes?.toString())
  const [partition, same] = bounds('partition').map((bytes) => bytes?.readInt32LE())
  const [first, last] = bounds('offset').map((bytes) =>
    bytes === undefined ? undefined : Number(bytes.readBigInt64LE()),
  )
  if (from === undefined || to === undefined || first === undefined || last === undefined) return null
  // The bounds of a long name are cut short, the upper one rounded up.
  const named = topics.filter((topic) => from <= topic && topic <= to)
  return named.length === 1 && partition !== undefined && partition === same
    ? { topic: named[0], partition, rows, first, last }
    : null
}
