import { type Batch, jsonWriter, objectWriter, readValue, type SqlType } from '../engine/index.ts'

/** A record or row that statements have produced. Key and value are JSON text with exact numbers; `null` for what is not there. */
export interface SqlRecord {
  /** the topic, or for a row of a SELECT the place of the statement */
  readonly from: string
  readonly key: string | null
  readonly value: string | null
  /** event time, ms since 1970-01-01 UTC */
  readonly timestamp: number
  /** bounds of a windowed key, ms since 1970-01-01 UTC */
  readonly window: { readonly start: number; readonly end: number } | null
}

export interface ResultColumn {
  readonly name: string
  readonly type: SqlType
  readonly role: 'key' | 'value'
}

/** Writes the rows of a batch as records: a key of one column as its value, of several as an object; the value as an object. */
export function* recordsOf(from: string, columns: readonly ResultColumn[], batch: Batch): Generator<SqlRecord> {
  const side = (role: 'key' | 'value') => columns.flatMap((c, index) => (c.role === role ? [{ ...c, index }] : []))
  const [keys, values] = [side('key'), side('value')]
  const read = (row: number) => (column: { index: number; type: SqlType }) =>
    readValue(batch.columns[column.index], row, column.type)
  const [single] = keys
  const writeKey =
    single !== undefined && keys.length === 1
      ? (row: number) => jsonWriter(single.type)(read(row)(single))
      : (row: number) => objectWriter(keys)(keys.map(read(row)))
  const writeValue = objectWriter(values)
  for (let row = 0; row < batch.count; row++) {
    yield {
      from,
      key: keys.length === 0 || batch.keyNull?.[row] === 1 ? null : writeKey(row),
      value: batch.tombstone?.[row] === 1 ? null : writeValue(values.map(read(row))),
      timestamp: batch.rowtime[row],
      window:
        batch.windowStart === null || batch.windowEnd === null
          ? null
          : { start: batch.windowStart[row], end: batch.windowEnd[row] },
    }
  }
}
