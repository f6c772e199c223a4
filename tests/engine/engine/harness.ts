import { type Batch, dataColumns, KsqlEngine, type RawRecord, readValue, type Source } from '../../../engine/index.ts'
import type { SqlValue } from '../../../engine/types/values.ts'

/** A record of a topic in SQL values. */
export interface Row {
  readonly key: readonly SqlValue[]
  /** null: a tombstone */
  readonly value: readonly SqlValue[] | null
  readonly time: number
  readonly window?: readonly [start: number, end: number]
}

export type Outputs = Map<string, Row[]>

/** The rows of a batch under its source's columns. */
export function rowsOf(batch: Batch, source: Source): Row[] {
  const columns = dataColumns(source)
  const read = (role: 'key' | 'value', row: number) =>
    columns.flatMap((c, j) => {
      const column = batch.columns[j]
      return c.role === role && column !== undefined ? [readValue(column, row, c.type)] : []
    })
  return Array.from({ length: batch.count }, (_, i): Row => {
    const start = batch.windowStart?.[i]
    const end = batch.windowEnd?.[i]
    return {
      key: read('key', i),
      value: batch.tombstone?.[i] === 1 ? null : read('value', i),
      time: batch.rowtime[i] ?? Number.NaN,
      ...(start === undefined || end === undefined ? {} : { window: [start, end] as const }),
    }
  })
}

/** Collects what every topic gets from now on. */
export function watch(engine: KsqlEngine, into: Outputs = new Map()): Outputs {
  for (const { name } of engine.topics()) {
    const rows = into.get(name) ?? []
    into.set(name, rows)
    engine.topic(name).subscribe((batch, source) => rows.push(...rowsOf(batch, source)))
  }
  return into
}

/** A record with a text key and a JSON value; `value: null` is a tombstone. */
export function jsonRecord(key: string | null, value: unknown, timestamp: number): RawRecord {
  return {
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(JSON.stringify(value)),
    timestamp,
    headers: [],
  }
}

/** An engine that ran the statements; it tells the same time always. */
export function engineWith(statements: string): KsqlEngine {
  const engine = new KsqlEngine({ now: () => 1_700_000_000_000 })
  engine.execute(statements)
  return engine
}

/** The values a stream's or table's topic got from appending the records to `topic`. */
export function run(statements: string, topic: string, records: readonly RawRecord[], output: string): Row[] {
  const engine = engineWith(statements)
  const outputs = watch(engine)
  engine.topic(topic).append(records)
  return outputs.get(output) ?? []
}
