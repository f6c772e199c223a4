import { keyColumns, type Source } from '../catalog/source.ts'
import type { Serde } from '../formats/format.ts'
import { dataColumns } from '../plan/scope.ts'
import type { SqlValue } from '../types/values.ts'
import { Batch, ColumnBuilder, type Header, readValue } from './batch.ts'

export interface RecordWindow {
  readonly start: number
  readonly end: number
  readonly type: 'time' | 'session'
}

/** A record as it lies in a topic. For windowed keys `key` is the inner key and `window` its bounds. */
export interface RawRecord {
  readonly key: Uint8Array | null
  readonly value: Uint8Array | null
  /** ms since 1970 UTC */
  readonly timestamp: number
  readonly headers: readonly Header[]
  readonly window?: RecordWindow | undefined
}

/** Called for a record that cannot be read; it is left out. */
export type ReportBadRecord = (record: RawRecord, offset: number, error: unknown) => void
/** Called for a row that cannot be written; it is left out. */
export type ReportBadRow = (error: unknown) => void

/** Turns a source's records into batches and back. */
export class RecordCodec {
  readonly source: Source
  private readonly key: Serde
  private readonly value: Serde
  private readonly keyCount: number

  constructor(source: Source, key: Serde, value: Serde) {
    this.source = source
    this.key = key
    this.value = value
    this.keyCount = keyColumns(source).length
  }

  /** `offset`: position of the first record in its topic. */
  decode(records: readonly RawRecord[], offset: number, bad: ReportBadRecord): Batch {
    const columns = dataColumns(this.source)
    const builders = columns.map((c) => new ColumnBuilder(c.type, records.length))
    const size = records.length
    const rowtime = new Float64Array(size)
    const offsets = new Float64Array(size)
    const tombstone = new Uint8Array(size)
    const keyNull = new Uint8Array(size)
    const cause = new Int32Array(size)
    const windowed = this.source.window !== null
    const starts = windowed ? new Float64Array(size) : null
    const ends = windowed ? new Float64Array(size) : null
    const headers: (readonly Header[])[] = []
    const order = this.columnOrder()
    let row = 0
    for (const [index, record] of records.entries()) {
      let values: SqlValue[]
      try {
        const keys = record.key === null || this.keyCount === 0 ? null : this.key.deserialize(record.key)
        const rest = record.value === null ? null : this.value.deserialize(record.value)
        values = order.map(({ side, position }) => (side === 'key' ? keys : rest)?.[position] ?? null)
      } catch (error) {
        bad(record, offset + index, error)
        continue
      }
      for (const [j, builder] of builders.entries()) builder.set(row, values[j] ?? null)
      rowtime[row] = record.timestamp
      offsets[row] = offset + index
      cause[row] = index
      if (record.value === null) tombstone[row] = 1
      if (record.key === null) keyNull[row] = 1
      if (starts !== null && ends !== null) {
        starts[row] = record.window?.start ?? 0
        ends[row] = record.window?.end ?? 0
      }
      headers[row] = record.headers
      row++
    }
    const batch = new Batch(
      row,
      builders.map((b) => b.finish()),
      rowtime,
    )
    batch.tombstone = tombstone.includes(1) ? tombstone : null
    batch.keyNull = keyNull.includes(1) ? keyNull : null
    batch.windowStart = starts
    batch.windowEnd = ends
    batch.offsets = offsets
    batch.headers = headers.some((h) => h.length > 0) ? headers : null
    batch.cause = cause
    return batch
  }

  /** Throws what `bad` throws: without it, for the first row that cannot be written. */
  encode(batch: Batch, bad: ReportBadRow = rethrow): RawRecord[] {
    const columns = dataColumns(this.source)
    const keys = columns.flatMap((c, i) => (c.role === 'key' ? [{ i, type: c.type }] : []))
    const values = columns.flatMap((c, i) => (c.role === 'value' ? [{ i, type: c.type }] : []))
    const read = (of: typeof keys, row: number) =>
      of.map(({ i, type }) => readValue(batch.columns[i] ?? missing(i), row, type))
    const kind = this.source.window?.type === 'SESSION' ? 'session' : 'time'
    const records: RawRecord[] = []
    for (let row = 0; row < batch.count; row++) {
      const keyValues = read(keys, row)
      const noKey = keys.length === 0 || batch.keyNull?.[row] === 1 || (keys.length === 1 && keyValues[0] === null)
      const dead = batch.tombstone?.[row] === 1
      const window =
        this.source.window === null || batch.windowStart === null
          ? undefined
          : { start: batch.windowStart[row] ?? 0, end: batch.windowEnd?.[row] ?? 0, type: kind as 'time' | 'session' }
      try {
        records.push({
          key: noKey ? null : this.key.serialize(keyValues),
          value: dead ? null : this.value.serialize(read(values, row)),
          timestamp: batch.rowtime[row] ?? 0,
          headers: batch.headers?.[row] ?? [],
          ...(window === undefined ? {} : { window }),
        })
      } catch (error) {
        bad(error)
      }
    }
    return records
  }

  /** Order of two keys by their serialised bytes. */
  serializeKey(values: readonly SqlValue[]): Uint8Array {
    return this.key.serialize(values) ?? new Uint8Array(0)
  }

  private columnOrder(): { side: 'key' | 'value'; position: number }[] {
    const next = { key: 0, value: 0 }
    return dataColumns(this.source).map((c) => ({ side: c.role, position: next[c.role]++ }))
  }
}

function rethrow(error: unknown): never {
  throw error
}

function missing(index: number): never {
  throw new Error(`the batch has no column ${index}`)
}
