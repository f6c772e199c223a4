import { type DuckDBAppender, type DuckDBConnection, DuckDBDataChunk, type DuckDBType } from '@duckdb/node-api'
import duckdb, { type Vector } from '@duckdb/node-bindings'

/** A column to append: fixed-width values as DuckDB holds them in memory, and where nulls[i] is 1, NULL. */
export interface AppendColumn {
  readonly data: Float64Array | Int32Array | Uint32Array | BigInt64Array
  readonly nulls: Uint8Array | null
}

/** Rows of a DuckDB vector: what one chunk holds. */
const VECTOR_ROWS = 2048

/** Appends rows in columns to a table: memory is copied as it is, no row or value object is made except for texts. */
export class ColumnAppender {
  readonly #appender: DuckDBAppender
  /** one for all rows: making one costs as much as filling it */
  readonly #chunk: DuckDBDataChunk

  private constructor(appender: DuckDBAppender) {
    const types = Array.from({ length: appender.columnCount }, (_, i) => appender.columnType(i))
    this.#appender = appender
    this.#chunk = DuckDBDataChunk.create(types, VECTOR_ROWS)
  }

  static async open(connection: DuckDBConnection, table: string): Promise<ColumnAppender> {
    return new ColumnAppender(await connection.createAppender(table))
  }

  /** @param columns all columns of the table, in order, each as wide as DuckDB has them */
  append(columns: readonly (AppendColumn | readonly string[])[], count: number): void {
    const chunk = this.#chunk
    if (columns.length !== chunk.columnCount)
      throw new Error(`the table has ${chunk.columnCount} columns, not ${columns.length}`)
    for (let from = 0; from < count; from += VECTOR_ROWS) {
      const rows = Math.min(VECTOR_ROWS, count - from)
      chunk.reset()
      chunk.rowCount = rows
      for (const [i, column] of columns.entries())
        fill(duckdb.data_chunk_get_vector(chunk.chunk, i), column, from, rows)
      this.#appender.appendDataChunk(chunk)
    }
  }

  columnType(index: number): DuckDBType {
    return this.#appender.columnType(index)
  }

  /** Everything is in the table, within the transaction that is open. */
  close(): void {
    this.#appender.closeSync()
  }
}

function fill(vector: Vector, column: AppendColumn | readonly string[], from: number, rows: number): void {
  if (isTexts(column)) {
    for (let row = 0; row < rows; row++) duckdb.vector_assign_string_element(vector, row, column[from + row])
    return
  }
  const { data, nulls } = column
  const { buffer, byteOffset, BYTES_PER_ELEMENT: width } = data
  duckdb.copy_data_to_vector(vector, 0, buffer as ArrayBuffer, byteOffset + from * width, rows * width)
  if (nulls === null) return
  const valid = validity(nulls, from, rows)
  duckdb.vector_ensure_validity_writable(vector)
  duckdb.copy_data_to_vector_validity(vector, 0, valid.buffer, 0, valid.byteLength)
}

function isTexts(column: AppendColumn | readonly string[]): column is readonly string[] {
  return Array.isArray(column)
}

/** A bit a row, set where there is a value, in words of 64 bits. */
function validity(nulls: Uint8Array, from: number, rows: number): Uint8Array<ArrayBuffer> {
  const bits = new Uint8Array(Math.ceil(rows / 64) * 8)
  for (let i = 0; i < rows; i++) if (nulls[from + i] !== 1) bits[i >> 3] |= 1 << (i & 7)
  return bits
}

/** Whole numbers as BIGINT has them in memory, and times in ms as TIMESTAMP_MS has, without making a BigInt of each. */
export function wholeNumbers(numbers: Float64Array): BigInt64Array {
  const whole = new BigInt64Array(numbers.length)
  // every platform that Node runs on is little-endian
  const words = new Int32Array(whole.buffer)
  for (let i = 0; i < numbers.length; i++) {
    const high = Math.floor(numbers[i] / 4294967296)
    words[2 * i] = numbers[i] - high * 4294967296
    words[2 * i + 1] = high
  }
  return whole
}

/** One value for every row. */
export function constant(value: number, count: number): Int32Array {
  return new Int32Array(count).fill(value)
}
