import { open } from 'node:fs/promises'
import { DuckDBInstance } from '@duckdb/node-api'

/** Column names of a log, from its first line. */
async function headerOf(path: string): Promise<string[]> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16_384), 0, 16_384, 0)
    const line = buffer.toString('latin1', 0, bytesRead).split('\n')[0] ?? ''
    return line.split(',').map((name) => name.trim())
  } finally {
    await file.close()
  }
}

/** The columns of a log (time, then doubles, then what stands behind the last comma) and the ways in which it writes "no reading". */
async function layoutOf(path: string): Promise<{ columns: { name: string; type: string }[]; empty: string }> {
  const names = await headerOf(path)
  const type = (i: number): string => (i === 0 ? 'TIMESTAMP' : i === names.length - 1 ? 'VARCHAR' : 'DOUBLE')
  // `-` in every width that the log pads it to
  const empty = Array.from({ length: 30 }, (_, i) => `'${' '.repeat(i + 6)}-   '`).join(', ')
  return { columns: names.map((_, i) => ({ name: `c${i}`, type: type(i) })), empty: `[${empty}]` }
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/**
 * The yardstick: DuckDB's own CSV reader on the same file with one thread. Types are given, so it need not guess; every column is read and
 * used (MAX), nothing is stored.
 * @returns rows read
 */
export async function readWithDuckDb(path: string, latin1: boolean): Promise<number> {
  const { columns, empty } = await layoutOf(path)
  const spec = columns.map(({ name, type }) => `'${name}': '${type}'`).join(', ')
  const maxima = columns.slice(0, -1).map(({ name }) => `max(${name})`)
  const encoding = latin1 ? ", encoding='latin-1'" : ''
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  const result = await connection.runAndReadAll(
    `SELECT count(*), ${maxima.join(', ')} FROM read_csv(${literal(path)}, header=false, skip=1, delim=',', auto_detect=false, columns={${spec}}, nullstr=${empty}${encoding})`,
  )
  return Number(result.getRows()[0]?.[0] ?? 0)
}

/**
 * The yardstick of the back-fill: DuckDB's COPY of the file into a table of a new database file beside it, which is removed by the caller.
 * Types are given, threads are DuckDB's default. When this returns the database is closed: everything is in its file.
 * @returns rows stored
 */
export async function copyWithDuckDb(path: string, database: string): Promise<number> {
  const { columns, empty } = await layoutOf(path)
  const instance = await DuckDBInstance.create(database)
  const connection = await instance.connect()
  await connection.run(`CREATE TABLE readings (${columns.map(({ name, type }) => `${name} ${type}`).join(', ')})`)
  const copied = await connection.run(
    `COPY readings FROM ${literal(path)} (FORMAT csv, HEADER false, SKIP 1, DELIMITER ',', AUTO_DETECT false, NULLSTR ${empty})`,
  )
  const rows = copied.rowsChanged
  connection.closeSync()
  instance.closeSync()
  return rows
}
