import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import { openStore } from '../../store/store.ts'

/** The file of a new store, which can be closed and opened again as a restart does. */
export class Database {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gpumon-store-'))
  readonly #connections: DuckDBConnection[] = []
  #instance: DuckDBInstance | null = null

  static async create(): Promise<Database> {
    const database = new Database()
    const store = await openStore({ path: database.path, zone: 'UTC', simulated: false })
    store.close()
    return database
  }

  /** for another process, while it is closed here */
  get path(): string {
    return join(this.#folder, 'store.duckdb')
  }

  /** Another connection; opens the file if it is closed. */
  async open(): Promise<DuckDBConnection> {
    this.#instance ??= await DuckDBInstance.create(this.path)
    const connection = await this.#instance.connect()
    this.#connections.push(connection)
    return connection
  }

  /** As the end of the process does. */
  close(): void {
    // A connection keeps the file open, and locked against other processes.
    for (const connection of this.#connections.splice(0)) connection.closeSync()
    this.#instance?.closeSync()
    this.#instance = null
  }

  remove(): void {
    this.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** All rows that a query gives. */
export async function rows(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  return (await connection.runAndReadAll(sql)).getRowsJS()
}

/** One row into a table. */
export async function insert(connection: DuckDBConnection, table: string, values: DuckDBValue[]): Promise<void> {
  await connection.run(`INSERT INTO ${table} VALUES (${values.map((_, i) => `$${i + 1}`).join(', ')})`, values)
}
