import type { DuckDBAppender, DuckDBType } from '@duckdb/node-api'
import { DuckDBDataChunk } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'

/** A column to append: fixed-width values as DuckDB holds them in memory, and where nulls[i] is 1, NULL. */
export interface AppendColumn {
  readonly data: Float64Array | Int32Array | Uint32Array | BigInt64Array
  readonly nulls: Uint8Array | null
}

/** Rows of a DuckDB vector: what one chunk holds. */
const VECTOR_ROWS = 2048

/**
 * Appends rows in columns to a table: memory is copied as it is, no row or value object is made.
 * @param types of all columns of the table, in order; each must be as wide as the elements of its column
 */
export function appendColumns(
  appender: DuckDBAppender,
  types: readonly DuckDBType[],
  columns: readonly AppendColumn[],
  count: number,
): void {
  for (let from = 0; from < count; from += VECTOR_ROWS) {
    const rows = Math.min(VECTOR_ROWS, count - from)
    const chunk = DuckDBDataChunk.create(types, rows)
    for (const [i, { data, nulls }] of columns.entries()) {
      const vector = duckdb.data_chunk_get_vector(chunk.chunk, i)
      const { buffer, byteOffset, BYTES_PER_ELEMENT: width } = data
      duckdb.copy_data_to_vector(vector, 0, buffer as ArrayBuffer, byteOffset + from * width, rows * width)
      if (nulls === null) continue
      const valid = validity(nulls, from, rows)
      duckdb.vector_ensure_validity_writable(vector)
      duckdb.copy_data_to_vector_validity(vector, 0, valid.buffer, 0, valid.byteLength)
    }
    appender.appendDataChunk(chunk)
  }
}

/** A bit a row, set where there is a value, in words of 64 bits. */
function validity(nulls: Uint8Array, from: number, rows: number): Uint8Array<ArrayBuffer> {
  const bits = new Uint8Array(Math.ceil(rows / 64) * 8)
  for (let i = 0; i < rows; i++) if (nulls[from + i] !== 1) bits[i >> 3] |= 1 << (i & 7)
  return bits
}

/** Times in ms as TIMESTAMP_MS has them in memory, without making a BigInt of each. */
export function timestamps(ms: Float64Array): BigInt64Array {
  const whole = new BigInt64Array(ms.length)
  // every platform that Node runs on is little-endian
  const words = new Int32Array(whole.buffer)
  for (let i = 0; i < ms.length; i++) {
    const high = Math.floor(ms[i] / 4294967296)
    words[2 * i] = ms[i] - high * 4294967296
    words[2 * i + 1] = high
  }
  return whole
}

/** One value for every row. */
export function constant(value: number, count: number): Int32Array {
  return new Int32Array(count).fill(value)
}

/** NULL for every row. */
export function absent(count: number): AppendColumn {
  return { data: new Float64Array(count), nulls: new Uint8Array(count).fill(1) }
}
