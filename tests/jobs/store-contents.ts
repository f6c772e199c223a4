import { DuckDBInstance } from '@duckdb/node-api'

const TABLES = [
  'episodes',
  'sessions',
  'anomalies',
  'stats_1m',
  'stats_1h',
  'stats_1d',
  'limits',
  'rejects',
  'other_readings',
  'devices',
] as const

/** Every table of a closed store, its rows in an order that does not depend on when they were written. Where store and log lie differs, and when it was made. */
export async function storeContents(store: string): Promise<Record<string, unknown[]>> {
  const instance = await DuckDBInstance.create(store, { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  const rows = async (sql: string): Promise<unknown[][]> => (await connection.runAndReadAll(sql)).getRowsJson()
  const all: Record<string, unknown[]> = {}
  for (const table of TABLES) all[table] = await rows(`SELECT * FROM ${table} ORDER BY ALL`)
  all['readings'] = await rows('SELECT * FROM readings ORDER BY source, row')
  all['readings_twice'] = await rows('SELECT source, row FROM readings GROUP BY ALL HAVING count(*) > 1')
  const columns = await rows(
    "SELECT column_name FROM information_schema.columns WHERE table_name = 'minutes' AND column_name LIKE '%\\_n' ESCAPE '\\'",
  )
  const fields = columns.map(([name]) => String(name).replace(/_n$/, ''))
  // a minute to which a late row came back may be in several rows
  const parts = fields.flatMap((f) => [`sum(${f}_n)`, `min(${f}_min)`, `max(${f}_max)`, `round(sum(${f}_sum), 6)`])
  all['minutes'] = await rows(
    `SELECT ${['device', 'ts', ...parts].join(', ')} FROM minutes GROUP BY device, ts ORDER BY device, ts`,
  )
  connection.closeSync()
  instance.closeSync()
  return all
}
