import {
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBTimestampMillisecondsValue,
  type DuckDBType,
  DuckDBTypeId,
} from '@duckdb/node-api'
import type { Cell, TableRows } from './checkpoint.ts'

/**
 * Writes rows to a table, within the transaction that is open. Names of tables and columns are the program's own, values are whoever's.
 */
export async function writeTable(
  connection: DuckDBConnection,
  { table, columns, key, rows, removed = [] }: TableRows,
): Promise<void> {
  for (const values of removed) {
    const same = key.map((name, i) => `${name} = $${i + 1}`).join(' AND ')
    await connection.run(`DELETE FROM ${table} WHERE ${same}`, [...values])
  }
  if (rows.length === 0) return
  const names = columns.join(', ')
  await connection.run(`CREATE OR REPLACE TEMP TABLE incoming AS SELECT ${names} FROM ${table} LIMIT 0`)
  const appender = await connection.createAppender('incoming')
  const types = columns.map((_, i) => appender.columnType(i))
  for (const row of rows) {
    for (const [i, cell] of row.entries()) appendCell(appender, types[i], cell)
    appender.endRow()
  }
  appender.closeSync()
  if (key.length > 0) {
    const same = key.map((name) => `${table}.${name} = incoming.${name}`).join(' AND ')
    await connection.run(`DELETE FROM ${table} USING incoming WHERE ${same}`)
  }
  await connection.run(`INSERT INTO ${table} (${names}) SELECT * FROM incoming`)
}

function appendCell(appender: DuckDBAppender, { typeId }: DuckDBType, cell: Cell): void {
  if (cell === null) appender.appendNull()
  else if (typeof cell === 'string') appender.appendVarchar(cell)
  else if (typeof cell === 'boolean') appender.appendBoolean(cell)
  else if (typeId === DuckDBTypeId.TIMESTAMP_MS)
    appender.appendTimestampMilliseconds(new DuckDBTimestampMillisecondsValue(BigInt(Math.trunc(cell))))
  else if (typeId === DuckDBTypeId.BIGINT) appender.appendBigInt(BigInt(cell))
  else if (typeId === DuckDBTypeId.INTEGER) appender.appendInteger(cell)
  else if (typeId === DuckDBTypeId.UINTEGER) appender.appendUInteger(cell)
  else appender.appendDouble(cell)
}
