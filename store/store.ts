import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { STORE_VERSION, TABLES } from './schema.ts'
import { StoreError, storeError } from './store-error.ts'
import { inTransaction } from './transaction.ts'

export interface StoreOptions {
  /** the file; it is made when it is not there. `:memory:`: none */
  readonly path: string
  /** IANA zone of the logs, for a new store */
  readonly zone: string
  /** whether the readings are a simulation's, for a new store */
  readonly simulated: boolean
}

/** A database file of this project, open for this process alone. */
export interface Store {
  readonly path: string
  readonly zone: string
  readonly simulated: boolean
  connect(): Promise<DuckDBConnection>
  /** Closes all connections too: one that is open keeps the file from others. */
  close(): void
}

/** Memory for DuckDB's own buffers: a page and a tail share the machine with a game. */
const MEMORY = '512MB'

/**
 * Opens a store, or makes a new one.
 * @throws StoreError when the file cannot be read or written, is damaged, belongs to another process, or to a newer version of this program
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { path } = options
  let instance: DuckDBInstance
  try {
    instance = await DuckDBInstance.create(path, { memory_limit: MEMORY })
  } catch (error) {
    throw storeError(path, error)
  }
  try {
    const connection = await instance.connect()
    const { zone, simulated } = (await known(connection, path)) ?? (await create(connection, options))
    connection.closeSync()
    const connections: DuckDBConnection[] = []
    return {
      path,
      zone,
      simulated,
      async connect() {
        const connection = await instance.connect()
        connections.push(connection)
        return connection
      },
      close() {
        for (const connection of connections.splice(0)) connection.closeSync()
        instance.closeSync()
      },
    }
  } catch (error) {
    instance.closeSync()
    throw storeError(path, error)
  }
}

async function known(connection: DuckDBConnection, path: string): Promise<{ zone: string; simulated: boolean } | null> {
  const tables = await connection.runAndReadAll('SELECT table_name FROM information_schema.tables')
  const names = tables.getRows().map(([name]) => String(name))
  if (names.length === 0) return null
  const elsewhere = 'Name another store with --store'
  if (!names.includes('store')) throw new StoreError(`${path} is a DuckDB database, but no store of gpumon`, elsewhere)
  const [row] = (await connection.runAndReadAll('SELECT version, zone, simulated FROM store')).getRows()
  const [version, zone, simulated] = row ?? []
  if (version !== STORE_VERSION) {
    const fix =
      Number(version) > STORE_VERSION ? `Use the newer gpumon. ${elsewhere}` : `${elsewhere}, and run the logs again`
    throw new StoreError(`${path} has version ${version}; this gpumon reads version ${STORE_VERSION}`, fix)
  }
  return { zone: String(zone), simulated: simulated === true }
}

async function create(connection: DuckDBConnection, { zone, simulated }: StoreOptions): Promise<StoreOptions> {
  await inTransaction(connection, async () => {
    for (const table of TABLES) await connection.run(table)
    await connection.run('INSERT INTO store VALUES ($1, $2, $3, epoch_ms($4::BIGINT))', [
      STORE_VERSION,
      zone,
      simulated,
      Date.now(),
    ])
  })
  return { path: '', zone, simulated }
}
