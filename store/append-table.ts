import { type DuckDBConnection, DuckDBTypeId } from '@duckdb/node-api'
import { type AppendColumn, ColumnAppender, wholeNumbers } from './append.ts'
import type { TableColumns } from './checkpoint.ts'

/** Appends rows in columns to a table, within the transaction that is open. */
export async function appendTable(
  connection: DuckDBConnection,
  { table, columns, count }: TableColumns,
): Promise<void> {
  if (count === 0) return
  const appender = await ColumnAppender.open(connection, table)
  const stored = columns.map((column, i): AppendColumn | readonly string[] => {
    if (!(column instanceof Float64Array)) return column
    const { typeId } = appender.columnType(i)
    const nulls = column.some(Number.isNaN) ? Uint8Array.from(column, (value) => (Number.isNaN(value) ? 1 : 0)) : null
    const whole = typeId === DuckDBTypeId.BIGINT || typeId === DuckDBTypeId.TIMESTAMP_MS
    return { data: whole ? wholeNumbers(column) : column, nulls }
  })
  appender.append(stored, count)
  appender.close()
}
