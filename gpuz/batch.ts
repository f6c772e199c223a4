/** The readings of one sensor in a batch. Where `nulls[i]` is 1 the row has no reading and `data[i]` is NaN; `nulls` is null when every row has one. */
export interface SensorColumn {
  readonly data: Float64Array
  readonly nulls: Uint8Array | null
}

/** Rows of a log by column, in the order of the file. The arrays are the receiver's: the reader never writes to them again. */
export interface ReadingBatch {
  readonly count: number
  /** Ordinal of the row in its source, from 0, over accepted rows; the same whatever columns are asked for. */
  readonly row: Float64Array
  /** Event time, ms since 1970-01-01 UTC, unique within the source: rows of one stamp are told apart by +1 ms each. */
  readonly ts: Float64Array
  /** By canonical field of the catalogue; only fields that the log has and the caller asked for. */
  readonly sensors: ReadonlyMap<string, SensorColumn>
  /** Readings under headers that the catalogue does not know, row by row, null where a row has none. Null if the log has no such header. */
  readonly other: readonly (ReadonlyMap<string, number> | null)[] | null
}
