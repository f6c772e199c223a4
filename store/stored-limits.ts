import type { DuckDBConnection } from '@duckdb/node-api'

/** Limits that differ from the defaults, by device and column; null where the device has the default. */
export async function storedLimits(
  connection: DuckDBConnection,
): Promise<Record<string, Record<string, number | null>>> {
  const found = await connection.runAndReadAll('SELECT * FROM limits ORDER BY device')
  return Object.fromEntries(
    found
      .getRowObjects()
      .map(({ device, ...limits }) => [
        String(device),
        Object.fromEntries(
          Object.entries(limits).map(([name, value]) => [name, value === null ? null : Number(value)]),
        ),
      ]),
  )
}
